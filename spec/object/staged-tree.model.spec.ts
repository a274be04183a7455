/** The staged tree against a model of it, through random edits, and against stock git. */
import fc from 'fast-check';
import { PathConflictError } from '../../lib/errors';
import { FileMode } from '../../lib/object/file-mode';
import { EMPTY_TREE_OID, hashObject } from '../../lib/object/oid';
import { StagedTree } from '../../lib/object/staged-tree';
import { runGit, temporaryFolder, temporaryRepository } from '../support/temporary-repository';
import { MemoryTrees } from './memory-trees';

/** Files by path; folders are there as long as a file is in them. */
type Model = ReadonlyMap<string, { readonly content: string; readonly mode: number }>;

type Edit =
  | { readonly kind: 'put'; readonly path: string; readonly content: string; readonly mode: number }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'move'; readonly path: string; readonly to: string }
  | { readonly kind: 'write'; readonly most: number }
  | { readonly kind: 'reload' };

/** An edit, and how far back the tree is that it is made to. */
interface Step {
  readonly edit: Edit;
  readonly back: number;
}

const name = fc.constantFrom('a', 'a-b', 'a.b', 'a0', 'ab', 'b', 'A', 'a!', 'a~', 'ä', '😀', '\ufffd', 'é');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const mode = fc.constantFrom(FileMode.BLOB, FileMode.BLOB, FileMode.EXECUTABLE, FileMode.SYMLINK);
const content = fc.constantFrom('', 'one', 'two', 'three');

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), path, content, mode }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove'), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move'), path, to: path }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('write'), most: fc.oneof(fc.nat(12), fc.constant(Infinity)) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload') }) },
);

const steps = fc.array(
  fc.record({ edit, back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(8)) }),
  { maxLength: 30 },
);

const isAtOrBelow = (file: string, folder: string): boolean =>
  file === folder || file.startsWith(`${folder}/`);

/** What the model becomes; undefined when the edit conflicts with what is there. */
function editModel(model: Model, step: Edit): Model | undefined {
  switch (step.kind) {
    case 'put':
      return graft(model, step.path, new Map([['', { content: step.content, mode: step.mode }]]));
    case 'remove':
      return new Map([...model].filter(([file]) => !isAtOrBelow(file, step.path)));
    case 'move': {
      const moved = [...model].filter(([file]) => isAtOrBelow(file, step.path));
      if (moved.length === 0) return model;
      const rest = editModel(model, { kind: 'remove', path: step.path }) as Model;
      return graft(
        rest,
        step.to,
        new Map(moved.map(([file, value]) => [file.slice(step.path.length), value])),
      );
    }
    default:
      return model;
  }
}

/** Puts files below a path, or one file at it, in the place of what is there. */
function graft(model: Model, at: string, files: Model): Model | undefined {
  const there = [...model.keys()].filter((file) => isAtOrBelow(file, at));
  const isFile = files.has('');
  if (there.some((file) => (file === at) !== isFile)) return undefined;
  if ([...model.keys()].some((file) => at.startsWith(`${file}/`))) return undefined;
  const rest = [...model].filter(([file]) => !isAtOrBelow(file, at));
  return new Map([...rest, ...[...files].map(([below, value]) => [at + below, value] as const)]);
}

async function editTree(tree: StagedTree, step: Edit, trees: MemoryTrees): Promise<StagedTree> {
  switch (step.kind) {
    case 'put':
      return tree.withBlob(step.path, Buffer.from(step.content), step.mode);
    case 'remove':
      return tree.without(step.path);
    case 'move':
      return (await tree.withMoved(step.path, step.to)) ?? tree;
    case 'write':
      trees.write(tree, step.most);
      return tree;
    case 'reload':
      trees.write(tree);
      return StagedTree.load(tree.oid, trees);
  }
}

