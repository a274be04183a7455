import { FileMode } from '../../lib/object/file-mode';
import { NodeEntry } from '../../lib/object/node-entry';
import type { Gatherer, UnwrittenObject } from '../../lib/object/node-entry';
import { EMPTY_TREE_OID, hashObject, toByteOid } from '../../lib/object/oid';
import { TreeNode } from '../../lib/object/tree-node';
import { encodeTree } from '../../lib/object/tree-codec';
import { errorOf } from '../support/error-of';

function file(text: string): NodeEntry {
  const content = Buffer.from(text);
  return NodeEntry.blob(content, toByteOid(hashObject('blob', content)), FileMode.BLOB);
}

/** A folder with these names, where an object stands for another folder. */
interface Content {
  readonly [name: string]: string | Content;
}

function folder(content: Content): TreeNode {
  return Object.entries(content).reduce(
    (node, [name, value]) =>
      node.with(name, typeof value === 'string' ? file(value) : NodeEntry.folder(folder(value))),
    TreeNode.empty(),
  );
}

/** What objects are, in short: a blob's text, or `tree` and the size. */
function summary(objects: Iterable<UnwrittenObject>): string[] {
  return Array.from(objects, ({ type, content, node }) =>
    type === 'blob' ? content.toString() : `${type} of ${String(node?.size)}`,
  );
}

describe('a folder of a staged tree', () => {
  it('has no entries to begin with, and the oid of the empty tree', () => {
    const empty = TreeNode.empty();
    expect({ size: empty.size, oid: empty.oid, entry: empty.get('a') }).toEqual({
      size: 0,
      oid: EMPTY_TREE_OID,
      entry: undefined,
    });
  });

  it('stays as it is when an entry is added, replaced or removed', () => {
    const before = folder({ a: 'one' });
    const oid = before.oid;
    const edits = [
      before.with('b', file('two')),
      before.with('a', file('three')),
      before.without('a'),
      before.with('a', NodeEntry.folder(folder({ x: 'y' }))),
    ];
    expect(before.oid).toBe(oid);
    expect(before.size).toBe(1);
    expect(before.get('a')?.content?.toString()).toBe('one');
    expect(new Set([oid, ...edits.map((edit) => edit.oid)]).size).toBe(5);
  });

  it('has after many changes at once what it has after one by one', () => {
    const before = folder({ a: 'one', b: 'two', c: 'three' });
    const oid = before.oid;
    const edit = before.withAll([
      ['a', file('four')],
      ['b', undefined],
      ['d', file('five')],
      ['nowhere', undefined],
    ]);
    expect(edit.oid).toBe(folder({ a: 'four', c: 'three', d: 'five' }).oid);
    expect(before.oid).toBe(oid);
    expect(before.withAll([])).toBe(before);
  });

  it('keeps thousands of entries apart through edits of both halves', () => {
    const names = Array.from({ length: 3000 }, (_, at) => `name-${at}`);
    const whole = names.reduce((node, name) => node.with(name, file(name)), TreeNode.empty());
    const half = names.filter((_, at) => at % 2 === 0).reduce((node, name) => node.without(name), whole);
    expect({ whole: whole.size, half: half.size }).toEqual({ whole: 3000, half: 1500 });
    expect(half.get('name-1')?.content?.toString()).toBe('name-1');
    expect(half.get('name-2')).toBeUndefined();
    expect(whole.get('name-2')?.content?.toString()).toBe('name-2');
  });

  it('is edited as well after it was written with many edits at once', () => {
    const names = Array.from({ length: 1000 }, (_, n) => [`file-${n}`, `${n}`] as const);
    const many = folder(Object.fromEntries(names));
    expect(many.oid).toBe(folder(Object.fromEntries([...names].reverse())).oid);
    many.settle();
    const one = many.with('file-500', file('other')).without('file-1');
    const others = names.filter(([name]) => name !== 'file-1');
    const expected = { ...Object.fromEntries(others), 'file-500': 'other' };
    expect({ size: one.size, oid: one.oid }).toEqual({ size: 999, oid: folder(expected).oid });
    expect(summary(one.unwritten())).toEqual(['other', 'tree of 999']);
    expect([...many.list()].map(([name]) => name)).toEqual(names.map(([name]) => name).sort());
  });

  it('has no mode that begins with a zero any more once it is edited', () => {
    const oid = toByteOid(hashObject('blob', Buffer.from('x')));
    const sound = encodeTree([
      { name: 'a', mode: FileMode.TREE, oid },
      { name: 'b', mode: FileMode.BLOB, oid },
    ]);
    const padded = Buffer.concat([Buffer.from('0'), sound]);
    const stored = TreeNode.decode(toByteOid(hashObject('tree', padded)), padded);
    const edited = (node: TreeNode): string => node.with('c', file('new')).oid;
    expect(stored.get('a')?.mode).toBe(FileMode.TREE);
    expect(edited(stored)).toBe(edited(TreeNode.decode(toByteOid(hashObject('tree', sound)), sound)));
  });

  it('lists its entries by the bytes of their names', () => {
    const names = Array.from(
      folder({ b: '', 'a-b': '', '\xff': '', a: { x: '' }, a0: '', B: '' }).list(),
      ([name]) => name,
    );
    expect(names).toEqual(['B', 'a', 'a-b', 'a0', 'b', '\xff']);
  });

  it('has the oid of what it holds, however it came to be', () => {
    const one = folder({ a: '1', b: { c: '2' } });
    const other = folder({ z: '', b: { c: '2' } })
      .with('a', file('1'))
      .without('z');
    expect(other.oid).toBe(one.oid);
  });
});

