import fc from 'fast-check';
import { JsonNumber, json } from 'gitmodel';
import type { JsonValue } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { STORED_TEXT, storedFields } from './stored-fields';

const PATH = 'page/hello/data.json';

function encode(fields: Readonly<Record<string, JsonValue>>, model = 'Page'): string {
  return json.encode({ model, fields: new Map(Object.entries(fields)) }).toString('utf8');
}

function decode(text: string | Buffer): { model: string | null; fields: [string, JsonValue][] } {
  const { model, fields } = json.decode(Buffer.from(text), PATH);
  return { model, fields: [...fields] };
}

describe('A record as bytes', () => {
  it('has one field a line, an empty line between two, and a newline at the end', () => {
    expect(encode({ slug: 'hello', title: 'Hello', published: true, visits: 3, parent: null })).toBe(
      `{
  "model": "Page",
  "fields": {
    "slug": "hello",

    "title": "Hello",

    "published": true,

    "visits": 3,

    "parent": null
  }
}
`,
    );
  });

  it('keeps a value of several lines, or of several parts, on the line of its field', () => {
    expect(encode({ text: 'one\ntwo\r\n\u2028', list: [1, [2]], object: { b: 1, a: { c: null } } })).toBe(
      `{
  "model": "Page",
  "fields": {
    "text": "one\\ntwo\\r\\n\u2028",

    "list": [1,[2]],

    "object": {"b":1,"a":{"c":null}}
  }
}
`,
    );
  });

  it('has UTF-8 as it is, and escapes halves of surrogate pairs, which UTF-8 cannot hold', () => {
    const bytes = json.encode({
      model: 'Page',
      fields: new Map([['text', 'é☃🐙\ud800\udc00\udc00\ud800']]),
    });

    expect(bytes.toString('utf8')).toContain('"text": "é☃🐙𐀀\\udc00\\ud800"');
    expect(json.decode(bytes, PATH).fields.get('text')).toBe('é☃🐙\ud800\udc00\udc00\ud800');
  });

  it('is an empty object where there are no fields', () => {
    expect(encode({})).toBe('{\n  "model": "Page",\n  "fields": {}\n}\n');
  });

  it('escapes what is special in the names of models and fields', () => {
    expect(encode({ 'a"b\\c\n': 1 }, 'M"x')).toBe(
      '{\n  "model": "M\\"x",\n  "fields": {\n    "a\\"b\\\\c\\n": 1\n  }\n}\n',
    );
  });

  it('is the same for the same record, and keeps the order of the fields', () => {
    const fields = { zebra: 1, ant: 2, '-': 3, constructor: 4, toString: 5 };

    expect(encode(fields)).toBe(encode({ ...fields }));
    expect(decode(encode(fields)).fields).toEqual(Object.entries(fields));
    expect(encode(Object.fromEntries(decode(encode(fields)).fields))).toBe(encode(fields));
  });

  it('keeps the order of fields whose names are numbers', () => {
    const fields = new Map([['b', 1], ['10', 2], ['a', 3], ['9', 4]]); // prettier-ignore
    const bytes = json.encode({ model: 'Page', fields });

    expect([...json.decode(bytes, PATH).fields]).toEqual([...fields]);
  });

  it('is valid JSON', () => {
    const fields = { text: 'a"\\\u0000\u007f', list: [1.5, -0.001, 1e21], object: { '': '' } };

    expect(JSON.parse(encode(fields))).toEqual({ model: 'Page', fields });
  });
});

