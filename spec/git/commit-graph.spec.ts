import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { CommitGraph } from '../../lib/git/commit-graph';
import { CommitGraphFiles } from '../../lib/git/commit-graph-files';
import { PathKey } from '../../lib/object/changed-paths';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

let folder: string;

beforeEach(() => {
  folder = temporaryRepository();
});

function read(): CommitGraph | undefined {
  return new CommitGraphFiles(path.join(folder, '.git/objects')).read();
}

function write(...options: string[]): void {
  git(folder, 'commit-graph', 'write', '--reachable', '--no-progress', ...options);
}

/** All commits as git lists them: what the graph is to say of each. */
function commits(): { oid: string; tree: string; parents: string[]; time: number }[] {
  return git(folder, 'log', '--all', '--format=%H|%T|%P|%ct')
    .split('\n')
    .map((line) => {
      const [oid = '', tree = '', parents = '', time] = line.split('|');
      return { oid, tree, parents: parents.split(' ').filter(Boolean), time: Number(time) };
    });
}

/** Commits that change some files, and merges of two and three. */
function makeHistory(): void {
  const files = ['a', 'dir/b', 'dir/sub/c', 'other/d'];
  let tips: string[] = [];
  for (let n = 0; n < 12; n++) {
    const parents = n % 5 === 4 ? tips.slice(-3) : n % 5 === 3 ? tips.slice(-2) : tips.slice(-1);
    const file = files[n % files.length] as string;
    tips = [
      ...tips,
      commitFiles(folder, `refs/heads/b${n}`, { files: { [file]: `${n}` }, parents, message: `${n}` }),
    ];
  }
}

function expectAll(graph: CommitGraph | undefined): void {
  for (const commit of commits()) expect(graph?.find(commit.oid)).toMatchObject(commit);
}

describe('A commit graph', () => {
  it('says of all commits what they say', () => {
    makeHistory();
    write();
    expectAll(read());
    expect(read()?.find('1'.repeat(40))).toBeUndefined();
  });

  it('may be in layers', () => {
    makeHistory();
    write('--split=no-merge');
    commitFiles(folder, 'refs/heads/late', { message: 'Late', parents: [git(folder, 'rev-parse', 'b11')] });
    write('--split=no-merge');
    expect(readdirSync(path.join(folder, '.git/objects/info/commit-graphs'))).toHaveLength(3);
    expectAll(read());
  });

  it('has times beyond what 32 bits hold', () => {
    const tree = git(folder, 'mktree', '--missing');
    const raw = `tree ${tree}\nauthor A <a@x> 8000000000 +0000\ncommitter A <a@x> 8000000000 +0000\n\nx`;
    const file = path.join(temporaryFolder(), 'commit');
    writeFileSync(file, raw);
    const oid = git(folder, 'hash-object', '-t', 'commit', '-w', file);
    git(folder, 'update-ref', 'refs/heads/x', oid);
    write();
    expect(read()?.find(oid)?.time).toBe(8_000_000_000);
  });

  it('is not believed when a commit comes after its child, so that no walk goes round in a circle', () => {
    const first = commitFiles(folder, 'refs/heads/x', { files: { a: '1' }, message: 'One' });
    const second = commitFiles(folder, 'refs/heads/x', {
      files: { a: '2' },
      parents: [first],
      message: 'Two',
    });
    write('--changed-paths');
    const file = path.join(folder, '.git/objects/info/commit-graph');
    const bytes = readFileSync(file);
    const at = bytes.indexOf(Buffer.from(git(folder, 'rev-parse', `${second}^{tree}`), 'hex'));
    // Its own number in the place of its parent's.
    bytes.writeUInt32BE([first, second].sort().indexOf(second), at + 20);
    replace(file, bytes);
    expect(read()?.find(second)).toBeUndefined();
    expect(read()?.passOver(second, () => false)).toBeUndefined();
  });

  it('may be that of an alternate', () => {
    makeHistory();
    write();
    const clone = temporaryFolder();
    git(clone, 'clone', '--quiet', '--shared', '--bare', folder, '.');
    const graph = new CommitGraphFiles(path.join(clone, 'objects')).read();
    expectAll(graph);
  });

  it('is done without when there is none, or it is damaged', () => {
    expect(read()).toBeUndefined();
    makeHistory();
    write();
    const file = path.join(folder, '.git/objects/info/commit-graph');
    const bytes = readFileSync(file);
    const some = commits().slice(0, 3);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        replace(file, damaged);
        const graph = read();
        for (const { oid } of some) graph?.find(oid);
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 21), (length) => {
        replace(file, bytes.subarray(0, length));
        const graph = read();
        for (const commit of some) {
          const found = graph?.find(commit.oid);
          if (found) expect(found).toMatchObject(commit);
        }
      }),
      { numRuns: 50 },
    );
    replace(file, bytes);
    expectAll(read());
  });
});

/** Git has made the file read-only, so another one takes its place. */
function replace(file: string, bytes: Buffer): void {
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
}

/** What the filter of a commit says. */
function mayHave(graph: CommitGraph | undefined, oid: string, place: string): boolean | undefined {
  const key = new PathKey(place);
  let may: boolean | undefined;
  graph?.passOver(oid, (paths) => {
    may ??= paths.mayHave(key);
    return true;
  });
  return may;
}

describe('The changed paths of a commit graph', () => {
  it('never leave out what a commit has changed, and mostly leave out the rest', () => {
    makeHistory();
    write('--changed-paths');
    const graph = read();
    const places = [
      'a',
      'dir',
      'dir/b',
      'dir/sub',
      'dir/sub/c',
      'other',
      'other/d',
      'nowhere',
      'dir/nothing',
    ];
    let wrong = 0;
    for (const { oid, parents } of commits()) {
      const [first] = parents;
      for (const place of places) {
        const args = first === undefined ? ['--root', oid] : [first, oid];
        const isChanged =
          git(folder, 'diff-tree', '-r', '--name-only', '--no-commit-id', ...args, '--', place) !== '';
        const may = mayHave(graph, oid, place);
        if (isChanged) expect(may).toBe(true);
        else if (may === true) wrong++;
      }
    }
    expect(wrong).toBeLessThan(10);
  });

  it('say nothing of commits with very many changes, and of names that are not ASCII', () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`f${n}`, 'x']));
    const first = commitFiles(folder, 'refs/heads/x', { files: many, message: 'Many' });
    const second = commitFiles(folder, 'refs/heads/x', {
      files: { ...many, 'č/é': 'x' },
      parents: [first],
      message: 'Č',
    });
    write('--changed-paths');
    const graph = read();
    expect([
      mayHave(graph, first, 'nothing'),
      mayHave(graph, second, 'č/é'),
      mayHave(graph, second, 'elsewhere'),
    ]).toEqual([true, true, false]);
  });

  it('lead past all that has not changed something, as long as each has one parent', () => {
    makeHistory();
    write('--changed-paths');
    const graph = read();
    const pass = (place: string): string | undefined => {
      const key = new PathKey(place);
      const found = graph?.passOver(git(folder, 'rev-parse', 'b2'), (paths) => paths.mayHave(key));
      return found && git(folder, 'log', '-1', '--format=%s', found.oid);
    };
    expect([pass('nowhere'), pass('a'), pass('dir/sub/c'), pass('dir')]).toEqual([
      '0',
      '1',
      undefined,
      undefined,
    ]);
    const merge = git(folder, 'rev-parse', 'b3');
    expect(graph?.passOver(merge, () => false)).toBeUndefined();
  });
});
