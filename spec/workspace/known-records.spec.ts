import { flat } from 'gitmodel';
import { StagedTree } from '../../lib/object/staged-tree';
import type { TreeSource } from '../../lib/object/staged-tree';
import { KnownRecords } from '../../lib/workspace/known-records';

const SOURCE: TreeSource = { readTree: () => Promise.reject(new Error('There is nothing to read.')) };
const PLACE = { name: 'Page', folder: 'page', dataFilename: 'data.json', layout: flat(), fileNames: [] };
const ENTRIES = {
  id: 'a',
  path: 'page/a/data.json',
  oid: '0'.repeat(40),
  content: undefined,
  files: new Map(),
};

describe('Known records', () => {
  it('are those of one tree and one place', () => {
    const [tree, other] = [StagedTree.empty(SOURCE), StagedTree.empty(SOURCE)];
    const known = new KnownRecords();
    known.add(tree, PLACE, 'a', ENTRIES);

    expect(known.get(tree, PLACE, 'a')?.entries).toBe(ENTRIES);
    expect(known.get(tree, PLACE, 'b')).toBeUndefined();
    expect(known.get(tree, { ...PLACE }, 'a')).toBeUndefined();
    expect(known.get(other, PLACE, 'a')).toBeUndefined();
    known.add(other, PLACE, 'b', ENTRIES);
    expect(known.get(tree, PLACE, 'a')).toBeUndefined();
  });

  it('are not remembered while their content is in memory only', () => {
    const tree = StagedTree.empty(SOURCE);
    const known = new KnownRecords();
    known.add(tree, PLACE, 'a', { ...ENTRIES, content: Buffer.from('{}') });

    expect(known.get(tree, PLACE, 'a')).toBeUndefined();
  });

  it('are bounded in number', () => {
    const tree = StagedTree.empty(SOURCE);
    const known = new KnownRecords();
    for (let n = 0; n <= 32_768; n++) known.add(tree, PLACE, String(n), ENTRIES);

    expect(known.get(tree, PLACE, '0')).toBeUndefined();
    expect(known.get(tree, PLACE, '32768')?.entries).toBe(ENTRIES);
  });

  it('hold what was found, as long as that is not too much together', () => {
    const tree = StagedTree.empty(SOURCE);
    const known = new KnownRecords();
    const [found, bytes] = [
      { ...ENTRIES, record: { model: 'Page', fields: new Map() }, at: undefined },
      2 ** 20,
    ];
    const records = Array.from({ length: 40 }, (_, n) => known.add(tree, PLACE, String(n), ENTRIES));
    for (const record of records) if (record) known.addFound(record, found, bytes);
    const held = records.map((record) => record?.found === found);
    expect([held.indexOf(false), held.lastIndexOf(true)]).toEqual([32, 31]);

    const other = StagedTree.empty(SOURCE);
    const next = known.add(other, PLACE, 'a', ENTRIES);
    if (next) known.addFound(next, found, bytes);
    expect(known.get(other, PLACE, 'a')?.found).toBe(found);
  });
});
