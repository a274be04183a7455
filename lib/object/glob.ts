/** What a place of a pattern stands for: any text, or one character that passes a test. */
type Token = 'any' | ((character: string) => boolean);

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/**
 * Compiles a pattern of names as `git tag --list` takes it: `*` is any text, also with slashes, `?` any character,
 * `[a-z]` one of these and `[!a-z]` any other; a backslash takes the meaning away from what follows.
 *
 * Source: `wildmatch.c` in Git's sources, without flags.
 *
 * @returns whether a name matches, in a time that is no more than the product of the lengths.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  const tokens = tokenize(Array.from(pattern));
  return tokens ? (name) => matches(tokens, Array.from(name)) : () => false;
}

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let [at, token] = [0, 0];
  /** Where to go on when a later part does not match: the last `*`, and what comes after what it stands for so far. */
  let back: { token: number; at: number } | undefined;
  while (at < name.length) {
    const each = tokens[token];
    if (each === 'any') {
      back = { token: ++token, at };
    } else if (each?.(name[at] as string)) {
      at++;
      token++;
    } else if (back) {
      back = { token: back.token, at: back.at + 1 };
      ({ token, at } = back);
    } else {
      return false;
    }
  }
  while (tokens[token] === 'any') token++;
  return token === tokens.length;
}

/** Undefined for a pattern that nothing matches, because a bracket or a backslash is not followed by what it needs. */
function tokenize(pattern: readonly string[]): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === '*') {
      tokens.push('any');
    } else if (character === '?') {
      tokens.push(() => true);
    } else if (character === '[') {
      const set = readSet(pattern, at + 1);
      if (!set) return undefined;
      tokens.push(set.test);
      at = set.end;
    } else {
      const literal = character === '\\' ? pattern[++at] : character;
      if (literal === undefined) return undefined;
      tokens.push((each) => each === literal);
    }
  }
  return tokens;
}

/** Reads what stands in brackets, from behind the first one. */
function readSet(
  pattern: readonly string[],
  start: number,
): { readonly test: (character: string) => boolean; readonly end: number } | undefined {
  const isNegated = pattern[start] === '!' || pattern[start] === '^';
  const tests: ((character: string) => boolean)[] = [];
  const first = isNegated ? start + 1 : start;
  for (let at = first; ; at++) {
    let from = pattern[at];
    if (from === undefined) return undefined;
    if (from === ']' && at > first) {
      return { test: (each) => tests.some((test) => test(each)) !== isNegated, end: at };
    }
    const [named, name] = /^\[:(\w*):\]/.exec(pattern.slice(at, at + 12).join('')) ?? [];
    if (named !== undefined) {
      const known = CLASSES[name ?? ''];
      if (!known) return undefined;
      tests.push((each) => known.test(each));
      at += named.length - 1;
      continue;
    }
    if (from === '\\') from = pattern[++at];
    let to = from;
    if (pattern[at + 1] === '-' && pattern[at + 2] !== undefined && pattern[at + 2] !== ']') {
      at += 2;
      to = pattern[at] === '\\' ? pattern[++at] : pattern[at];
    }
    if (from === undefined || to === undefined) return undefined;
    const [low, high] = [from, to];
    // In git the lower end is there also when the upper one is lower still.
    tests.push((each) => each === low || (code(low) < code(each) && code(each) <= code(high)));
  }
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
