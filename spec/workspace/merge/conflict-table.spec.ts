import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keyedList } from 'gitmodel';
import type { MergePolicy } from 'gitmodel';
import type { ObjectStore } from '../../../lib/git/object-store';
import type { JsonValue } from '../../../lib/model/json-value';
import type { BlobStore } from '../../../lib/model/record/record-store';
import { json } from '../../../lib/model/serializers/json';
import { StagedTree } from '../../../lib/object/staged-tree';
import { mergeTrees } from '../../../lib/workspace/merge/tree-merge';
import { open } from '../../git/opened';

/** With this set, the page gets what was found out; otherwise it has to have it already. */
const IS_WRITING = process.env.GITMODEL_WRITE_DOCS !== undefined;
const PAGE = path.join(__dirname, '../../../docs/merging.md');
const [BEGIN, END] = ['<!-- conflicts: begin -->', '<!-- conflicts: end -->'];

/** A policy with values to try it on: in the ancestor, and what either side makes of it. */
interface Example {
  readonly title: string;
  readonly policy: MergePolicy<never>;
  readonly base: JsonValue;
  readonly ours: JsonValue;
  readonly theirs: JsonValue;
}

const EXAMPLES: readonly Example[] = [
  { title: "`'conflict'`, the default", policy: 'conflict', base: 'a', ours: 'b', theirs: 'c' },
  {
    title: "`'conflict'`, of an object: by key",
    policy: 'conflict',
    base: { k: 1, l: 1 },
    ours: { k: 2, l: 1 },
    theirs: { k: 1, l: 3 },
  },
  { title: "`'ours'`", policy: 'ours', base: 'a', ours: 'b', theirs: 'c' },
  { title: "`'theirs'`", policy: 'theirs', base: 'a', ours: 'b', theirs: 'c' },
  { title: "`'max'`", policy: 'max', base: 5, ours: 7, theirs: 3 },
  { title: "`'min'`", policy: 'min', base: 5, ours: 7, theirs: 3 },
  { title: "`'counter'`", policy: 'counter', base: 5, ours: 6, theirs: 8 },
  { title: "`'set'`", policy: 'set', base: ['a', 'b'], ours: ['a', 'b', 'c'], theirs: ['b', 'd'] },
  {
    title: "`keyedList('k')`",
    policy: keyedList('k'),
    base: [{ k: 1, v: 1 }],
    ours: [{ k: 1, v: 2 }],
    theirs: [
      { k: 1, v: 1 },
      { k: 2, v: 9 },
    ],
  },
  { title: "`'text'`", policy: 'text', base: 'a\nb\nc', ours: 'A\nb\nc', theirs: 'a\nb\nC' },
  {
    title: 'a function, here one that joins both with a plus sign',
    policy: ({ ours, theirs }: { ours: unknown; theirs: unknown }) =>
      `${String(ours)}+${String(theirs)}` as never,
    base: 'a',
    ours: 'b',
    theirs: 'c',
  },
];

/** What a side does to the field, or to its record. */
type Deed = 'leaves it' | 'changes it' | 'makes it null' | 'deletes the record';

const DEEDS: readonly Deed[] = ['leaves it', 'changes it', 'makes it null', 'deletes the record'];

/** The value that a side has then; undefined when it has no record. */
function done(deed: Deed, base: JsonValue, changed: JsonValue): JsonValue | undefined {
  switch (deed) {
    case 'leaves it':
      return base;
    case 'changes it':
      return changed;
    case 'makes it null':
      return null;
    case 'deletes the record':
      return undefined;
  }
}

async function treeOf(objects: ObjectStore, value: JsonValue | undefined): Promise<StagedTree> {
  const tree = await StagedTree.empty(objects).withBlob('kept.txt', Buffer.from('Kept\n'));
  if (value === undefined) return tree;
  // Enough else, so that no record is taken for another one.
  const fields = new Map<string, JsonValue>([['value', value]]);
  return tree.withBlob('item/one/data.json', json.encode({ model: 'Item', fields }));
}

/** What comes of merging, in words. */
async function outcome(
  objects: ObjectStore,
  policy: MergePolicy<never>,
  versions: readonly [JsonValue | undefined, JsonValue | undefined, JsonValue | undefined],
): Promise<string> {
  const [base, ours, theirs] = await Promise.all(versions.map((each) => treeOf(objects, each)));
  const { tree, conflicts } = await mergeTrees(
    { base: base as StagedTree, ours: ours as StagedTree, theirs: theirs as StagedTree },
    {
      objects,
      blobs: {} as BlobStore,
      schemas: [],
      commits: { base: null, ours: null, theirs: null },
      policies: new Map([['item', { value: policy }]]),
      isStrict: false,
    },
  );
  const [first] = conflicts;
  if (first) {
    expect(new Set(conflicts.map(({ kind }) => kind)).size).toBe(1);
    const places = conflicts.flatMap(({ keys }) => keys).map((key) => `\`${key}\``);
    return `**conflict**${places.length > 0 ? ` at ${places.join(', ')}` : ''}${first.kind === 'field' ? '' : ` (\`${first.kind}\`)`}`;
  }
  const entry = await tree.entry('item/one/data.json');
  if (!entry) return 'no record';
  const { fields } = json.decode(entry.content as Buffer, entry.path);
  return `\`${JSON.stringify(fields.get('value'))}\``;
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const lines = [head, head.map(() => '---'), ...body];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function describeExample(objects: ObjectStore, example: Example): Promise<string> {
  const { title, policy, base, ours, theirs } = example;
  const rows: string[][] = [['ours ↓, theirs →', ...DEEDS]];
  for (const our of DEEDS) {
    const cells = [];
    for (const their of DEEDS) {
      cells.push(await outcome(objects, policy, [base, done(our, base, ours), done(their, base, theirs)]));
    }
    rows.push([our, ...cells]);
  }
  const both = await outcome(objects, policy, [base, ours, ours]);
  const added = await outcome(objects, policy, [undefined, ours, theirs]);
  const same = await outcome(objects, policy, [undefined, ours, ours]);
  const [before, left, right] = [base, ours, theirs].map((each) => `\`${JSON.stringify(each)}\``);
  return [
    `### ${title}`,
    `It was ${before}; a change of ours makes it ${left}, one of theirs ${right}.`,
    table(rows),
    `Both make it what ours does: ${both}. Both add the record, ours and theirs: ${added}; both the same: ${same}.`,
  ].join('\n\n');
}

describe('the table of conflicts', () => {
  it('says of every policy what comes of whatever the sides do', async () => {
    const { objects } = await open();
    const parts: string[] = [];
    for (const example of EXAMPLES) parts.push(await describeExample(objects, example));
    const page = readFileSync(PAGE, 'utf8');
    const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
    const generated = `${page.slice(0, before)}\n\n${parts.join('\n\n')}\n\n${page.slice(after)}`;
    if (IS_WRITING) writeFileSync(PAGE, generated);
    // Prettier fills the cells up with spaces.
    expect(compact(readFileSync(PAGE, 'utf8'))).toBe(compact(generated));
  });
});

function compact(text: string): string {
  return text.replace(/ *\| */g, '|').replace(/-{3,}/g, '---');
}
