/*
 * The text of a configuration file of Git, of which only one section is changed; all else stays as somebody wrote it.
 *
 * Syntax: https://git-scm.com/docs/git-config#_syntax
 */

/** A section with a name in quotes, as `[branch "main"]`. */
export interface ConfigSection {
  /** In lower case. */
  readonly section: string;
  readonly name: string;
}

/** A header and what follows it on its line. */
const HEADER = /^(\s*\[\s*([A-Za-z0-9.-]+)\s*(?:"((?:[^"\\\n]|\\.)*)")?\s*\])(.*)$/s;

/** What a line says; a value may go on in the next one. */
const KEY = /^\s*([A-Za-z][A-Za-z0-9-]*)/;

/** Gives a section another name. */
export function renameSection(text: string, section: ConfigSection, name: string): string {
  return edit(text, section, (lines) => [headerOf({ ...section, name }), ...lines.slice(1)]);
}

/** Takes a section out, with all that is in it. */
export function removeSection(text: string, section: ConfigSection): string {
  return edit(text, section, () => []);
}

/** Sets values of a section, or takes those out that are null. The section is made where there is none. */
export function setInSection(
  text: string,
  section: ConfigSection,
  values: Readonly<Record<string, string | null>>,
): string {
  const keys = new Set(Object.keys(values));
  const added = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [`\t${key} = ${quote(value)}\n`],
  );
  let isAdded = false;
  const edited = edit(text, section, (lines) => {
    const kept = lines.filter((line) => !keys.has((KEY.exec(line)?.[1] ?? '').toLowerCase()));
    const all = isAdded ? kept : [...kept.slice(0, 1), ...added, ...kept.slice(1)];
    isAdded = true;
    return all.length > 1 ? all : [];
  });
  if (isAdded || added.length === 0) return edited;
  return `${withNewline(edited)}${headerOf(section)}${added.join('')}`;
}

/** Replaces the lines of a section, wherever they are; the first of them is its header. */
function edit(
  text: string,
  { section, name }: ConfigSection,
  change: (lines: readonly string[]) => readonly string[],
): string {
  const parts: string[][] = [[]];
  const changed = new Set<string[]>();
  for (const line of logicalLines(text)) {
    const [, header, kind, quoted, rest] = HEADER.exec(line) ?? [];
    if (header === undefined) {
      parts.at(-1)?.push(line);
      continue;
    }
    const isIn = kind?.toLowerCase() === section && quoted !== undefined && unescaped(quoted) === name;
    const isAlone = (rest ?? '').trim() === '';
    const part = isAlone ? [line] : [`${header}\n`, `\t${(rest ?? '').trimStart()}`];
    // What is not changed stays as it is, on one line too.
    parts.push(isIn ? part : [line]);
    if (isIn) changed.add(parts.at(-1) as string[]);
  }
  return parts.flatMap((part) => (changed.has(part) ? change(part.map(withNewline)) : part)).join('');
}

/** Lines with their newlines; one that ends in a backslash goes on in the next. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = false;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (open) lines.push(`${lines.pop() ?? ''}${line}`);
    else lines.push(line);
    const isComment: boolean = !open && /^\s*[#;]/.test(line);
    open = !isComment && (/\\*(?=\r?\n?$)/.exec(line)?.[0].length ?? 0) % 2 === 1;
  }
  return lines;
}

function headerOf({ section, name }: ConfigSection): string {
  return `[${section} "${name.replace(/["\\]/g, '\\$&')}"]\n`;
}

function unescaped(quoted: string): string {
  return quoted.replace(/\\(.)/g, '$1');
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function quote(value: string): string {
  return /^[\w./@+-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
