import fc from 'fast-check';
import { CharField, GitModel, IntegerField, JSONField, ListField, Model, SlugField } from 'gitmodel';
import type { ObjectStore } from '../../../lib/git/object-store';
import { compileSchema } from '../../../lib/model/schema/schema';
import type { BlobStore } from '../../../lib/model/record/record-store';
import type { JsonValue } from '../../../lib/model/json-value';
import { json } from '../../../lib/model/serializers/json';
import { StagedTree } from '../../../lib/object/staged-tree';
import { mergeTrees } from '../../../lib/workspace/merge/tree-merge';
import type { TreeMerge } from '../../../lib/workspace/merge/tree-merge';
import { open } from '../../git/opened';

@Model({ name: 'Item' })
class ItemModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ required: false }) title!: string;
  @IntegerField({ merge: 'counter' }) hits!: number;
  @IntegerField({ merge: 'max' }) top!: number;
  @ListField(CharField(), { merge: 'set' }) tags!: string[];
  @CharField({ merge: 'ours', required: false }) mine!: string;
  @JSONField({ required: false }) extra!: Record<string, number> | null;
}

const schema = compileSchema(ItemModel, undefined, new Set());

/** A record of the independent model: values by field. */
interface Item {
  readonly title: string;
  readonly hits: number;
  readonly top: number;
  readonly tags: readonly string[];
  readonly mine: string;
  readonly extra: Readonly<Record<string, number>>;
}

type State = Readonly<Record<string, Item>>;

/** What the rules say about three versions: a value, or that it is a conflict. */
type Verdict<T> = { readonly value: T } | 'conflict';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The rule of all values that have no other: the side that has changed it. */
function changed<T>(base: T, ours: T, theirs: T): Verdict<T> {
  if (same(base, ours) || same(ours, theirs)) return { value: theirs };
  return same(base, theirs) ? { value: ours } : 'conflict';
}

/** By key; what is in conflict is as we have it. */
function mergedExtra(base: Item['extra'], ours: Item['extra'], theirs: Item['extra']) {
  const value: Record<string, number> = {};
  let isConflict = false;
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const verdict = changed(base[key], ours[key], theirs[key]);
    const chosen = verdict === 'conflict' ? ours[key] : verdict.value;
    isConflict ||= verdict === 'conflict';
    if (chosen !== undefined) value[key] = chosen;
  }
  return { value, isConflict };
}

function mergedTags(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const all = new Set([...base, ...ours, ...theirs]);
  return [...all].filter((tag) => {
    const [before, left, right] = [base, ours, theirs].map((list) => list.includes(tag));
    return before ? left && right : true;
  });
}

const NOTHING: Item = { title: '', hits: 0, top: -1, tags: [], mine: '', extra: {} };

/** What is expected of a merge: the records, with tags in any order, and the conflicts. */
function expected(base: State, ours: State, theirs: State) {
  const records: Record<string, Item> = {};
  const conflicts: string[] = [];
  for (const id of new Set([base, ours, theirs].flatMap((state) => Object.keys(state)))) {
    const [b, o, t] = [base[id], ours[id], theirs[id]];
    if (same(b, t)) {
      if (o) records[id] = o;
    } else if (same(b, o)) {
      if (t) records[id] = t;
    } else if (!o || !t) {
      if (o ?? t) conflicts.push(`${id} delete`);
    } else {
      const before = b ?? NOTHING;
      const [title, extra] = [
        b ? changed(b.title, o.title, t.title) : changed<string | undefined>(undefined, o.title, t.title),
        mergedExtra(before.extra, o.extra, t.extra),
      ];
      if (title === 'conflict') conflicts.push(`${id} title`);
      if (extra.isConflict) conflicts.push(`${id} extra`);
      records[id] = {
        title: title === 'conflict' ? o.title : (title.value ?? ''),
        hits: o.hits + t.hits - before.hits,
        top:
          !b || (o.top !== b.top && t.top !== b.top)
            ? Math.max(o.top, t.top)
            : o.top === b.top
              ? t.top
              : o.top,
        tags: mergedTags(before.tags, o.tags, t.tags),
        mine: o.mine === b?.mine ? t.mine : o.mine,
        extra: extra.value,
      };
    }
  }
  return { records, conflicts: conflicts.sort() };
}

const ITEM: fc.Arbitrary<Item> = fc.record({
  title: fc.constantFrom('a', 'b', 'c'),
  hits: fc.integer({ min: 0, max: 3 }),
  top: fc.integer({ min: 0, max: 3 }),
  tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
  mine: fc.constantFrom('m', 'n'),
  extra: fc.dictionary(fc.constantFrom('k', 'l'), fc.integer({ min: 0, max: 1 }), { noNullPrototype: true }),
});

const IDS = ['one', 'two', 'three', 'four'];

const STATE: fc.Arbitrary<State> = fc.dictionary(fc.constantFrom(...IDS), ITEM, { noNullPrototype: true });

/** Changes of a state: records that are added or changed in some fields, and records that are deleted. */
const EDITS = fc.dictionary(
  fc.constantFrom(...IDS),
  fc.option(fc.record({ item: ITEM, fields: fc.subarray(Object.keys(NOTHING)) })),
  { noNullPrototype: true },
);

function edited(state: State, edits: Record<string, { item: Item; fields: string[] } | null>): State {
  const result: Record<string, Item> = { ...state };
  for (const [id, edit] of Object.entries(edits)) {
    if (!edit) Reflect.deleteProperty(result, id);
    else if (!result[id]) result[id] = edit.item;
    else
      result[id] = {
        ...result[id],
        ...Object.fromEntries(edit.fields.map((field) => [field, edit.item[field as keyof Item]])),
      };
  }
  return result;
}

