import fc from 'fast-check';
import { JsonNumber } from 'gitmodel';
import type { JsonValue } from 'gitmodel';
import { canonicalJson, isSameJson } from '../../lib/model/json-value';

/** Values of which there are so few that two are often the same. */
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<JsonValue>(null, true, 'true', '1', '', '[]', 0, -0, 1, 1.5, 1e21, 12345678901234567000),
    fc
      .constantFrom('1.50', '1.0', '-0.0', '12345678901234567890', '1E+400')
      .map((text) => new JsonNumber(text)),
    fc.array(tie('value'), { maxLength: 2 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', '"'), tie('value')), {
        maxLength: 2,
        selector: ([key]) => key,
      })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

describe('The canonical text of a JSON value', () => {
  it('is the same for values that are the same, and for no others', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonicalJson(a) === canonicalJson(b)).toBe(isSameJson(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it.each<readonly [JsonValue, JsonValue]>([
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
    [0, -0],
    [1.5, new JsonNumber('1.50')],
    [[{ a: new JsonNumber('1.0') }], [{ a: 1 }]],
  ])('is one for %j and %j', (a, b) => {
    expect(canonicalJson(a)).toBe(canonicalJson(b));
  });
});
