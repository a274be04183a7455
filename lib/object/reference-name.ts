import { InvalidReferenceNameError } from '../errors';

/** What the names of branches begin with. */
export const BRANCHES = 'refs/heads/';

/** What the names of tags begin with. */
export const TAGS = 'refs/tags/';

/** A component is a file's name in `refs/`, and Git appends `.lock` to it while it writes. */
const MAX_COMPONENT_BYTES = 255 - '.lock'.length;

/**
 * The full name of a branch, from its short or full name: `draft` and `refs/heads/draft` are both
 * `refs/heads/draft`.
 *
 * @throws InvalidReferenceNameError when Git would refuse the name.
 */
export function branchRef(name: string): string {
  return fullName(BRANCHES, name);
}

/**
 * The full name of a tag, from its short or full name: `v1` and `refs/tags/v1` are both `refs/tags/v1`.
 *
 * @throws InvalidReferenceNameError when Git would refuse the name.
 */
export function tagRef(name: string): string {
  return fullName(TAGS, name);
}

function fullName(prefix: string, name: string): string {
  const ref = typeof name !== 'string' || name.startsWith(prefix) ? name : `${prefix}${name}`;
  checkReferenceName(ref);
  const short = ref.slice(prefix.length);
  if (short === 'HEAD' || short.startsWith('-')) {
    throw invalidName(
      ref,
      short === 'HEAD' ? 'is "HEAD"' : 'starts with a dash, so git would take it for an option',
    );
  }
  return ref;
}

/** The name of a branch as people write it: `draft` for `refs/heads/draft`. */
export function shortBranchName(ref: string): string {
  return isBranchRef(ref) ? ref.slice(BRANCHES.length) : ref;
}

/** Whether the reference is a branch. */
export function isBranchRef(ref: string): boolean {
  return ref.startsWith(BRANCHES);
}

/**
 * Checks the full name of a reference by Git's rules and returns it.
 *
 * Rules: https://git-scm.com/docs/git-check-ref-format
 *
 * @throws InvalidReferenceNameError with the rule that the name breaks.
 */
export function checkReferenceName(ref: string): string {
  const reason = invalidReason(ref);
  if (reason) throw invalidName(ref, reason);
  return ref;
}

/** Whether Git's rules allow the full name of a reference. */
export function isReferenceName(ref: string): boolean {
  return invalidReason(ref) === undefined;
}

function invalidName(ref: string, reason: string): InvalidReferenceNameError {
  return new InvalidReferenceNameError(
    `${JSON.stringify(ref)} is not a valid name of a reference: it ${reason}. See "git help check-ref-format".`,
    { details: { ref, reason } },
  );
}

function invalidReason(ref: string): string | undefined {
  if (typeof ref !== 'string') return 'is not a string';
  // eslint-disable-next-line no-control-regex -- control characters are what Git refuses
  const forbidden = /[\x00-\x20\x7f~^:?*[\\]/.exec(ref);
  if (forbidden) return `contains ${JSON.stringify(forbidden[0])}`;
  if (ref.includes('..')) return 'contains ".."';
  if (ref.includes('@{')) return 'contains "@{"';
  if (ref.endsWith('.')) return 'ends with a dot';
  if (!ref.isWellFormed()) return 'contains half of a surrogate pair, which UTF-8 cannot hold';
  const components = ref.split('/');
  if (components.length < 2) return 'has no slash';
  for (const component of components) {
    if (component === '') return 'is empty or has an empty component between slashes';
    if (component.startsWith('.')) return 'has a component that starts with a dot';
    if (component.endsWith('.lock')) return 'has a component that ends with ".lock"';
    if (Buffer.byteLength(component) > MAX_COMPONENT_BYTES) {
      return `has a component that is longer than ${MAX_COMPONENT_BYTES} bytes`;
    }
  }
  return undefined;
}