describe('Reading a record', () => {
  it('accepts the one line that python-gitmodel writes, with its escapes and numbers', () => {
    const python =
      '{"model": "Post", "fields": {"title": "First \\"post\\" \\u2013 \\u00fcn\\u00efcode \\ud83d\\ude00", ' +
      '"balance": 1200.12, "rate": 0.30000000000000004, "tags": ["a", null, true], "nested": {"deep": [1]}}}';

    expect(decode(python)).toEqual({
      model: 'Post',
      fields: [
        ['title', 'First "post" – ünïcode 😀'],
        ['balance', 1200.12],
        ['rate', 0.30000000000000004],
        ['tags', ['a', null, true]],
        ['nested', { deep: [1] }],
      ],
    });
  });

  it.each([
    ['other white space', '\r\n\t{ "fields" :{ "a":1 },\n\n"model":"Page" } \n'],
    ['a key that stands there twice, of which the last counts', '{"model":"Page","fields":{"a":0,"a":1}}'],
  ])('accepts %s', (_name, text) => {
    expect(decode(text)).toEqual({ model: 'Page', fields: [['a', 1]] });
  });

  it('refuses keys beside the model and the fields, which a save would drop', async () => {
    const read = (): unknown => decode('{"model":"Page","version":2,"fields":{"a":1}}');
    expect((await errorOf(read)).message).toContain('"version"');
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype', 'then', 'length'])(
    'takes a field named "%s" for a field',
    (name) => {
      expect(decode(JSON.stringify({ model: 'Page', fields: { [name]: 'x' } })).fields).toEqual([
        [name, 'x'],
      ]);
    },
  );

  it('takes "__proto__" in a text for text', () => {
    expect(decode('{"model":"Page","fields":{"text":"__proto__","other":"\\u005f_proto__"}}').fields).toEqual(
      [
        ['text', '__proto__'],
        ['other', '__proto__'],
      ],
    );
  });
});

const PROTO_KEY = 'it has the key "__proto__"';
const TOO_DEEP = 'it is nested more than 500 levels deep';

/** An array in an array in an array, to a depth. */
function nested(depth: number, innermost = '0'): string {
  return '['.repeat(depth) + innermost + ']'.repeat(depth);
}

const HOSTILE: readonly (readonly [string, string | Buffer, string | RegExp])[] = [
  ['nothing', '', /^it is not JSON: /],
  ['bytes that are not UTF-8', Buffer.from('7b226d6f64656c223a22ff227d', 'hex'), 'it is not UTF-8'],
  ['UTF-8 of half a surrogate pair', Buffer.from('22eda08022', 'hex'), 'it is not UTF-8'],
  ['UTF-16', Buffer.from('{"model":"Page","fields":{}}', 'utf16le'), /^it is not (UTF-8|JSON: )/],
  ['a byte order mark', '\ufeff{"model":"Page","fields":{}}', /^it is not JSON: /],
  ['half a record', '{"model": "Page", "fie', /^it is not JSON: /],
  ['two records', '{"model":"Page","fields":{}}{}', /^it is not JSON: /],
  ['a conflict that was committed', '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n', /^it is not JSON: /],
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /^it is not JSON: /],
  ['NaN', '{"model":"Page","fields":{"a":NaN}}', /^it is not JSON: /],
  ['an array', '[]', 'it is not a JSON object'],
  ['an array of records', '[{"model":"Page","fields":{}}]', 'it is not a JSON object'],
  ['a number', '5', 'it is not a JSON object'],
  ['a text', '"Page"', 'it is not a JSON object'],
  ['null', 'null', 'it is not a JSON object'],
  ['no model', '{"fields":{}}', 'its "model" is not a string'],
  ['a model that is a number', '{"model":1,"fields":{}}', 'its "model" is not a string'],
  ['a model that is null', '{"model":null,"fields":{}}', 'its "model" is not a string'],
  ['no fields', '{"model":"Page"}', 'its "fields" are not a JSON object'],
  ['fields that are an array', '{"model":"Page","fields":[]}', 'its "fields" are not a JSON object'],
  ['fields that are a text', '{"model":"Page","fields":"a"}', 'its "fields" are not a JSON object'],
  ['fields that are null', '{"model":"Page","fields":null}', 'its "fields" are not a JSON object'],
  ['__proto__ beside the fields', '{"__proto__":{"x":1},"model":"Page","fields":{}}', PROTO_KEY],
  ['__proto__ instead of the fields', '{"__proto__":{"model":"Page","fields":{}}}', PROTO_KEY],
  ['__proto__ as a field', '{"model":"Page","fields":{"__proto__":{"x":1}}}', PROTO_KEY],
  ['__proto__ in escapes', '{"model":"Page","fields":{"\\u005f_proto_\\u005F":{"x":1}}}', PROTO_KEY],
  ['__proto__ within a value', '{"model":"Page","fields":{"a":{"b":[{"__proto__":1}]}}}', PROTO_KEY],
  [
    '__proto__ within a value, in escapes',
    '{"model":"Page","fields":{"a":[{"\\u005f_proto__":1}]}}',
    PROTO_KEY,
  ],
  ['a value that is nested very deep', `{"model":"Page","fields":{"a":${nested(100_000)}}}`, TOO_DEEP],
  ['a value that is nested a little too deep', `{"model":"Page","fields":{"a":${nested(499)}}}`, TOO_DEEP],
  [
    '__proto__ very deep within a value',
    `{"model":"Page","fields":{"a":${nested(100_000, '{"__proto__":1}')}}}`,
    TOO_DEEP,
  ],
];

