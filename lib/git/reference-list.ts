import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GitModelError } from '../errors';
import { isReferenceName } from '../object/reference-name';
import { PackedRefs } from './packed-refs';
import { readReference } from './references';
import type { GitRepository } from './repository';

/** A reference and its value. */
export interface ListedReference {
  readonly ref: string;
  readonly oid: string;
}

const OID = /^([0-9a-f]{40})\s*$/;

/**
 * The references whose names begin with a prefix that ends in a slash, by the bytes of their names. Symbolic ones have
 * the value of what they lead to; those that lead nowhere, and damaged ones, are left out.
 *
 * libgit2 shows damaged ones with what `packed-refs` has of them.
 *
 * @param onBroken Is told which are left out, and why.
 */
export async function listReferences(
  repository: GitRepository,
  prefix: string,
  onBroken: (ref: string, reason: string) => void = () => undefined,
): Promise<ListedReference[]> {
  const { commonFolder } = repository;
  const leaveOut = (ref: string, reason: string): null => {
    onBroken(ref, reason);
    return null;
  };
  const values = new Map<string, string | null>();
  // Files before packed-refs: what is packed in between is in there by then.
  for (const ref of referenceFiles(commonFolder, prefix)) {
    const content = readIfThere(path.join(commonFolder, ref));
    if (content === undefined) continue;
    const oid = OID.exec(content)?.[1] ?? (await readSymbolic(repository, ref, content));
    values.set(ref, typeof oid === 'string' ? oid : leaveOut(ref, oid.reason));
  }
  for (const [ref, oid] of PackedRefs.read(repository).under(prefix)) {
    if (!values.has(ref) && isReferenceName(ref)) values.set(ref, oid);
  }
  return [...values]
    .flatMap(([ref, oid]) => (oid === null ? [] : [{ ref, oid }]))
    .sort((one, other) => Buffer.compare(Buffer.from(one.ref), Buffer.from(other.ref)));
}

/** The value of a reference whose file holds no oid, or why it has none. */
async function readSymbolic(
  repository: GitRepository,
  ref: string,
  content: string,
): Promise<string | { readonly reason: string }> {
  if (!content.startsWith('ref:')) return { reason: 'its file holds neither an oid nor another name' };
  try {
    const oid = await readReference(repository, ref);
    return oid ?? { reason: `it leads to ${content.slice('ref:'.length).trim()}, which is not there` };
  } catch (error) {
    if (!(error instanceof GitModelError)) throw error;
    return { reason: error.message };
  }
}

/** The names of the references that have files. Lock files are none. */
function* referenceFiles(commonFolder: string, folder: string): Generator<string, void> {
  let entries;
  try {
    entries = readdirSync(path.join(commonFolder, folder), { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name.endsWith('.lock')) continue;
    if (entry.isDirectory()) yield* referenceFiles(commonFolder, `${folder}${entry.name}/`);
    else if (isReferenceName(`${folder}${entry.name}`)) yield `${folder}${entry.name}`;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
