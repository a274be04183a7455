import path from 'node:path';
import { FANOUT, listLooseFolder, namesIn } from './loose-list';

/** The one folder of 256 by which git guesses how many loose objects there are: hashes are spread evenly. */
const SAMPLE = '17';

/** About how many loose objects there are, as `git gc --auto` guesses it: at the cost of listing one folder. */
export async function estimateLooseObjects(objectsFolder: string): Promise<number> {
  return (await listLooseFolder(objectsFolder, SAMPLE)).length * FANOUT.length;
}

/** How many packs there are that no `.keep` file protects. */
export async function countPacks(objectsFolder: string): Promise<number> {
  const names = new Set(await namesIn(path.join(objectsFolder, 'pack')));
  const isCounted = (name: string): boolean =>
    name.endsWith('.idx') && !names.has(name.replace(/idx$/, 'keep'));
  return [...names].filter(isCounted).length;
}
