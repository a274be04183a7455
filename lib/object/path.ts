import { InvalidPathError } from '../errors';
import { fromByteName, toByteName } from './byte-name';
import type { EntryKind } from './file-mode';

/** The longest name that the usual file systems can hold, in bytes. */
const MAX_NAME_BYTES = 255;

/**
 * The segments of a path inside a tree, checked one by one. Paths use `/`, are relative to the root and name
 * one entry: no leading, trailing or double slash. A name whose bytes are not UTF-8 is as {@link fromByteName} gives it.
 *
 * @param kind What is to be at the path, when something is put there: a folder or a symbolic link may not have
 *   every name that a file may.
 * @throws InvalidPathError when Git, or a file system it may be checked out on, would refuse the path.
 */
export function parsePath(path: string, kind: EntryKind = 'blob'): string[] {
  if (typeof path !== 'string') {
    throw invalidPath(String(path), '', 'is not a string');
  }
  const segments = path.split('/');
  if (PLAIN.test(path) && path.length <= MAX_NAME_BYTES) return segments;
  const last = segments.length - 1;
  segments.forEach((segment, position) => {
    const reason =
      (isOfBytes(segment) ? undefined : unsafeTextReason(segment)) ??
      unsafeNameReason(segment) ??
      unsafeKindReason(segment, position < last ? 'tree' : kind);
    if (reason) throw invalidPath(path, segment, reason);
  });
  return segments;
}

/**
 * Most paths: nothing but letters, digits, `_`, `-` and dots of ASCII, and no name that begins with a dot. Git gives
 * no meaning to any such name, of whatever kind its entry is.
 */
const PLAIN = /^[-\w][-\w.]*(?:\/[-\w][-\w.]*)*$/;

/**
 * Checks a single name that becomes a folder, for example a record's id, and returns it.
 *
 * @throws InvalidPathError with the reason; `details` holds `name` and `reason`.
 */
export function checkFolderName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  const reason = name.includes('/')
    ? 'contains a slash'
    : (unsafeTextReason(name) ?? unsafeNameReason(name) ?? unsafeKindReason(name, 'tree'));
  if (reason) throw invalidPath(name, name, reason);
  return name;
}

/** The same as {@link PLAIN} for one name, no longer than the usual file systems can hold. */
const PLAIN_NAME = /^[-\w][-\w.]{0,254}$/;

function invalidPath(path: string, name: string, reason: string): InvalidPathError {
  const shown = JSON.stringify(path);
  const where = name === path ? shown : `${JSON.stringify(name)} in ${shown}`;
  return new InvalidPathError(
    `The name ${where} cannot be stored in Git: it ${reason}. Choose another name.`,
    {
      details: { path, name, reason },
    },
  );
}

/** Whether a text is not Unicode because it is the name of an entry whose bytes are not UTF-8: see {@link fromByteName}. */
function isOfBytes(name: string): boolean {
  return !name.isWellFormed() && fromByteName(toByteName(name)) === name;
}

function unsafeTextReason(name: string): string | undefined {
  return name.isWellFormed() ? undefined : 'contains half of a surrogate pair, which UTF-8 cannot hold';
}

/** Why no entry may have this name, or undefined when it may. */
function unsafeNameReason(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name === '.' || name === '..') return `is "${name}"`;
  if (name.includes('\0')) return 'contains NUL';
  if (isDotGit(name)) return 'means .git to some file system';
  if (name.length * 3 > MAX_NAME_BYTES && toByteName(name).length > MAX_NAME_BYTES) {
    return `is longer than ${MAX_NAME_BYTES} bytes`;
  }
  return undefined;
}

/** Why only a file may have this name; `git fsck` wants files where Git keeps its own settings. */
function unsafeKindReason(name: string, kind: EntryKind): string | undefined {
  if (kind === 'blob' || !(kind === 'symlink' ? isGitModules(name) : isGitSettings(name))) return undefined;
  return `is the name of one of Git's own files, not of a ${kind === 'tree' ? 'folder' : kind}`;
}

/**
 * Whether a name means `.git` on some file system, by the rules that Git applies whatever system it runs on
 * (`verify_path`, `is_hfs_dotgit` and `is_ntfs_dotgit` in Git's sources; CVE-2014-9390, CVE-2019-1353): in any
 * case, with trailing dots and spaces or an alternate data stream, as the short name `git~1`, behind a
 * backslash, and with characters that HFS+ ignores.
 */
function isDotGit(name: string): boolean {
  if (HARMLESS.test(name)) return false;
  return name.split('\\').some((part) => NTFS_DOT_GIT.test(part)) || stripHfsIgnored(name) === '.git';
}

/** Most names: they begin with a letter or digit, but not as `git~1` does, and have no backslash. */
const HARMLESS = /^(?!git~)[0-9a-z][^\\]*$/i;

const NTFS_DOT_GIT = /^(?:\.git|git~1)[. ]*(?:$|:)/i;

/** The characters that HFS+ ignores in names: `next_hfs_char` in Git's utf8.c. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

function stripHfsIgnored(name: string): string {
  return name.replace(HFS_IGNORED, '').toLowerCase();
}

/** Whether a name means `.gitmodules` on some file system; only there does Git look behind a backslash too. */
const isGitModules = settingsFile('gitmodules', 'gi7eba', String.raw`(?:^|\\)`);
const isGitAttributes = settingsFile('gitattributes', 'gi7d29', '^');

/** Whether a name is that of a file through which a tree tells Git how to treat it. */
function isGitSettings(name: string): boolean {
  return isGitModules(name) || isGitAttributes(name);
}

/**
 * Matches the name of a settings file in all spellings of `is_ntfs_dot_generic` and `is_hfs_dot_generic` in
 * Git's sources: the full name, the short names of NTFS, the prefix NTFS falls back to, and HFS+'s.
 */
function settingsFile(name: string, shortPrefix: string, start: string): (candidate: string) => boolean {
  const ends = '[. ]*(?:$|:)';
  const ntfs = new RegExp(
    `${start}(?:\\.${name}|${name.slice(0, 6)}~[1-4]|${shortNames(shortPrefix)})${ends}`,
    'i',
  );
  return (candidate) => ntfs.test(candidate) || stripHfsIgnored(candidate) === `.${name}`;
}

/** NTFS falls back to a prefix of the hash, a tilde and a number, eight characters in all: `gi7eba~1`, `gi~12345`. */
function shortNames(prefix: string): string {
  const alternatives = [];
  for (let kept = 0; kept <= prefix.length; kept++) {
    alternatives.push(`${prefix.slice(0, kept)}~[1-9][0-9]{${prefix.length - kept}}`);
  }
  return `(?:${alternatives.join('|')})`;
}