/** Untouched by either side. */
const OTHERS = { 'other/kept.txt': 'Kept\n', 'item.txt': 'Not in the folder\n' };

async function treeOf(state: State, objects: ObjectStore): Promise<StagedTree> {
  let tree = StagedTree.empty(objects);
  for (const [path, text] of Object.entries(OTHERS)) tree = await tree.withBlob(path, Buffer.from(text));
  for (const [slug, item] of Object.entries(state)) {
    // No record is taken for another one that got another id.
    const fields = new Map<string, JsonValue>(Object.entries({ slug, ...item, body: slug.repeat(50) }));
    tree = await tree.withBlob(`item/${slug}/data.json`, json.encode({ model: 'Item', fields }));
  }
  return tree;
}

/** The records of a tree, with tags sorted: their order is nobody's. */
async function stateOf(tree: StagedTree): Promise<Record<string, Item>> {
  const state: Record<string, Item> = {};
  for await (const { path, kind, content } of tree.walk('item')) {
    if (kind !== 'blob') continue;
    const { slug, ...item } = Object.fromEntries(
      json.decode(content as Buffer, path).fields,
    ) as unknown as Item & {
      slug: string;
    };
    state[slug] = inOrder(item);
  }
  return state;
}

function inOrder(item: Item): Item {
  const { title, hits, top, tags, mine, extra } = item;
  const keys = Object.keys(extra).sort();
  return {
    title,
    hits,
    top,
    tags: [...tags].sort(),
    mine,
    extra: Object.fromEntries(keys.map((k) => [k, extra[k] ?? 0])),
  };
}

function allInOrder(state: State): State {
  return Object.fromEntries(Object.entries(state).map(([id, item]) => [id, inOrder(item)]));
}

const COMMITS = { base: null, ours: null, theirs: null };

async function merge(
  objects: ObjectStore,
  base: StagedTree,
  ours: StagedTree,
  theirs: StagedTree,
): Promise<TreeMerge> {
  return mergeTrees(
    { base, ours, theirs },
    {
      objects,
      blobs: {} as BlobStore,
      schemas: [schema],
      commits: COMMITS,
      policies: new Map(),
      isStrict: false,
    },
  );
}

function namesOf({ conflicts }: TreeMerge): string[] {
  const names = conflicts.map(
    ({ id, kind, field }) => `${String(id)} ${kind === 'field' ? String(field) : kind}`,
  );
  return [...new Set(names)].sort();
}

const STATES = fc.tuple(STATE, EDITS, EDITS).map(([base, ours, theirs]) => {
  return { base, ours: edited(base, ours), theirs: edited(base, theirs) };
});

describe('mergeTrees', () => {
  it('does with any changes of both sides what the rules say', async () => {
    const { objects } = await open();
    await fc.assert(
      fc.asyncProperty(STATES, async ({ base, ours, theirs }) => {
        const [b, o, t] = [
          await treeOf(base, objects),
          await treeOf(ours, objects),
          await treeOf(theirs, objects),
        ];
        const result = await merge(objects, b, o, t);
        const rules = expected(base, ours, theirs);
        expect(namesOf(result)).toEqual(rules.conflicts);
        const records = await stateOf(result.tree);
        // A record that one side has deleted stays as it is with us until somebody decides.
        for (const name of rules.conflicts.filter((each) => each.endsWith(' delete'))) {
          const [id = ''] = name.split(' ');
          expect(records[id]).toEqual(ours[id] && inOrder(ours[id]));
          Reflect.deleteProperty(records, id);
        }
        expect(records).toEqual(allInOrder(rules.records));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same from both sides, but for what is ours', async () => {
    const { objects } = await open();
    await fc.assert(
      fc.asyncProperty(STATES, async ({ base, ours, theirs }) => {
        const [b, o, t] = [
          await treeOf(base, objects),
          await treeOf(ours, objects),
          await treeOf(theirs, objects),
        ];
        const [one, other] = [await merge(objects, b, o, t), await merge(objects, b, t, o)];
        expect(namesOf(one)).toEqual(namesOf(other));
        if (one.conflicts.length > 0) return;
        const [left, right] = [await stateOf(one.tree), await stateOf(other.tree)];
        const withoutMine = (state: State): unknown =>
          Object.fromEntries(Object.entries(state).map(([id, item]) => [id, { ...item, mine: '' }]));
        expect(withoutMine(left)).toEqual(withoutMine(right));
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing where one side has changed nothing, and nothing but what a side has changed', async () => {
    const { objects } = await open();
    await fc.assert(
      fc.asyncProperty(STATES, async ({ base, ours, theirs }) => {
        const [b, o, t] = [
          await treeOf(base, objects),
          await treeOf(ours, objects),
          await treeOf(theirs, objects),
        ];
        expect((await merge(objects, b, o, b)).tree.oid).toBe(o.oid);
        expect((await merge(objects, b, b, t)).tree.oid).toBe(t.oid);
        const { tree } = await merge(objects, b, o, t);
        // What was merged, merged with one side once more: that side is the base then.
        expect((await merge(objects, t, tree, t)).tree.oid).toBe(tree.oid);
        expect((await merge(objects, o, tree, o)).tree.oid).toBe(tree.oid);
        for (const id of IDS) {
          const path = `item/${id}/data.json`;
          const [before, left, right] = await Promise.all(
            [b, o, t].map(async (each) => (await each.entry(path))?.oid),
          );
          if (before === left && before === right) expect((await tree.entry(path))?.oid).toBe(before);
        }
        for (const path of Object.keys(OTHERS))
          expect((await tree.entry(path))?.oid).toBe((await b.entry(path))?.oid);
      }),
      { numRuns: 150 },
    );
  });
});
