import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { OID_BYTES } from '../../object/oid';
import { OidList } from '../../object/oid-list';

const FILE_NAME = /^[0-9a-f]{38}$/;

/** The two digits that the folders of loose objects are named by, in ascending order. */
export const FANOUT = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The loose objects of a repository, those of its alternates apart. */
export async function listLooseObjects(objectsFolder: string): Promise<OidList> {
  const parts: Buffer[] = [];
  for (const digits of FANOUT) {
    const names = (await listLooseFolder(objectsFolder, digits)).sort();
    const part = Buffer.allocUnsafe(names.length * OID_BYTES);
    names.forEach((name, number) => part.write(digits + name, number * OID_BYTES, 'hex'));
    parts.push(part);
  }
  return new OidList(Buffer.concat(parts));
}

/** The names of the objects in one of the folders. */
export async function listLooseFolder(objectsFolder: string, digits: string): Promise<string[]> {
  return (await namesIn(path.join(objectsFolder, digits))).filter((name) => FILE_NAME.test(name));
}

/** The names in a folder; none when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
