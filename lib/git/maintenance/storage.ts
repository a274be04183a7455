import { statSync } from 'node:fs';
import path from 'node:path';
import { Turn } from '../turn';
import { FANOUT, listLooseFolder } from './loose-list';
import { listPacks } from './pack-list';
import type { PackFile } from './pack-list';

/** What the objects of a repository are stored in, those of its alternates apart; as `git count-objects -v` has it. */
export interface StorageStatistics {
  /** Objects in files of their own, and how many bytes the files take on the disk: whole blocks. */
  readonly looseObjects: { readonly count: number; readonly bytes: number };
  /** Packs, the objects in them, and how many bytes they and their indexes have together. */
  readonly packs: {
    readonly count: number;
    readonly objects: number;
    readonly bytes: number;
    /** How many of them are left alone, because of a `.keep` file or for what they hold. */
    readonly kept: number;
  };
}

/** What file systems count blocks in, whatever the size of theirs is. */
const BLOCK_BYTES = 512;

/** Counts what a repository's objects are stored in. */
export async function measureStorage(objectsFolder: string): Promise<StorageStatistics> {
  return {
    looseObjects: await measureLooseObjects(objectsFolder),
    packs: summarizePacks(await listPacks(objectsFolder)),
  };
}

async function measureLooseObjects(objectsFolder: string): Promise<StorageStatistics['looseObjects']> {
  let [count, bytes] = [0, 0];
  const turn = new Turn();
  for (const digits of FANOUT) {
    for (const name of await listLooseFolder(objectsFolder, digits)) {
      const file = statSync(path.join(objectsFolder, digits, name), { throwIfNoEntry: false });
      if (!file) continue;
      count++;
      bytes += file.blocks * BLOCK_BYTES;
      if (turn.isOver()) await turn.next();
    }
  }
  return { count, bytes };
}

function summarizePacks(packs: readonly PackFile[]): StorageStatistics['packs'] {
  const sum = (of: (pack: PackFile) => number): number => packs.reduce((total, pack) => total + of(pack), 0);
  return {
    count: packs.length,
    objects: sum(({ objects }) => objects),
    bytes: sum(({ bytes }) => bytes),
    kept: sum(({ kept }) => Number(kept)),
  };
}
