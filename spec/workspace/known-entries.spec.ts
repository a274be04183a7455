import { flat } from 'gitmodel';
import { StagedTree } from '../../lib/object/staged-tree';
import type { TreeSource } from '../../lib/object/staged-tree';
import { KnownEntries } from '../../lib/workspace/known-entries';

const SOURCE: TreeSource = { readTree: () => Promise.reject(new Error('There is nothing to read.')) };
const PLACE = { name: 'Page', folder: 'page', dataFilename: 'data.json', layout: flat(), fileNames: [] };
const ENTRIES = {
  id: 'a',
  path: 'page/a/data.json',
  oid: '0'.repeat(40),
  content: undefined,
  files: new Map(),
};

describe('Known entries', () => {
  it('are those of one tree and one place', () => {
    const [tree, other] = [StagedTree.empty(SOURCE), StagedTree.empty(SOURCE)];
    const known = new KnownEntries();
    known.set(tree, PLACE, 'a', ENTRIES);

    expect(known.get(tree, PLACE, 'a')).toBe(ENTRIES);
    expect(known.get(tree, PLACE, 'b')).toBeUndefined();
    expect(known.get(tree, { ...PLACE }, 'a')).toBeUndefined();
    expect(known.get(other, PLACE, 'a')).toBeUndefined();
    known.set(other, PLACE, 'b', ENTRIES);
    expect(known.get(tree, PLACE, 'a')).toBeUndefined();
  });

  it('are not remembered while their content is in memory only', () => {
    const tree = StagedTree.empty(SOURCE);
    const known = new KnownEntries();
    known.set(tree, PLACE, 'a', { ...ENTRIES, content: Buffer.from('{}') });

    expect(known.get(tree, PLACE, 'a')).toBeUndefined();
  });

  it('are bounded in number', () => {
    const tree = StagedTree.empty(SOURCE);
    const known = new KnownEntries();
    for (let n = 0; n <= 32_768; n++) known.set(tree, PLACE, String(n), ENTRIES);

    expect(known.get(tree, PLACE, '0')).toBeUndefined();
    expect(known.get(tree, PLACE, '32768')).toBe(ENTRIES);
  });
});
