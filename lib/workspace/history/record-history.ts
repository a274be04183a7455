import { readCommit } from '../../git/commits';
import type { LinkedCommit } from '../../git/commits';
import { LinkedCommits } from '../../git/linked-commits';
import type { ObjectStore } from '../../git/object-store';
import { Turn } from '../../git/turn';
import { isOfRecord } from '../../model/record/record-error';
import type { FoundRecord, HistoryOptions, StoredVersion } from '../../model/record/record-store';
import { recordPaths } from '../../model/schema/layout';
import type { ModelSchema } from '../../model/schema/schema';
import { andThen } from '../../object/awaitable';
import type { Awaitable } from '../../object/awaitable';
import { StagedTree } from '../../object/staged-tree';
import type { StoredUnit } from '../changes/stored-unit';
import { readStored } from '../changes/stored-version';
import { compareTrees } from '../changes/tree-comparison';
import { VersionReader } from '../changes/version-reader';
import type { WorkspaceContext } from '../context';
import { NewestFirst } from './newest-first';
import { TrailComparer } from './path-trail';
import type { Trail } from './path-trail';
import { placeOfRecord } from './record-place';
import { startOf } from './start';

/** A record in the tree of a commit, wherever it is there. */
export interface RecordAt {
  readonly commit: LinkedCommit;
  readonly unit: StoredUnit;
  readonly comparer: TrailComparer;
  readonly trail: Trail;
}

/** Finds a record in the parents of commits, by its path, and by what it was before where it has got another id. */
export class RecordTracker {
  private readonly comparers = new Map<string, TrailComparer>();
  private readonly commits: LinkedCommits;

  constructor(
    private readonly objects: ObjectStore,
    private readonly schema: ModelSchema,
  ) {
    this.commits = new LinkedCommits(objects);
  }

  /** The record with these data in a commit, if it is there. */
  at(oid: string, data: string): Awaitable<RecordAt> {
    return andThen(this.commits.read(oid), (commit) => this.within(commit, data));
  }

  private within(commit: LinkedCommit, data: string): RecordAt {
    let comparer = this.comparers.get(data);
    if (!comparer) {
      comparer = new TrailComparer(this.objects, placeOfRecord(this.schema, data));
      this.comparers.set(data, comparer);
    }
    const unit = { path: data, isRecord: true, schema: this.schema };
    return { commit, unit, comparer, trail: comparer.begin(commit.tree) };
  }

  /**
   * The same record in the oldest commit down from this one that has it as it is, as far as each has one parent alone.
   *
   * @param isOpen Whether to go on below a commit. More may be passed over together. Default: always.
   */
  async oldestSame(position: RecordAt, isOpen: (oid: string) => boolean = always): Promise<RecordAt> {
    const { unit, comparer } = position;
    const turn = new Turn();
    const mayHaveChanged = comparer.mayHaveChanged.bind(comparer);
    for (let last = position; ;) {
      if (turn.isOver()) await turn.next();
      const below = this.commits.passOver(last.commit.oid, mayHaveChanged);
      if (below) last = { commit: below, unit, comparer, trail: comparer.begin(below.tree, last.trail) };
      const [oid, other] = last.commit.parents;
      if (oid === undefined || other !== undefined || !isOpen(last.commit.oid)) return last;
      // Hardly ever is there anything to wait for, and to wait all the same would take longer than all else.
      const found = this.commits.read(oid);
      const commit = found instanceof Promise ? await found : found;
      const trail = comparer.begin(commit.tree);
      const same = comparer.isSame(last.trail, trail);
      if (!(same instanceof Promise ? await same : same)) return last;
      last = { commit, unit, comparer, trail };
    }
  }

  /**
   * The record in the parents of a commit: in one alone that has the same, as git simplifies histories; else in all.
   */
  async before(position: RecordAt): Promise<{ readonly same?: RecordAt; readonly parents: RecordAt[] }> {
    const { commit, unit, comparer, trail } = position;
    const parents: RecordAt[] = [];
    for (const oid of commit.parents) {
      const parent = await this.at(oid, unit.path);
      if (await comparer.isSame(trail, parent.trail)) return { same: parent, parents: [parent] };
      parents.push(parent);
    }
    for (const [n, parent] of parents.entries()) {
      if (await comparer.isThere(parent.trail)) continue;
      const origin = await this.originOf(position, parent.commit);
      if (origin) parents[n] = await this.at(parent.commit.oid, origin.path);
    }
    return { parents };
  }

