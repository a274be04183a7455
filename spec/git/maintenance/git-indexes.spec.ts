import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Blob, Commit, Repository } from 'nodegit';
import { writeGitIndexes } from '../../../lib/git/maintenance/git-indexes';
import { git, temporaryFolder } from '../../support/temporary-repository';
import { addCommits, contextOf, looseRepository, objectsOf, packedRepository } from './repositories';

const { PATH } = process.env;

afterEach(() => {
  process.env.PATH = PATH;
  delete process.env.GIT_DIR;
});

/** Puts another program in the place of git. */
function replaceGit(script: string): void {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'git'), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, 'git'), 0o755);
  process.env.PATH = folder;
}

describe('What git writes to speed up reading', () => {
  it('is an index of several packs, and a graph of the commits; git finds both right', async () => {
    const folder = packedRepository(2);
    const written = { status: 'written' };
    expect(await writeGitIndexes(contextOf(folder), true)).toEqual({
      multiPackIndex: written,
      commitGraph: written,
    });
    git(folder, 'multi-pack-index', 'verify');
    git(folder, 'commit-graph', 'verify');
    expect(existsSync(path.join(folder, 'objects/pack/multi-pack-index'))).toBe(true);
    expect(git(folder, 'rev-list', '--count', 'main')).toBe('4');
  });

  it('is written again when there is something new', async () => {
    const folder = packedRepository(2);
    await writeGitIndexes(contextOf(folder), true);
    const upToDate = { status: 'up-to-date' };
    expect(await writeGitIndexes(contextOf(folder), false)).toEqual({
      multiPackIndex: upToDate,
      commitGraph: upToDate,
    });
    addCommits(folder, 1);
    git(folder, 'repack', '-d', '-q');
    expect(await writeGitIndexes(contextOf(folder), true)).toEqual({
      multiPackIndex: { status: 'written' },
      commitGraph: { status: 'written' },
    });
    git(folder, 'multi-pack-index', 'verify');
    git(folder, 'commit-graph', 'verify');
  });

  it('does not disturb a repository that is open in libgit2, nor what is added later', async () => {
    const folder = packedRepository(3);
    const repository = await Repository.open(folder);
    await Commit.lookup(repository, git(folder, 'rev-parse', 'main'));
    await writeGitIndexes(contextOf(folder), true);
    addCommits(folder, 2);
    git(folder, 'repack', '-d', '-q');
    for (const reader of [repository, await Repository.open(folder)]) {
      for (const line of objectsOf(folder)) {
        if (line.includes(' blob ')) await Blob.lookup(reader, line.slice(0, 40));
      }
      const walk = reader.createRevWalk();
      walk.push((await Commit.lookup(reader, git(folder, 'rev-parse', 'main'))).id());
      expect(await walk.fastWalk(100)).toHaveLength(8);
    }
  });

  it('is the repository’s own, whatever the environment says', async () => {
    const folder = packedRepository(2);
    process.env.GIT_DIR = looseRepository(1);
    await writeGitIndexes(contextOf(folder), true);
    expect(existsSync(path.join(folder, 'objects/pack/multi-pack-index'))).toBe(true);
    expect(existsSync(path.join(process.env.GIT_DIR, 'objects/info/commit-graphs'))).toBe(false);
  });

  describe('is skipped, with the reason,', () => {
    /** The repository is made with the real git, so it is replaced as late as can be. */
    const skippedWith = async (script: string | null): Promise<string[]> => {
      const context = contextOf(packedRepository(2));
      if (script === null) process.env.PATH = temporaryFolder();
      else replaceGit(script);
      const { multiPackIndex, commitGraph } = await writeGitIndexes(context, true);
      return [multiPackIndex, commitGraph].map((each) => ('reason' in each ? each.reason : each.status));
    };

    it('when there is no git', async () => {
      const reason = 'there is no git on the PATH';
      expect(await skippedWith(null)).toEqual([reason, reason]);
    });

    it('when git is old', async () => {
      const reason = 'git version 2.20.1 is older than 2.27';
      expect(await skippedWith('echo git version 2.20.1')).toEqual([reason, reason]);
    });

    it('when git fails', async () => {
      const script = 'if [ "$1" = version ]; then echo git version 2.40.0; else echo no luck >&2; exit 1; fi';
      expect(await skippedWith(script)).toEqual(['git failed: no luck', 'git failed: no luck']);
    });
  });

  it('is not of a single pack, and there is no graph without commits', async () => {
    const folder = looseRepository(0);
    mkdirSync(path.join(folder, 'objects/pack'), { recursive: true });
    const { multiPackIndex } = await writeGitIndexes(contextOf(folder), false);
    expect(multiPackIndex).toEqual({ status: 'up-to-date' });
  });
});