/** The files and folders of a tree. */
async function contentOf(tree: StagedTree, trees: MemoryTrees): Promise<{ files: Model; folders: string[] }> {
  const files = new Map<string, { content: string; mode: number }>();
  const folders: string[] = [];
  for await (const entry of tree.walk()) {
    if (entry.kind === 'tree') folders.push(entry.path);
    else {
      const bytes = entry.content ?? trees.content(entry.oid);
      expect(entry.oid).toBe(hashObject('blob', bytes));
      files.set(entry.path, { content: bytes.toString(), mode: entry.mode });
    }
  }
  return { files, folders };
}

function foldersOf(model: Model): Set<string> {
  const folders = new Set<string>();
  for (const file of model.keys()) {
    for (let at = file.indexOf('/'); at >= 0; at = file.indexOf('/', at + 1)) folders.add(file.slice(0, at));
  }
  return folders;
}

const repository = temporaryRepository({ bare: true });
const indexes = temporaryFolder();
let indexCount = 0;

/** The oid of the tree that git makes of these files in an index of its own. */
function treeOfGit(model: Model): string {
  const env = { GIT_INDEX_FILE: `${indexes}/${indexCount++}` };
  const lines = Array.from(model, ([file, { content, mode }]) => {
    const oid = hashObject('blob', Buffer.from(content));
    return `${mode.toString(8)} ${oid}\t${file}\0`;
  });
  runGit(repository, ['update-index', '-z', '--index-info'], { input: lines.join(''), env });
  return runGit(repository, ['write-tree', '--missing-ok'], { env }).toString().trim();
}

/** Every tree that the steps lead to, and its model; old ones go on being edited. */
async function run(list: readonly Step[], trees: MemoryTrees): Promise<[StagedTree, Model][]> {
  const history: [StagedTree, Model][] = [[StagedTree.empty(trees), new Map()]];
  for (const { edit: step, back } of list) {
    const [tree, model] = history[Math.max(0, history.length - 1 - back)] as [StagedTree, Model];
    const expected = editModel(model, step);
    try {
      const edited = await editTree(tree, step, trees);
      expect(expected).toBeDefined();
      history.push([edited, expected as Model]);
    } catch (error) {
      if (!(error instanceof PathConflictError)) throw error;
      expect(expected).toBeUndefined();
    }
  }
  return history;
}

describe('a staged tree after any edits', () => {
  it('holds what the model of it holds, and so does every tree that it was made from', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const trees = new MemoryTrees();
        for (const [tree, model] of await run(list, trees)) {
          const { files, folders } = await contentOf(tree, trees);
          expect(new Map([...files].sort())).toEqual(new Map([...model].sort()));
          expect(new Set(folders)).toEqual(foldersOf(model));
          for (const [file, { mode: expected }] of model) {
            expect(await tree.entry(file)).toMatchObject({ path: file, mode: expected });
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is the tree that git makes of the same files', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const trees = new MemoryTrees();
        const [tree, model] = (await run(list, trees)).at(-1) as [StagedTree, Model];
        expect(tree.oid).toBe(treeOfGit(model));
      }),
      { numRuns: 60 },
    );
  });

  it('is stored whole when all was written that it calls unwritten', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const trees = new MemoryTrees();
        const history = await run(list, trees);
        for (const [tree, model] of history.reverse()) {
          trees.write(tree);
          const loaded = await StagedTree.load(tree.oid, trees);
          expect(loaded.oid).toBe(tree.oid);
          expect((await contentOf(loaded, trees)).files.size).toBe(model.size);
          for (const { content } of model.values()) {
            expect(trees.has(hashObject('blob', Buffer.from(content)))).toBe(true);
          }
          expect([...tree.unwritten()]).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has the oid of the empty tree when all was removed', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const trees = new MemoryTrees();
        const [last, model] = (await run(list, trees)).at(-1) as [StagedTree, Model];
        let tree = last;
        for (const file of model.keys()) tree = await tree.without(file);
        expect(tree.oid).toBe(EMPTY_TREE_OID);
      }),
      { numRuns: 30 },
    );
  });
});
