import { visitLinks } from '../../lib/object/object-links';
import { commitFiles, git, runGit, temporaryRepository } from '../support/temporary-repository';
import type { ObjectType } from '../../lib/object/oid';

let folder: string;
let base: string;
let tip: string;

beforeAll(() => {
  folder = temporaryRepository();
  base = commitFiles(folder, 'refs/heads/base', { files: { a: 'a' } });
  const other = commitFiles(folder, 'refs/heads/other', { files: { b: 'b' } });
  const files = { 'file.txt': 'text', 'folder/4': 'four', 'folder/deep/1': 'one' };
  tip = commitFiles(folder, 'refs/heads/main', { files, parents: [base, other] });
});

function linksOf(oid: string): (string | undefined)[] {
  const type = git(folder, 'cat-file', '-t', oid) as ObjectType;
  const content = runGit(folder, ['cat-file', type, oid]);
  const links: (string | undefined)[] = [];
  visitLinks({ type, content }, (source, at, kind) => {
    links.push(`${source.toString('hex', at, at + 20)} ${kind ?? 'any'}`);
  });
  return links;
}

describe('The objects that an object names', () => {
  it('are the tree and the parents of a commit', () => {
    const oids = git(folder, 'rev-parse', `${tip}^{tree}`, `${tip}^1`, `${tip}^2`).split('\n');
    expect(linksOf(tip)).toEqual([
      `${oids[0] ?? ''} tree`,
      `${oids[1] ?? ''} commit`,
      `${oids[2] ?? ''} commit`,
    ]);
  });

  it('are not those that a commit only writes about', () => {
    const oid = git(folder, 'commit-tree', '-m', `parent ${base}`, `${tip}^{tree}`);
    expect(linksOf(oid)).toEqual([`${git(folder, 'rev-parse', `${tip}^{tree}`)} tree`]);
  });

  it('are the files and folders of a folder, links and programs too, but no submodules', () => {
    const blob = git(folder, 'rev-parse', `${tip}:file.txt`);
    const tree = git(folder, 'rev-parse', `${tip}:folder`);
    const entries = [
      `100644 blob ${blob}\tfile`,
      `120000 blob ${blob}\tlink`,
      `100755 blob ${blob}\tprogram`,
      `160000 commit ${base}\tsubmodule`,
      `040000 tree ${tree}\tx`,
    ];
    const oid = runGit(folder, ['mktree'], { input: `${entries.join('\n')}\n` })
      .toString()
      .trim();
    expect(linksOf(oid)).toEqual([`${blob} blob`, `${blob} blob`, `${blob} blob`, `${tree} tree`]);
  });

  it('are what a tag is of, of whatever kind', () => {
    git(folder, 'tag', '-a', '-m', 'A tag', 'v1', tip);
    expect(linksOf(git(folder, 'rev-parse', 'v1'))).toEqual([`${tip} any`]);
  });

  it('are none for a blob, nor where an object is malformed', () => {
    expect(linksOf(git(folder, 'rev-parse', `${tip}:file.txt`))).toEqual([]);
    const visit = jest.fn();
    visitLinks({ type: 'tree', content: Buffer.from('100644 no end') }, visit);
    visitLinks({ type: 'tree', content: Buffer.from('100644 short\0oid') }, visit);
    visitLinks({ type: 'commit', content: Buffer.from('tree 1234\n') }, visit);
    expect(visit).not.toHaveBeenCalled();
  });
});
