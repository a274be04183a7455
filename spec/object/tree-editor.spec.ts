import fc from 'fast-check';
import { toByteName } from '../../lib/object/byte-name';
import { FileMode } from '../../lib/object/file-mode';
import { NodeEntry } from '../../lib/object/node-entry';
import type { UnwrittenObject } from '../../lib/object/node-entry';
import { hashObject, toByteOid } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { TreeEditor } from '../../lib/object/tree-editor';
import { MemoryTrees } from './memory-trees';

const oidOf = (content: string): string => hashObject('blob', Buffer.from(content));

/** Adds an entry with the oid of this content at a path. */
async function add(editor: TreeEditor, path: string, content: string): Promise<boolean> {
  const entry = NodeEntry.stored(FileMode.BLOB, toByteOid(oidOf(content)));
  return editor.add(path.split('/').map(toByteName), entry);
}

describe('A tree that is edited in place', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'a.b', 'ä'), { minLength: 1, maxLength: 4 })
    .map((names) => names.join('/'));
  const steps = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('add' as const), path }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('write' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('put' as const), path }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const), path }) },
    ),
    { maxLength: 40 },
  );

  it('is what the same edits make of one that is not, and what was seen of it stays as it was', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const trees = new MemoryTrees();
        let expected = StagedTree.empty(trees);
        const editor = new TreeEditor(expected, trees);
        const seen: { readonly tree: StagedTree; readonly oid: string }[] = [];
        for (const step of all) {
          if (step.do === 'add') {
            const entry = { mode: FileMode.BLOB, oid: oidOf(step.path) };
            const there = await expected.entry(step.path);
            const next = there
              ? undefined
              : await expected.withEntry(step.path, entry).catch(() => undefined);
            expect(await add(editor, step.path, step.path)).toBe(next !== undefined);
            expected = next ?? expected;
          } else if (step.do === 'look') {
            seen.push({ tree: editor.tree, oid: expected.oid });
          } else if (step.do === 'write') {
            // From now on its folders have to be read.
            trees.write(editor.tree);
            expected = await StagedTree.load(expected.oid, trees);
            editor.reset(expected);
          } else if (step.do === 'put') {
            const next = await editor.tree.withBlob(step.path, Buffer.from('new')).catch(() => undefined);
            if (next) editor.reset((expected = next));
          } else {
            await editor.drain(step.path, ({ type, content }) => {
              if (type === 'tree') trees.addTree(content);
              return undefined;
            });
          }
        }
        expect(editor.tree.oid).toBe(expected.oid);
        for (const { tree, oid } of seen) expect(tree.oid).toBe(oid);
      }),
      { numRuns: 300 },
    );
  });

  it('has a folder in memory once it was loaded', async () => {
    const trees = new MemoryTrees();
    const stored = await StagedTree.empty(trees).withBlob('a/b/c', Buffer.from('c'));
    trees.write(stored);
    const editor = new TreeEditor(await StagedTree.load(stored.oid, trees), trees);
    trees.reads.length = 0;
    for (const name of ['d', 'e', 'f']) expect(await add(editor, `a/b/${name}`, name)).toBe(true);
    expect(await add(editor, 'a/b/c', 'other')).toBe(false);
    expect(await add(editor, 'a/b/c/d', 'other')).toBe(false);
    expect(trees.reads).toHaveLength(2);
  });

  it('gives away what is in memory at a path, and keeps its oid', async () => {
    const trees = new MemoryTrees();
    let tree = StagedTree.empty(trees);
    for (const path of ['a/b/c', 'a/b/d', 'a/e']) tree = await tree.withBlob(path, Buffer.from(path));
    const editor = new TreeEditor(tree, trees);
    const { oid } = tree;
    const given: UnwrittenObject[] = [];
    const give = (object: UnwrittenObject): Promise<void> => Promise.resolve(void given.push(object));
    await editor.drain('a/b', give);
    expect(given.map(({ type }) => type)).toEqual(['blob', 'blob', 'tree']);
    await editor.drain('a/b', give);
    await editor.drain('a/x/y', give);
    await editor.drain('a/e', give);
    expect(given.slice(3).map(({ content }) => content.toString())).toEqual(['a/e']);
    expect(Array.from(editor.tree.unwritten(), ({ type }) => type)).toEqual(['tree', 'tree']);
    expect(editor.tree.oid).toBe(oid);
  });
});
