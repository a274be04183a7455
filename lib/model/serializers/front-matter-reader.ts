import { Composer, Lexer, Parser, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, Scalar, YAMLMap } from 'yaml';
import { MAX_RECORD_DEPTH } from '../json-value';
import { JsonNumber } from '../json-value';
import type { JsonValue } from '../json-value';

/** Says why a front matter cannot be read: `it is not YAML: …`. */
export class UnreadableFrontMatter extends Error {}

/**
 * Reads YAML front matter, without the lines that enclose it, by YAML 1.2's core schema: dates are text, and so
 * are `yes`, `no`, `on` and `off`. Only what JSON has is read; whatever would be lost or means harm is refused.
 *
 * @throws UnreadableFrontMatter when it is not a mapping of names to values of JSON.
 */
export function readFrontMatter(yaml: string): Map<string, JsonValue> {
  const contents = composed(yaml);
  if (contents === null) return new Map();
  if (!isMap(contents))
    throw new UnreadableFrontMatter('its front matter is not a mapping of names to values');
  return entriesOf(contents, 1);
}

/**
 * The nodes of the only document. It is parsed and composed by hand because the package's own functions run out
 * of stack, and take the process with them, where the text is nested deep enough.
 */
function composed(yaml: string): ParsedNode | null {
  const parser = new Parser();
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // It would compare every key with every other; `entriesOf` does it faster.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = [];
  for (const lexeme of new Lexer().lex(yaml)) {
    for (const token of parser.next(lexeme)) {
      // One error is enough; a text may have one at every character, and each takes time.
      if (token.type === 'error') throw notYaml(yaml, token.message, token.offset);
      documents.push(...composer.next(token));
    }
    // The parser's stack has the document and the scalar beside the collections that are open.
    if (parser.stack.length > MAX_RECORD_DEPTH + 2) throw new UnreadableFrontMatter(TOO_DEEP);
    if (documents.length > 1) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, yaml.length));
  const [document, other] = documents;
  const [error] = document?.errors ?? [];
  if (error) throw notYaml(yaml, error.message, error.pos[0]);
  if (other) throw new UnreadableFrontMatter('its front matter has several documents');
  return document?.contents ?? null;
}

function notYaml(yaml: string, problem: string, offset: number): UnreadableFrontMatter {
  // The first line is the one before the front matter.
  const line = yaml.slice(0, offset).split('\n').length + 1;
  return new UnreadableFrontMatter(`it is not YAML: ${problem}, at line ${line}`);
}

const TOO_DEEP = `it is nested more than ${MAX_RECORD_DEPTH} levels deep`;

/** @param depth At which level of the front matter the node is. */
function valueOf(node: ParsedNode | null, depth: number): JsonValue {
  if (node === null) return null;
  if (isAlias(node)) {
    throw new UnreadableFrontMatter(`it has the alias *${node.source}; write out what it stands for`);
  }
  checkProperties(node);
  if (isScalar(node)) return scalarOf(node);
  if (depth > MAX_RECORD_DEPTH) throw new UnreadableFrontMatter(TOO_DEEP);
  if (isSeq(node)) return node.items.map((each) => valueOf(each, depth + 1));
  return Object.fromEntries(entriesOf(node, depth));
}

function checkProperties({ tag, anchor }: ParsedNode & { anchor?: string }): void {
  if (anchor !== undefined) throw new UnreadableFrontMatter(`it has the anchor &${anchor}; remove it`);
  if (tag !== undefined) throw new UnreadableFrontMatter(`it has the tag ${tag}; remove it`);
}

/** @param depth At which level of the front matter the mapping is. */
function entriesOf(map: YAMLMap.Parsed, depth: number): Map<string, JsonValue> {
  checkProperties(map);
  const entries = new Map<string, JsonValue>();
  for (const { key: keyNode, value } of map.items) {
    const key = keyOf(keyNode);
    if (entries.has(key)) throw new UnreadableFrontMatter(`it has the key ${JSON.stringify(key)} twice`);
    entries.set(key, valueOf(value, depth + 1));
  }
  return entries;
}

function keyOf(node: ParsedNode): string {
  checkProperties(node);
  const key = isScalar(node) ? node.value : undefined;
  if (typeof key !== 'string') {
    const text = isScalar(node) ? `the key ${JSON.stringify(node.source)}, which` : 'a key that';
    throw new UnreadableFrontMatter(`it has ${text} is not text; put it in quotes`);
  }
  if (!key.isWellFormed()) throw new UnreadableFrontMatter(HALF_PAIR);
  if (key === '__proto__') throw new UnreadableFrontMatter('it has the key "__proto__"');
  if (key === '<<' && (node as Scalar).type === 'PLAIN') {
    throw new UnreadableFrontMatter('it has the merge key <<; write out what it merges');
  }
  return key;
}

function scalarOf({ value, source }: Scalar.Parsed): JsonValue {
  switch (typeof value) {
    case 'string':
      if (value.isWellFormed()) return value;
      throw new UnreadableFrontMatter(HALF_PAIR);
    case 'number':
      return numberOf(source);
    default:
      return value as boolean | null;
  }
}

const HALF_PAIR = 'it has half of a surrogate pair, which is no character';

const DECIMAL = /^([-+]?)(\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/;

/** `007`: YAML takes it for a number, people for a code whose zeros count. */
const LEADING_ZEROS = /^[-+]?0\d/;

/** The value of a number in YAML's notation, which allows more than JSON's: `+1`, `.5`, `1.`, `0xff`. */
function numberOf(source: string): number | JsonNumber | string {
  if (LEADING_ZEROS.test(source)) return source;
  const parts = DECIMAL.exec(source);
  if (parts) {
    const [, sign, whole = '', fraction = '', exponent = ''] = parts;
    return JsonNumber.asWritten(
      `${sign === '-' ? '-' : ''}${whole || '0'}${fraction && `.${fraction}`}${exponent}`,
    );
  }
  const value = Number(source);
  if (Number.isSafeInteger(value)) return value;
  throw new UnreadableFrontMatter(
    `it has the number ${source}, which JSON does not have; write it in another way`,
  );
}
