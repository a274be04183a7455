import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Credential, Remote, Repository } from 'nodegit';
import { runChild } from '../support/child-process';
import { untyped } from '../support/nodegit-untyped';
import type { UntypedRemote } from '../support/nodegit-untyped';
import { commitFiles, git, temporaryFolder, temporaryRepository } from '../support/temporary-repository';

const MAIN = 'refs/heads/main';

let hub: string;
let folder: string;
let repository: Repository;
let remote: UntypedRemote;
let base: string;

/** A bare repository with one commit, and a clone of it. */
beforeEach(async () => {
  hub = temporaryRepository({ bare: true });
  base = commitFiles(hub, MAIN, { message: 'base' });
  folder = path.join(temporaryFolder(), 'clone');
  git(hub, 'clone', '--quiet', '--config=fetch.prune=false', hub, folder);
  repository = await Repository.open(folder);
  remote = await untyped.Remote.lookup(repository, 'origin');
});

function references(repository: string, pattern = 'refs/'): string[] {
  return git(repository, 'for-each-ref', '--format=%(refname)', pattern).split('\n').filter(Boolean);
}

/** Pushes, and collects what the other side said of each reference: nothing, if it agreed. */
async function push(...refspecs: string[]): Promise<[ref: string, refusal: string][]> {
  const answers: [string, string][] = [];
  await remote.push(refspecs, {
    callbacks: {
      pushUpdateReference: (ref: string, refusal: string) => {
        answers.push([ref, refusal]);
        return 0;
      },
    },
  });
  return answers;
}

describe('A remote', () => {
  test('is looked up by its name, or -3', async () => {
    expect([remote.name(), remote.url(), remote.pushurl()]).toEqual(['origin', hub, undefined]);
    await expect(Remote.lookup(repository, 'none')).rejects.toMatchObject({ errno: -3 });
    await expect(Remote.list(repository)).resolves.toEqual(['origin']);
  });

  test('is created, with -4 where there is one and -12 for a name that cannot be', async () => {
    await Remote.create(repository, 'second', hub);
    expect(git(folder, 'remote', 'get-url', 'second')).toBe(hub);

    await expect(Remote.create(repository, 'origin', hub)).rejects.toMatchObject({ errno: -4 });
    await expect(Remote.create(repository, 'a b', hub)).rejects.toMatchObject({ errno: -12 });
  });

  test('that is not there is -1, whatever stands in the way', async () => {
    const missing = path.join(hub, 'missing');
    const urls = [missing, 'http://127.0.0.1:1/none'];

    for (const url of urls) {
      const anonymous = await untyped.Remote.createAnonymous(repository, url);
      await expect(anonymous.fetch([], {}, '')).rejects.toMatchObject({ errno: -1 });
    }
    await expect(untyped.Clone.clone(missing, path.join(temporaryFolder(), 'x'))).rejects.toMatchObject({
      errno: -1,
    });
  });
});