  /**
   * The record as a commit has it; null when there is none.
   *
   * @throws InvalidRecordError when what is there is no record.
   */
  async read({ commit, unit }: RecordAt): Promise<FoundRecord | null> {
    return readStored(this.objects, unit, { tree: await this.treeOf(commit), at: commit.tree });
  }

  /** What a record was that the parent does not have. */
  private async originOf(
    { commit, unit }: RecordAt,
    parent: LinkedCommit,
  ): Promise<StoredUnit | null | undefined> {
    const { objects, schema } = this;
    const source = { objects, schemas: [schema], folders: [schema.folder] };
    const { records } = await compareTrees(source, await this.treeOf(parent), await this.treeOf(commit));
    return records.find(({ status, after }) => status === 'moved' && after?.path === unit.path)?.before;
  }

  private treeOf({ tree }: LinkedCommit): Promise<StagedTree> {
    return StagedTree.load(tree, this.objects);
  }
}

function always(): boolean {
  return true;
}

/** A commit that has changed a record, and the record in its parents. */
export interface RecordStep {
  readonly position: RecordAt;
  readonly parents: readonly RecordAt[];
}

/** The commits that have changed a record, newest first, as `git log` simplifies the history of a path. */
export async function* walkRecord(
  context: WorkspaceContext,
  schema: ModelSchema,
  id: string,
  from: string | undefined,
): AsyncGenerator<RecordStep, void> {
  const start = await startOf(context, from);
  if (start === null) return;
  const tracker = new RecordTracker(context.objects, schema);
  const waiting = new NewestFirst<RecordAt>();
  const seen = new Set<string>();
  const turn = new Turn();
  const isNew = ({ commit, unit }: RecordAt): boolean => {
    const key = `${commit.oid} ${unit.path}`;
    const known = seen.has(key);
    seen.add(key);
    return !known;
  };
  const visit = (position: RecordAt): void => {
    if (isNew(position)) waiting.add(position);
  };
  visit(await tracker.at(start, recordPaths(schema, id).data));
  for (let next; (next = waiting.take());) {
    if (turn.isOver()) await turn.next();
    // Where no other branch is open, nobody else gets to what is passed over here; but somebody may have been there.
    const position = waiting.isEmpty ? await tracker.oldestSame(next) : next;
    if (position.commit.oid !== next.commit.oid && !isNew(position)) continue;
    const { same, parents } = await tracker.before(position);
    const isRoot = parents.length === 0;
    if (!same && !(isRoot && !(await position.comparer.isThere(position.trail)))) yield { position, parents };
    parents.forEach(visit);
  }
}

/** The versions of a record, newest first. */
export async function* recordHistory(
  context: WorkspaceContext,
  schema: ModelSchema,
  id: string,
  { from, onInvalid }: HistoryOptions,
): AsyncGenerator<StoredVersion, void> {
  for await (const step of walkRecord(context, schema, id, from)) {
    const version = await describeVersion(context, step, onInvalid !== undefined).catch((error: unknown) => {
      if (!onInvalid || !isOfRecord(error)) throw error;
      onInvalid(error);
      return undefined;
    });
    if (version) yield version;
  }
}

async function describeVersion(
  context: WorkspaceContext,
  { position, parents: [parent] }: RecordStep,
  isToRead: boolean,
): Promise<StoredVersion | undefined> {
  const before = await versionAt(context, parent);
  const after = await versionAt(context, position);
  if (isToRead) await Promise.all([before?.read(), after?.read()]);
  if (!before && !after) return undefined;
  const isMoved = before && after && parent?.unit.path !== position.unit.path;
  return {
    commit: await readCommit(context.objects, position.commit.oid),
    status: isMoved ? 'moved' : !before ? 'added' : after ? 'changed' : 'removed',
    before,
    after,
  };
}

/** The version of a record that a commit has; null when it has none. */
async function versionAt(
  context: WorkspaceContext,
  position: RecordAt | undefined,
): Promise<VersionReader | null> {
  if (!position) return null;
  const { commit, unit, comparer, trail } = position;
  if (!(await comparer.hasFirstFile(trail))) return null;
  return new VersionReader(context, unit, async () => {
    return { tree: await StagedTree.load(commit.tree, context.objects), at: commit.tree };
  });
}
