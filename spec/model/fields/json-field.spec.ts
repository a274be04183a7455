import { JSONFieldType, JsonNumber } from 'gitmodel';
import type { InvalidValue, JsonValue } from 'gitmodel';
import { itCleans, itReads, itRefuses, itStores } from '../../support/field-cases';

/** Lists in lists. */
function nested(levels: number): unknown {
  let value: unknown = 'a';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function cycle(): unknown {
  const value: Record<string, unknown> = { list: [] };
  (value.list as unknown[]).push(value);
  return value;
}

class Point {
  constructor(readonly x: number) {}
}

describe('A JSONField', () => {
  const field = new JSONFieldType();

  itCleans(field, [
    ['', ''],
    [false, false],
    [0, 0],
    [[], []],
    [{}, {}],
    [{ a: [null, { b: 'c' }] }, { a: [null, { b: 'c' }] }],
    [Object.assign(Object.create(null), { a: 1 }), Object.assign(Object.create(null), { a: 1 })],
  ]);

  itRefuses(field, [
    [undefined, 'required'],
    [null, 'required'],
    [NaN, 'invalid_json'],
    [-Infinity, 'invalid_json'],
    [() => 1, 'invalid_json'],
    [Symbol('a'), 'invalid_json'],
    [1n, 'invalid_json'],
    [new Date(0), 'invalid_json'],
    [new Map(), 'invalid_json'],
    [new Set(), 'invalid_json'],
    [/a/, 'invalid_json'],
    [new Point(1), 'invalid_json'],
    [new String('a'), 'invalid_json'],
    [Buffer.from('a'), 'invalid_json'],
    [Promise.resolve(1), 'invalid_json'],
    [JSON.parse('{"__proto__": 1}'), 'invalid_json'],
    [{ a: undefined }, 'invalid_json'],
    [Array(1), 'invalid_json'],
    [new JsonNumber('1, "a": 2'), 'invalid_json'],
    [cycle(), 'invalid_json'],
    [nested(491), 'invalid_json'],
  ]);

  it.each([
    [{ a: [1, { b: NaN }] }, ['a', 1, 'b'], 'must have nothing that JSON has not, but it has NaN'],
    [{ at: new Date(0) }, ['at'], 'must have nothing that JSON has not, but it has a Date'],
    [[undefined], [0], 'must have nothing that JSON has not, but it has undefined'],
    [cycle(), ['list', 0], 'must not contain itself'],
    [nested(491), [], 'must not be nested more than 490 levels deep'],
  ])('tells where %p is wrong', (value, path, message) => {
    expect(() => field.clean(value)).toThrow(expect.objectContaining({ path, message }) as InvalidValue);
  });

  it('takes the same object in two places for two', () => {
    const shared = { a: 1 };
    expect(field.serialize([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  itStores(field, [
    ['text', 'text'],
    [
      [1, [2]],
      [1, [2]],
    ],
    [{ big: new JsonNumber('12345678901234567890') }, { big: new JsonNumber('12345678901234567890') }],
    [nested(490), nested(490) as JsonValue],
  ]);

  itReads(field, [
    [null, null],
    [[-0], [0]],
  ]);

  it('is not changed where it is stored, nor by what it was read from', () => {
    const value = { list: [{ a: 1 }] };
    const stored = field.serialize(field.clean(value));
    const read = field.deserialize(stored) as typeof value;
    value.list[0] = { a: 2 };
    read.list.push({ a: 3 });

    expect(stored).toEqual({ list: [{ a: 1 }] });
  });

  it('keeps the object that was assigned', () => {
    const value = { a: 1 };
    expect(field.clean(value)).toBe(value);
  });

  it('gives each record its own copy of the default', () => {
    const initial = { list: [] as string[] };
    const withDefault = new JSONFieldType({ default: initial });
    (withDefault.initialValue() as typeof initial).list.push('a');

    expect(withDefault.initialValue()).toEqual({ list: [] });
  });
});

describe('A JSONField that may be null', () => {
  itCleans(new JSONFieldType({ nullable: true }), [[null, null]]);
  itCleans(new JSONFieldType({ required: false }), [[undefined, null]]);
});
