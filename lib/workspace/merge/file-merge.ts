import { isUtf8 } from 'node:buffer';
import type { ObjectStore } from '../../git/object-store';
import { mergeText } from '../../model/merge/text-merge';
import { FileMode } from '../../object/file-mode';
import { hashObject } from '../../object/oid';
import type { StagedEntry, StagedTree } from '../../object/staged-tree';
import { MergeConflict } from './merge-conflict';
import type { MergeCommits } from './merge-conflict';
import { cannotResolve } from './open-conflict';
import { placeFile } from './placing';
import type { Placed } from './placing';
import type { UnitMerge } from './unit-merge';

/** The versions of a file; undefined where it is not. */
export interface FileVersions {
  readonly base: StagedEntry | undefined;
  readonly ours: StagedEntry | undefined;
  readonly theirs: StagedEntry | undefined;
}

/** Merges a file that both sides have changed, as Git does: by line, binary files and links as a whole. */
export async function mergeFile(
  path: string,
  versions: FileVersions,
  objects: ObjectStore,
  commits: MergeCommits,
): Promise<UnitMerge> {
  const { base, ours, theirs } = versions;
  let result: Placed | undefined = ours;
  const apply = async (tree: StagedTree): Promise<StagedTree> =>
    result ? placeFile(tree, path, result) : tree.without(path);
  if (isSame(ours, theirs)) return { open: [], apply };
  const merged = await mergeContents(versions, objects);
  if (merged) {
    result = merged;
    return { open: [], apply };
  }
  const conflict = new MergeConflict({
    kind: 'file',
    model: null,
    id: null,
    path,
    field: null,
    keys: [],
    base: base?.oid ?? null,
    ours: ours?.oid ?? null,
    theirs: theirs?.oid ?? null,
    commits,
    message:
      ours && theirs
        ? `the file "${path}" was changed on both sides`
        : `the file "${path}" was deleted on ${ours ? 'their side and changed on ours' : 'our side and changed on theirs'}`,
  });
  const decide: UnitMerge['open'][number]['decide'] = (decision) => {
    result = typeof decision === 'string' ? versions[decision] : given(conflict, versions, decision.value);
  };
  return { open: [{ conflict, decide }], apply };
}

function isSame(a: StagedEntry | undefined, b: StagedEntry | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

function given(conflict: MergeConflict, { ours, theirs }: FileVersions, value: unknown): Placed | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    return cannotResolve(conflict, value, "must be the file's content, or null");
  }
  const content = Buffer.from(value as Uint8Array);
  // A program stays one.
  const mode = [ours, theirs].find((each) => each && isOrdinary(each))?.mode ?? FileMode.BLOB;
  return { oid: hashObject('blob', content), mode, content };
}

/** Undefined where Git would see a conflict. */
async function mergeContents(
  { base, ours, theirs }: FileVersions,
  objects: ObjectStore,
): Promise<Placed | undefined> {
  if (!ours || !theirs || !isOrdinary(ours) || !isOrdinary(theirs) || (base && !isOrdinary(base)))
    return undefined;
  // Both have added it, one of them as a program.
  if (!base && ours.mode !== theirs.mode) return undefined;
  const mode = ours.mode === base?.mode ? theirs.mode : ours.mode;
  if (ours.oid === theirs.oid || base?.oid === theirs.oid) return { ...placed(ours), mode };
  if (base?.oid === ours.oid) return { ...placed(theirs), mode };
  const [before, left, right] = [
    await textOf(base, objects),
    await textOf(ours, objects),
    await textOf(theirs, objects),
  ];
  if (before === undefined || left === undefined || right === undefined) return undefined;
  const text = mergeText(before, left, right);
  if (text === undefined) return undefined;
  const content = Buffer.from(text);
  return { oid: hashObject('blob', content), mode, content };
}

function placed({ oid, mode, content }: StagedEntry): Placed {
  return { oid, mode, content };
}

function isOrdinary({ mode }: StagedEntry): boolean {
  return mode === FileMode.BLOB || mode === FileMode.EXECUTABLE;
}

/** Git takes a file for binary that has a NUL in so many bytes at its beginning (`buffer_is_binary`). */
const LOOKED_AT = 8000;

/** Undefined for what is no text. */
async function textOf(entry: StagedEntry | undefined, objects: ObjectStore): Promise<string | undefined> {
  if (!entry) return '';
  const content = entry.content ?? (await objects.readBlob(entry.oid));
  if (content.subarray(0, LOOKED_AT).includes(0)) return undefined;
  // What is not UTF-8 has to come out as it was.
  return isUtf8(content) ? content.toString('utf8') : undefined;
}
