import fc from 'fast-check';
import { InvalidValue, JsonNumber, markdown } from 'gitmodel';
import type { JsonValue } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { anyText, storedFields } from './stored-fields';

const PATH = 'post/hello/data.md';
const post = markdown({ body: 'content' });

function encode(fields: Readonly<Record<string, JsonValue>>): string {
  return post.encode({ model: 'Post', fields: new Map(Object.entries(fields)) }).toString('utf8');
}

function decode(text: string | Buffer): Record<string, JsonValue> {
  const { model, fields } = post.decode(Buffer.from(text), PATH);
  expect(model).toBeNull();
  return Object.fromEntries(fields);
}

/** The values of a front matter. */
function above(yaml: string): Record<string, JsonValue> {
  const { content, ...fields } = decode(`---\n${yaml}\n---\n`);
  expect(content).toBe('');
  return fields;
}

describe('A record as Markdown', () => {
  it('looks as people write it', () => {
    expect(
      encode({
        slug: 'hello',
        title: "Hello, it's me",
        model: 'A field like any other',
        published: true,
        rating: 4.5,
        parent: null,
        tags: ['a', 'b: c'],
        author: { name: 'Ann', links: [] },
        summary: 'one\ntwo\n',
        content: 'The body.',
      }),
    ).toBe(`---
slug: hello
title: Hello, it's me
model: A field like any other
published: true
rating: 4.5
parent: null
tags:
  - a
  - "b: c"
author:
  name: Ann
  links: []
summary: |
  one
  two
---

The body.
`);
  });

  it('has the extension md', () => {
    expect(post.extension).toBe('md');
  });

  it('has no lines folded', () => {
    const text = 'word '.repeat(100).trim();

    expect(encode({ text, quoted: `"${text}: ` }).split('\n')).toHaveLength(4);
  });

  it('quotes what any reader of YAML might take for something else', () => {
    const words = [
      'no',
      'On',
      'y',
      '=',
      '~',
      'null',
      '',
      '012',
      '1e3',
      '0x1F',
      '.5',
      '12:30',
      '2024-02-28',
      '1_000',
    ];

    expect(encode(Object.fromEntries(words.map((word, n) => [`w${n}`, word])))).toBe(
      `---\n${words.map((word, n) => `w${n}: "${word}"\n`).join('')}---`,
    );
    expect(encode({ '1': 1, true: 1, '<<': 1, '=': 1 })).toBe('---\n"1": 1\n"true": 1\n"<<": 1\n"=": 1\n---');
  });

  it('writes several lines as such unless there is white space around them', () => {
    expect(encode({ a: 'b\n\n  c', d: ' \n', e: 'f \ng', h: 'i\n\n', j: 'k\u2028' })).toBe(
      '---\na: |-\n  b\n\n    c\nd: "\\ \\n"\ne: "f\\ \\ng"\nh: "i\\n\\n"\nj: "k\\u2028"\n---',
    );
  });

  it('keeps the order of the fields, also of those whose names are numbers', () => {
    const fields = new Map([['b', 1], ['10', 2], ['a', 3], ['9', 4]]); // prettier-ignore
    const again = post.decode(post.encode({ model: null, fields }), PATH);

    expect([...again.fields]).toEqual([...fields]);
  });

  it.each([
    ['absent', undefined, '---\na: 1\n---'],
    ['null', null, '---\na: 1\ncontent: null\n---\n'],
    ['empty', '', '---\na: 1\n---\n'],
    ['a line end', '\n', '---\na: 1\n---\n\n\n\n'],
    ['a carriage return', '\r', '---\na: 1\n---\n\n\r\n'],
    ['without a line end', 'x', '---\na: 1\n---\n\nx\n'],
    ['with line ends around it', '\r\n\nx\r\n', '---\na: 1\n---\n\n\r\n\nx\r\n\n'],
    ['with a front matter of its own', '---\nb: 2\n---\n', '---\na: 1\n---\n\n---\nb: 2\n---\n\n'],
    ['with a mark of byte order', '\ufeffx', '---\na: 1\n---\n\n\ufeffx\n'],
  ])('has a body that is %s', (_name, content, text) => {
    const fields: Record<string, JsonValue> = content === undefined ? { a: 1 } : { a: 1, content };

    expect(encode(fields)).toBe(text);
    expect(decode(text)).toEqual(fields);
  });

  it('keeps any body', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), (content) => {
        const text = encode({ content });
        expect(decode(text)).toEqual({ content });
        expect(encode(decode(text))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps any fields, and their order', () => {
    fc.assert(
      fc.property(storedFields(), anyText, (others, content) => {
        const fields = new Map<string, JsonValue>([...others.filter(([name]) => name !== 'content')]);
        fields.set('content', content);
        const bytes = post.encode({ model: 'Post', fields });
        const again = post.decode(bytes, PATH);

        expect([...again.fields]).toEqual([...fields]);
        expect(post.encode(again)).toEqual(bytes);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('Reading Markdown', () => {
  const record = { title: 'Hello', content: 'The body.' };

  it.each([
    ['as it is written', '---\ntitle: Hello\n---\n\nThe body.\n'],
    ['with CRLF', '---\r\ntitle: Hello\r\n---\r\n\r\nThe body.\r\n'],
    ['without an empty line below the front matter', '---\ntitle: Hello\n---\nThe body.\n'],
    ['without a line end', '---\ntitle: Hello\n---\n\nThe body.'],
    ['with spaces behind the dashes', '--- \ntitle: Hello\n---\t\n\nThe body.\n'],
    ['with dots at the end', '---\ntitle: Hello\n...\n\nThe body.\n'],
    ['with a mark of byte order', '\ufeff---\ntitle: Hello\n---\n\nThe body.\n'],
    ['with comments', '---\n# a comment\n\ntitle: Hello # another\n# and one more\n---\n\nThe body.\n'],
    ['with other quotes', '---\n\'title\': "H\\x65llo"\n---\n\nThe body.\n'],
    ['with a block', '---\ntitle: >-\n  Hello\n---\n\nThe body.\n'],
    ['with braces', '---\n{ title: Hello }\n---\n\nThe body.\n'],
  ])('accepts what people write: %s', (_name, text) => {
    expect(decode(text)).toEqual(record);
  });

  it.each(['---\n---\n', '---\r\n---\r\n', '---\n# nothing\n---\n\n', '---\n\n...\n'])(
    'accepts no fields: %j',
    (text) => {
      expect(decode(text)).toEqual({ content: '' });
    },
  );

  it('keeps the line ends of a body with CRLF', () => {
    expect(decode('---\r\na: |\r\n  b\r\n  c\r\n---\r\n\r\none\r\ntwo\r\n')).toEqual({
      a: 'b\nc\n',
      content: 'one\r\ntwo',
    });
  });

  it.each<[string, JsonValue]>([
    ['2024-05-01', '2024-05-01'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
    ['no', 'no'],
    ['on', 'on'],
    ['=', '='],
    ['12:30', '12:30'],
    ['1_000', '1_000'],
    ['~', null],
    ['', null],
    ['Null', null],
    ['True', true],
    ['"true"', 'true'],
    ["'1'", '1'],
    ['+12', 12],
    ['-007', '-007'],
    ['.5', 0.5],
    ['1.', 1],
    ['0xff', 255],
    ['0o17', 15],
    ['1e3', new JsonNumber('1e3')],
    ['1.10', new JsonNumber('1.10')],
    ['9007199254740993', new JsonNumber('9007199254740993')],
    ['+9007199254740993', new JsonNumber('9007199254740993')],
    ['-.12345678901234567890123', new JsonNumber('-0.12345678901234567890123')],
    ['1e999', new JsonNumber('1e999')],
    ['[12345678901234567890, {a: 1}]', [new JsonNumber('12345678901234567890'), { a: 1 }]],
  ])('takes %j for what it is in YAML 1.2', (yaml, value) => {
    expect(above(`a: ${yaml}`)).toEqual({ a: value });
  });

  it.each(['constructor', 'toString', 'then', 'length', 'model', 'fields', '<'])(
    'takes "%s" for a field',
    (name) => {
      expect(above(`${name}: x`)).toEqual({ [name]: 'x' });
    },
  );

  it('accepts the null of a body, with nothing below it', () => {
    expect(decode('---\ncontent: ~\n---\n\n')).toEqual({ content: null });
  });
});

/** A list in a list in a list, to a depth. */
function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

const NOT_YAML = /^it is not YAML: .*, at line \d+$/;
const IN_FRONT_MATTER = 'it has "content" in its front matter, which is the text below it; leave only one';
const TOO_DEEP = 'it is nested more than 500 levels deep';

const HOSTILE: readonly (readonly [string, string | Buffer, string | RegExp])[] = [
  ['nothing', '', /^it does not begin with front matter/],
  ['no front matter', 'The body.\n', /^it does not begin with front matter/],
  ['JSON', '{"model":"Post","fields":{}}', /^it does not begin with front matter/],
  ['a conflict that was committed', '<<<<<<< HEAD\n---\n---\n', /^it does not begin with front matter/],
  ['UTF-16', Buffer.from('\ufeff---\na: 1\n---\n', 'utf16le'), 'it is not UTF-8'],
  ['bytes that are not UTF-8', Buffer.from('2d2d2d0a613a20ff0a2d2d2d0a', 'hex'), 'it is not UTF-8'],
  ['a front matter without end', '---\na: 1\n', /^its front matter does not end/],
  [
    'a front matter without end, but for its indentation',
    '---\na: |\n  ---\n',
    /^its front matter does not end/,
  ],
  ['a list', '---\n- a\n---\n', 'its front matter is not a mapping of names to values'],
  ['a text', '---\nabc\n---\n', 'its front matter is not a mapping of names to values'],
  ['null', '---\n~\n---\n', 'its front matter is not a mapping of names to values'],
  ['not YAML', '---\na: 1\nb: [\n---\n', NOT_YAML],
  ['a conflict within', '---\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n---\n', NOT_YAML],
  ['several documents', '---\na: 1\n--- {b: 2}\n---\n', 'its front matter has several documents'],
  ['a directive', '---\n%YAML 1.1\na: no\n---\n', NOT_YAML],
  ['a directive for tags', '---\n%TAG ! tag:a,2000:\n---\na: 1\n---\n', NOT_YAML],
  ['a key that stands there twice', '---\na: 1\n"\\x61": 2\n---\n', 'it has the key "a" twice'],
  ['a key that stands there twice within', '---\na: {b: 1, b: 1}\n---\n', 'it has the key "b" twice'],
  ['a key that is a number', '---\n1: a\n---\n', 'it has the key "1", which is not text; put it in quotes'],
  ['a key that is null', '---\na: {~: 1}\n---\n', 'it has the key "~", which is not text; put it in quotes'],
  ['no key', '---\n: 1\n---\n', 'it has the key "", which is not text; put it in quotes'],
  ['a key that is a list', '---\n? [a]\n: b\n---\n', 'it has a key that is not text; put it in quotes'],
  ['__proto__', '---\n__proto__:\n  x: 1\n---\n', 'it has the key "__proto__"'],
  [
    '__proto__ in escapes, deep within',
    '---\na: [{b: {"\\x5f_proto__": {x: 1}}}]\n---\n',
    'it has the key "__proto__"',
  ],
  ['a merge', '---\na:\n  <<: {x: 1}\n---\n', 'it has the merge key <<; write out what it merges'],
  ['an anchor', '---\na: &b 1\n---\n', 'it has the anchor &b; remove it'],
  ['an anchor of a key', '---\n&b a: 1\n---\n', 'it has the anchor &b; remove it'],
  ['an anchor of everything', '---\n&b\na: 1\n---\n', 'it has the anchor &b; remove it'],
  ['an alias', '---\na: *b\n---\n', 'it has the alias *b; write out what it stands for'],
  ['an alias as a key', '---\n*b : 1\n---\n', /^it has a key that is not text/],
  [
    'laughs',
    `---\na: &a [x]\n${'bcdefghij'.replace(/./g, (n) => `${n}: &${n} [*a,*a,*a]\n`)}---\n`,
    /^it has the anchor/,
  ],
  [
    'a tag of JavaScript',
    '---\na: !!js/function "function () {}"\n---\n',
    /^it has the tag .*js\/function; remove it$/,
  ],
  ['a binary', '---\na: !!binary aGVsbG8=\n---\n', /^it has the tag/],
  ['a tag of its own', '---\na: !foo {b: 1}\n---\n', 'it has the tag !foo; remove it'],
  ['a tag of nothing', '---\na: !foo\n---\n', 'it has the tag !foo; remove it'],
  ['a tag of a list', '---\na: !foo\n- 1\n---\n', 'it has the tag !foo; remove it'],
  ['a tag of a key', '---\n!foo a: 1\n---\n', 'it has the tag !foo; remove it'],
  ['a tag of everything', '---\n!foo\na: 1\n---\n', 'it has the tag !foo; remove it'],
  ['an ordinary tag', '---\na: !!str 1\n---\n', /^it has the tag/],
  ['a set', '---\na: !!set {b}\n---\n', /^it has the tag/],
  ['a tag that is not there', '---\na: !x!y b\n---\n', NOT_YAML],
  ['infinity', '---\na: .inf\n---\n', /^it has the number .inf,/],
  ['NaN', '---\na: [.NaN]\n---\n', /^it has the number .NaN,/],
  ['a long hexadecimal number', '---\na: 0xffffffffffffffff\n---\n', /^it has the number 0xf+,/],
  ['half a surrogate pair', '---\na: "\\uD800"\n---\n', /^it has half of a surrogate pair/],
  ['half a surrogate pair in a key', '---\n"\\uD800": 1\n---\n', /^it has half of a surrogate pair/],
  ['a value that is nested a little too deep', `---\na: ${nested(500)}\n---\n`, TOO_DEEP],
  ['a value that is nested very deep', `---\na: ${nested(100_000)}\n---\n`, TOO_DEEP],
  ['braces that are nested very deep', `---\na: ${'{'.repeat(100_000)}\n---\n`, TOO_DEEP],
  ['dashes that are nested very deep', `---\n${'- '.repeat(100_000)}\n---\n`, TOO_DEEP],
  ['keys that are nested very deep', `---\n${'? '.repeat(100_000)}\n---\n`, TOO_DEEP],
  ['the body in the front matter', '---\ncontent: a\n---\n', IN_FRONT_MATTER],
  ['the body in the front matter and below', '---\ncontent: a\n---\n\na\n', IN_FRONT_MATTER],
  ['a body that is null and yet below', '---\ncontent: null\n---\n\na\n', IN_FRONT_MATTER],
];

describe('Bytes that are no Markdown record', () => {
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
  });

  it('say in which line they are no YAML', async () => {
    const { details } = await errorOf(() => decode('---\na: 1\nb: 2\nc: "\\q"\n---\n'));
    expect(details.reason).toMatch(/at line 4$/);
  });

  it('are refused only beyond the depth that can be written again', () => {
    const record = decode(`---\na: ${nested(499)}\n---\n`);
    expect(decode(encode(record))).toEqual(record);
  });

  it.each([
    ['keys', (n: number) => Array.from({ length: n / 10 }, (_, each) => `k${each}: 1`).join('\n')],
    ['list items', (n: number) => `a: [${'[],'.repeat(n / 3)}]`],
    ['quotation marks', (n: number) => `a: '${"''".repeat(n / 2)}'`],
    ['escapes', (n: number) => `a: "${'\\"'.repeat(n / 2)}"`],
    ['backslashes', (n: number) => `a: "${'\\'.repeat(n)}"`],
    ['lines', (n: number) => `a: |\n${' x\n'.repeat(n / 3)}`],
    ['spaces', (n: number) => `a: b${' '.repeat(n)}c`],
    ['zeros', (n: number) => `a: 1${'0'.repeat(n)}1`],
    ['digits and a letter', (n: number) => `a: ${'1'.repeat(n)}x`],
    ['brackets that close nothing', (n: number) => ']'.repeat(n)],
    ['commas', (n: number) => `a: [${','.repeat(n / 3)}]`],
    ['anchors', (n: number) => `a: ${'&a '.repeat(n / 3)}`],
    // Where the square of the time is taken, these do not come to an end.
  ])('are read or refused, however many there are: %s', (_name, yaml) => {
    try {
      decode(`---\n${yaml(300_000)}\n---\n`);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_RECORD' });
    }
  });
});

describe('A record that Markdown cannot hold', () => {
  const deep = JSON.parse(nested(500)) as JsonValue;

  it.each<[string, string, unknown]>([
    ['too_deep', 'nested a little too deep', { a: deep }],
    ['invalid_number', 'NaN', { a: [NaN] }],
    ['invalid_number', 'a number that is none', { a: new JsonNumber('1\nb: 2') }],
    ['invalid_type', 'undefined', { a: undefined }],
    ['invalid_key', '__proto__ within a value', { a: JSON.parse('{"__proto__":1}') as unknown }],
    ['invalid_text', 'half a surrogate pair', { a: ['\ud800'] }],
    ['invalid_text', 'half a surrogate pair in a key', { a: { '\udc00': 1 } }],
    ['invalid_text', 'half a surrogate pair in the body', { content: 'a\ud800b' }],
    ['invalid_type', 'a body that is a number', { content: 1 }],
    ['invalid_type', 'a body that is a list', { content: ['a'] }],
  ])('is refused with %s: %s', (code, _name, fields) => {
    const [name] = Object.keys(fields as object);

    expect(() => encode(fields as Record<string, JsonValue>)).toThrow(InvalidValue);
    expect(() => encode(fields as Record<string, JsonValue>)).toThrow(
      expect.objectContaining({ code, path: [name] }) as Error,
    );
  });

  it.each(['__proto__', '\ud800'])('is refused for the name of a field: %j', (name) => {
    expect(() => post.encode({ model: null, fields: new Map([[name, 1]]) })).toThrow(
      expect.objectContaining({ path: [name] }) as Error,
    );
  });
});

describe('The options of Markdown', () => {
  it.each([{}, { body: '' }, { body: 1 }])('need the name of a field: %j', async (options) => {
    const error = await errorOf(() => markdown(options as { body: string }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'body' } });
  });
});