describe('Any record', () => {
  it('is read as it was written, to the last digit, and written as it was read', () => {
    fc.assert(
      fc.property(fc.string(STORED_TEXT), storedFields(), (model, fields) => {
        const record = { model, fields: new Map(fields) };
        const bytes = json.encode(record);
        const again = json.decode(bytes, PATH);

        expect([...again.fields]).toEqual([...record.fields]);
        expect(again.model).toBe(model);
        expect(json.encode(again)).toEqual(bytes);
      }),
    );
  });
});

describe('A record that could not be read again', () => {
  const deep = JSON.parse(nested(499)) as JsonValue;
  const cyclic: JsonValue[] = [];
  cyclic.push(cyclic);

  it.each<[string, string, unknown]>([
    ['too_deep', 'nested a little too deep', deep],
    ['too_deep', 'nested without end', cyclic],
    ['invalid_number', 'NaN', NaN],
    ['invalid_number', 'infinite', [1, { a: -Infinity }]],
    ['invalid_number', 'a number that is none', new JsonNumber('1, "model": 2')],
    ['invalid_number', 'a number in another notation', [new JsonNumber('1'), new JsonNumber('0x1')]],
    ['invalid_type', 'undefined', undefined],
    ['invalid_type', 'undefined within a value', { a: undefined }],
    ['invalid_type', 'a BigInt', 1n],
    ['invalid_key', 'an object with the key __proto__', { a: JSON.parse('{"__proto__":1}') as unknown }],
  ])('is refused with %s: %s', (code, _name, value) => {
    expect(() => encode({ first: 1, 'the field': value as JsonValue })).toThrow(
      expect.objectContaining({ name: 'InvalidValue', code, path: ['the field'] }) as Error,
    );
  });

  it('is refused for the name of a field', () => {
    expect(() => json.encode({ model: 'Page', fields: new Map([['__proto__', 1]]) })).toThrow(
      expect.objectContaining({ code: 'invalid_key', path: ['__proto__'] }) as Error,
    );
  });
});

describe('Bytes that are no record', () => {
  it.each(HOSTILE)('are refused: %s', async (_name, bytes, reason) => {
    const error = await errorOf(() => decode(bytes));

    expect(error).toMatchObject({
      code: 'INVALID_RECORD',
      message: expect.stringContaining(
        `The data at "${PATH}" is not a record: ${String(error.details.reason)}`,
      ) as string,
      details: { path: PATH },
    });
    expect(error.details.reason).toEqual(reason instanceof RegExp ? expect.stringMatching(reason) : reason);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('x');
  });

  it('are refused only beyond the depth that can be written again', () => {
    const text = `{"model":"Page","fields":{"a":${nested(498, '"\\u005f"')}}}`;
    const record = json.decode(Buffer.from(text), PATH);

    expect(json.decode(json.encode(record), PATH)).toEqual(record);
  });
});