describe('the unwritten objects of a folder', () => {
  it('are its files and folders, children before their parents', () => {
    const root = folder({ a: 'one', b: { c: 'two', d: { e: 'three' } }, f: 'four' });
    expect(summary(root.unwritten())).toEqual([
      'one',
      'two',
      'three',
      'tree of 1',
      'tree of 2',
      'four',
      'tree of 3',
    ]);
  });

  it('have the oids of their contents', () => {
    const objects = [...folder({ a: 'one', b: { c: 'two' } }).unwritten()];
    expect(objects.map(({ oid }) => oid)).toEqual(
      objects.map(({ type, content }) => hashObject(type, content)),
    );
  });

  it('are the same each time until they are settled, for the writing may have failed', () => {
    const root = folder({ a: 'one', b: { c: 'two' } });
    const expected = ['one', 'two', 'tree of 1', 'tree of 2'];
    expect(summary(root.unwritten())).toEqual(expected);
    for (const { content } of root.unwritten()) if (content.toString() === 'two') break;
    expect(summary(root.unwritten())).toEqual(expected);
  });

  it('are given once to whoever gathers them, also when somebody else looks at them between', () => {
    const root = folder({ a: 'one', b: { c: 'two' } });
    const gatherer: Gatherer = { gathers: 'objects' };
    expect(summary(root.unwritten(gatherer))).toEqual(['one', 'two', 'tree of 1', 'tree of 2']);
    expect(summary(root.unwritten())).toEqual(['one', 'two', 'tree of 1', 'tree of 2']);
    expect(summary(root.unwritten(gatherer))).toEqual([]);
    expect(summary(root.with('d', file('three')).unwritten(gatherer))).toEqual(['three', 'tree of 3']);
    expect(summary(root.unwritten({ gathers: 'objects' }))).toHaveLength(4);
  });

  it('are none once they are settled, and nothing is held in memory then', () => {
    const root = folder({ a: 'one', b: { c: 'two' } });
    const oids = [root.oid, root.get('a')?.oid, root.get('b')?.oid];
    root.settle();
    expect([...root.unwritten()]).toEqual([]);
    expect([root.oid, root.get('a')?.oid, root.get('b')?.oid]).toEqual(oids);
    expect({ content: root.get('a')?.content, node: root.get('b')?.node }).toEqual({
      content: undefined,
      node: undefined,
    });
  });

  it('are settled also when nobody has asked for an oid before', () => {
    const root = folder({ a: 'one', b: { c: 'two' } });
    root.settle();
    expect(root.oid).toBe(folder({ a: 'one', b: { c: 'two' } }).oid);
  });

  it('are only those of the changed path after an edit of a settled folder', () => {
    const before = folder({ a: { b: 'one' }, c: { d: 'two' } });
    before.settle();
    const after = before.with('e', file('three'));
    expect(summary(after.unwritten())).toEqual(['three', 'tree of 3']);
    expect(summary(before.unwritten())).toEqual([]);
  });

  it('lack what was settled with another folder that shares it', () => {
    const shared = NodeEntry.folder(folder({ a: 'one', b: { c: 'two' } }));
    const [left, right] = ['left', 'right'].map((name) =>
      TreeNode.empty().with('shared', shared).with(name, file(name)),
    ) as [TreeNode, TreeNode];
    const oid = right.oid;
    left.settle();
    expect(summary(right.unwritten())).toEqual(['right', 'tree of 2']);
    right.settle();
    left.settle();
    expect(right.oid).toBe(oid);
  });

  it('are none for a folder that was read, and only itself after an edit of it', () => {
    const stored = folder({ a: 'one', b: { c: 'two' } });
    const last = [...stored.unwritten()].at(-1);
    const read = TreeNode.decode(stored.byteOid, last?.content ?? Buffer.alloc(0));
    expect(read.oid).toBe(stored.oid);
    expect(summary(read.unwritten())).toEqual([]);
    expect(summary(read.without('a').unwritten())).toEqual(['tree of 1']);
  });

  it('include the empty tree, for nothing else may have stored it', () => {
    expect(summary(folder({ a: 'one' }).without('a').unwritten())).toEqual(['tree of 0']);
  });
});

describe('a folder that was read', () => {
  it('cannot have several entries of one name, of which an edit would drop all but one', async () => {
    const one = { name: 'a', mode: 0o100644, oid: toByteOid('01'.repeat(20)) };
    const raw = encodeTree([one, { ...one, oid: toByteOid('02'.repeat(20)) }]);
    const error = await errorOf(() => TreeNode.decode(toByteOid('1'.repeat(40)), raw));
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', details: { oid: '1'.repeat(40) } });
  });
});
