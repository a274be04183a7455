import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Remote, Repository } from 'nodegit';
import { git, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let file: string;
let repository: Repository;

beforeEach(async () => {
  folder = temporaryRepository();
  file = path.join(folder, '.git/config');
  repository = await Repository.open(folder);
});

async function read(name: string): Promise<unknown> {
  return (await repository.config()).getStringBuf(name);
}

describe('The configuration of an open repository', () => {
  test('is read anew when somebody else has put another file in its place', async () => {
    await expect(read('branch.main.remote')).rejects.toMatchObject({ errno: -3 });
    for (const remote of ['one', 'two']) {
      const text = readFileSync(file, 'utf8').replace(/\[branch[^]*/, '');
      writeFileSync(`${file}.other`, `${text}[branch "main"]\n\tremote = ${remote}\n`);
      renameSync(`${file}.other`, file);
      expect(await read('branch.main.remote')).toBe(remote);
    }
    git(folder, 'config', '--unset', 'branch.main.remote');
    await expect(read('branch.main.remote')).rejects.toMatchObject({ errno: -3 });
  });

  test.each(['a.b', 'a/b', 'it"s', 'größe', 'UPPER', 'x]y', 'a#b'])(
    'has options of the branch %s under its name',
    async (name) => {
      git(folder, 'config', `branch.${name}.remote`, 'origin');

      expect(await read(`branch.${name}.remote`)).toBe('origin');
    },
  );

  test('has the remotes, whose names may have slashes, with what is fetched from them', async () => {
    git(folder, 'remote', 'add', 'up/stream', folder);
    git(folder, 'config', '--add', 'remote.up/stream.fetch', '^refs/heads/none');

    expect(await Remote.list(repository)).toEqual(['up/stream']);
    const remote = await Remote.lookup(repository, 'up/stream');
    expect(await remote.getFetchRefspecs()).toEqual([
      '+refs/heads/*:refs/remotes/up/stream/*',
      '^refs/heads/none',
    ]);
  });

  test('rejects with -3 for a remote that it does not have, and with -12 for a name that no remote can have', async () => {
    await expect(Remote.lookup(repository, 'none')).rejects.toMatchObject({ errno: -3 });
    for (const name of ['', '.', 'a..b', 'a b']) {
      await expect(Remote.lookup(repository, name)).rejects.toMatchObject({ errno: -12 });
    }
  });
});