describe('Clone.clone', () => {
  test('makes a bare clone with tracking references, where git clone --bare makes branches', async () => {
    const target = path.join(temporaryFolder(), 'clone.git');
    const clone = await untyped.Clone.clone(hub, target, { bare: 1 });

    expect(clone.isBare()).toBe(1);
    expect(references(target)).toEqual([MAIN, 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main']);
    expect(git(target, 'config', 'remote.origin.fetch')).toBe('+refs/heads/*:refs/remotes/origin/*');
  });

  test('rejects with -4 a folder that is not empty, and leaves none behind when it fails', async () => {
    await expect(untyped.Clone.clone(hub, folder)).rejects.toMatchObject({ errno: -4 });

    const target = path.join(temporaryFolder(), 'clone');
    await expect(untyped.Clone.clone(path.join(hub, 'missing'), target)).rejects.toMatchObject({ errno: -1 });
    expect(existsSync(target)).toBe(false);
  });
});

describe('remote.fetch', () => {
  test('moves the tracking references and brings tags of what it fetches', async () => {
    const next = commitFiles(hub, MAIN, { message: 'next', parents: [base] });
    git(hub, 'tag', '--message', 'A tag', 'v1', next);
    await remote.fetch([], {}, 'a log message');

    expect(git(folder, 'rev-parse', 'refs/remotes/origin/main')).toBe(next);
    expect(references(folder, 'refs/tags')).toEqual(['refs/tags/v1']);
  });

  test('removes what is gone on the other side only when told to prune', async () => {
    git(folder, 'update-ref', 'refs/remotes/origin/gone', base);
    await remote.fetch([], {}, '');
    expect(references(folder, 'refs/remotes/origin/gone')).toHaveLength(1);

    await remote.fetch([], { prune: 1 }, '');
    expect(references(folder, 'refs/remotes/origin/gone')).toEqual([]);
  });

  test('says nothing of a refspec that names nothing, nor of one that may not go backwards and would', async () => {
    const ahead = commitFiles(folder, 'refs/heads/ahead', { parents: [base] });
    await remote.fetch(['refs/heads/none:refs/heads/fetched', 'refs/heads/main:refs/heads/ahead'], {}, '');

    expect(references(folder, 'refs/heads/fetched')).toEqual([]);
    expect(git(folder, 'rev-parse', 'refs/heads/ahead')).toBe(ahead);
  });
});

describe('remote.push', () => {
  test('creates, moves and deletes references, and tells of each', async () => {
    await expect(push(`${MAIN}:refs/heads/new`)).resolves.toEqual([['refs/heads/new', '']]);
    const next = commitFiles(folder, MAIN, { message: 'next', parents: [base] });
    await push(`${MAIN}:refs/heads/new`);
    expect(git(hub, 'rev-parse', 'refs/heads/new')).toBe(next);

    await push(':refs/heads/new');
    expect(references(hub)).toEqual([MAIN]);
    // Nor does it mind to delete what is not there.
    await push(':refs/heads/new');
  });

  test('moves the tracking reference as well', async () => {
    const next = commitFiles(folder, MAIN, { message: 'next', parents: [base] });
    await push(`${MAIN}:${MAIN}`);

    expect(git(folder, 'rev-parse', 'refs/remotes/origin/main')).toBe(next);
  });

  test('rejects with -11 what is no fast-forward, unless the refspec begins with +', async () => {
    commitFiles(hub, MAIN, { message: 'theirs', parents: [base] });
    const ours = commitFiles(folder, MAIN, { message: 'ours', parents: [base] });

    await expect(push(`${MAIN}:${MAIN}`)).rejects.toMatchObject({ errno: -11 });
    await push(`+${MAIN}:${MAIN}`);
    expect(git(hub, 'rev-parse', MAIN)).toBe(ours);
  });

  test('rejects with -1 a refspec that names nothing here', async () => {
    await expect(push('refs/heads/none:refs/heads/none')).rejects.toMatchObject({ errno: -1 });
  });

  test('resolves although the other side refuses: only pushUpdateReference tells', async () => {
    writeFileSync(path.join(hub, 'refs/heads/locked.lock'), '');

    await expect(push(`${MAIN}:refs/heads/locked`)).resolves.toEqual([
      ['refs/heads/locked', expect.stringContaining('failed to lock file')],
    ]);
    expect(references(hub)).toEqual([MAIN]);
  });

  test('to a folder of this machine runs none of its hooks', async () => {
    const hook = path.join(hub, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\nexit 1\n');
    chmodSync(hook, 0o755);

    await push(`${MAIN}:refs/heads/new`);
    expect(references(hub)).toEqual([MAIN, 'refs/heads/new']);
  });

  test('to a folder of this machine rejects with -8 when that has a work tree', async () => {
    remote = await untyped.Remote.createAnonymous(repository, temporaryRepository());

    await expect(push(`${MAIN}:${MAIN}`)).rejects.toMatchObject({ errno: -8 });
  });
});

describe('A server that wants a password', () => {
  let url: string;
  let requests: number;
  const server = createServer((_, response) => {
    requests++;
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="spec"' }).end();
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/repository.git`;
  });

  beforeEach(() => {
    requests = 0;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function fetchWith(credentials?: () => unknown): Promise<unknown> {
    const anonymous = await untyped.Remote.createAnonymous(repository, url);
    return anonymous.fetch([], { callbacks: credentials ? { credentials } : {} }, '');
  }

  test('is -16 without a callback, or when that returns null', async () => {
    await expect(fetchWith()).rejects.toMatchObject({ errno: -16 });
    await expect(fetchWith(() => null)).rejects.toMatchObject({ errno: -16 });
    expect(requests).toBe(2);
  });

  test('asks for a wrong password over and over, until libgit2 loses patience with -1', async () => {
    let asked = 0;
    const attempt = fetchWith(() => {
      asked++;
      return Credential.userpassPlaintextNew('name', 'wrong');
    });

    await expect(attempt).rejects.toMatchObject({
      errno: -1,
      message: 'too many redirects or authentication replays',
    });
    expect(asked).toBeGreaterThan(5);
  });

  test('does not hand on what the callback throws: -1, with words of something else', async () => {
    const attempt = fetchWith(() => {
      throw new Error('no password');
    });

    await expect(attempt).rejects.toMatchObject({
      errno: -1,
      message: expect.not.stringContaining('no password') as unknown,
    });
  });
});

test('a credentials callback that returns a number aborts the process', () => {
  const program = `
    const server = require('node:http').createServer((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="spec"' }).end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const repository = await nodegit.Repository.open(process.argv[1]);
    const url = 'http://127.0.0.1:' + server.address().port + '/repository.git';
    const remote = await nodegit.Remote.createAnonymous(repository, url);
    await remote.fetch([], { callbacks: { credentials: () => nodegit.Error.CODE.EUSER } }, '').catch(() => {});`;

  expect(runChild(program, { args: [folder] }).signal).toBe('SIGABRT');
});
