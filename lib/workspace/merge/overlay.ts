import type { ModelSchema } from '../../model/schema/schema';
import { toByteName } from '../../object/byte-name';
import type { ByteName } from '../../object/byte-name';
import { isTreeMode, kindOfMode } from '../../object/file-mode';
import { isSameEntry, NodeEntry } from '../../object/node-entry';
import type { NodePair } from '../../object/node-entry';
import { joinPath, StagedTree } from '../../object/staged-tree';
import type { TreeSource } from '../../object/staged-tree';
import { TreeNode } from '../../object/tree-node';
import { unitAt, versionIn } from '../changes/stored-unit';
import type { StoredUnit, UnitVersions } from '../changes/stored-unit';

/** The trees that are merged. */
export interface MergeStates {
  readonly base: StagedTree;
  readonly ours: StagedTree;
  readonly theirs: StagedTree;
}

/** Who has changed what has come from the common ancestor. */
export type Side = 'ours' | 'theirs';

/** Our tree with all that only they have changed, and what both have. */
export interface Overlay {
  readonly tree: StagedTree;
  /** The records that both sides have changed, by the paths of their data; they are as ours in the tree. */
  readonly records: ReadonlyMap<string, OverlaidRecord>;
  /** The paths of other files that both sides have changed. */
  readonly files: ReadonlySet<string>;
  /** Paths at which one side has a file and the other one has something in a folder. */
  readonly blocked: ReadonlySet<string>;
}

/** A record that both sides have changed, and its versions. */
export interface OverlaidRecord {
  readonly unit: StoredUnit;
  readonly versions: UnitVersions;
}

/**
 * Puts what only they have changed into our tree, whole folders where we have changed nothing in them. So no more is read
 * than what both sides have changed something in.
 *
 * @param isSameToo Whether to find what both have changed to the same as well.
 */
export async function overlay(
  { base, ours, theirs }: MergeStates,
  schemas: readonly ModelSchema[],
  source: TreeSource,
  isSameToo: boolean,
): Promise<Overlay> {
  const laying = new Laying(schemas, source, isSameToo);
  const root = await laying.layFolder('', base.root, ours.root, theirs.root);
  const { records, files, blocked } = laying;
  return { tree: StagedTree.of(root, source), records, files, blocked };
}

/** What is put into a folder of ours, by the names; undefined for what goes. */
type Changes = Map<ByteName, NodeEntry | undefined>;

/** The entries of one name. */
interface Triple {
  readonly name: ByteName;
  readonly base: NodeEntry | undefined;
  readonly ours: NodeEntry | undefined;
  readonly theirs: NodeEntry | undefined;
}

class Laying {
  readonly records = new Map<string, OverlaidRecord>();
  readonly files = new Set<string>();
  readonly blocked = new Set<string>();

  constructor(
    private readonly schemas: readonly ModelSchema[],
    private readonly source: TreeSource,
    private readonly isSameToo: boolean,
  ) {}

  async layFolder(path: string, base: TreeNode, ours: TreeNode, theirs: TreeNode): Promise<TreeNode> {
    const leaves: Triple[] = [];
    const changes: Changes = new Map();
    for (const triple of differing(base, ours, theirs)) {
      const { name, base: before, ours: mine, theirs: yours } = triple;
      if (isSameEntry(before, yours)) {
        // A file that only we have changed counts: it may belong to a record in which they have changed another one.
        if (isLeaf(triple)) leaves.push(triple);
      } else if (isSameEntry(before, mine)) {
        if (isLeaf(triple)) leaves.push(triple);
        else changes.set(name, yours);
      } else if (mine && !this.isSameToo && isSameEntry(mine, yours)) {
        // What is gone on both sides is of interest: it may have got two ids.
        continue;
      } else if (isLeaf(triple)) {
        leaves.push(triple);
      } else if (isFolder(before) && isFolder(mine) && isFolder(yours)) {
        const child = await this.layFolder(
          joinPath(path, name),
          await this.open(before),
          await this.open(mine),
          await this.open(yours),
        );
        if (child.size === 0) changes.set(name, undefined);
        else if (child.oid !== mine?.oid) changes.set(name, NodeEntry.folder(child));
      } else if (isReplaced(before, yours) && !mine) {
        // Both have removed what was there, and only they have put something else in its place.
        changes.set(name, yours);
      } else if (!isReplaced(before, mine) || yours) {
        this.blocked.add(joinPath(path, name));
      }
    }
    this.layLeaves(path, leaves, { base, ours, theirs }, changes);
    return ours.withAll([...changes]);
  }

  /** Takes over the files that only they have changed, unless we have changed the record that they belong to. */
  private layLeaves(path: string, leaves: readonly Triple[], folders: Folders, changes: Changes): void {
    if (leaves.length === 0) return;
    const units = this.unitsOf(path, leaves, folders);
    const changedBy = (side: Side): Set<string> =>
      new Set(
        leaves.filter((leaf) => !isSameEntry(leaf.base, leaf[side])).map((leaf) => pathIn(units, leaf)),
      );
    const [ours, theirs] = [changedBy('ours'), changedBy('theirs')];
    for (const leaf of leaves) {
      const unit = units.get(leaf) as StoredUnit;
      if (!theirs.has(unit.path)) continue;
      if (!ours.has(unit.path)) {
        if (!isSameEntry(leaf.base, leaf.theirs)) changes.set(leaf.name, leaf.theirs);
      } else if (unit.isRecord) {
        if (!this.records.has(unit.path))
          this.records.set(unit.path, { unit, versions: versionsIn(folders, unit, path) });
      } else this.files.add(unit.path);
    }
  }

  /**
   * What the files of a folder belong to. What looks like a part of a record is one only where the record's data is, and
   * nothing but ordinary files.
   */
  private unitsOf(
    path: string,
    leaves: readonly Triple[],
    { base: before, ours: mine, theirs: yours }: Folders,
  ): Map<Triple, StoredUnit> {
    const units = new Map(leaves.map((leaf) => [leaf, unitAt(this.schemas, joinPath(path, leaf.name))]));
    const odd = new Set<string>();
    for (const [{ base, ours, theirs }, unit] of units) {
      const data = toByteName(unit.path.slice(unit.path.lastIndexOf('/') + 1));
      const isThere = [before, mine, yours].some((folder) => folder.get(data) !== undefined);
      const isOrdinary = [base, ours, theirs].every((entry) => !entry || kindOfMode(entry.mode) === 'blob');
      if (!isThere || !isOrdinary) odd.add(unit.path);
    }
    for (const [leaf, unit] of units) {
      if (odd.has(unit.path))
        units.set(leaf, { path: joinPath(path, leaf.name), isRecord: false, schema: null });
    }
    return units;
  }

  private async open(entry: NodeEntry | undefined): Promise<TreeNode> {
    if (!entry) return TreeNode.empty();
    return entry.node ?? this.source.readTree(entry.byteOid);
  }
}

/** The versions of a folder; empty where it is not. */
interface Folders {
  readonly base: TreeNode;
  readonly ours: TreeNode;
  readonly theirs: TreeNode;
}

function versionsIn({ base, ours, theirs }: Folders, unit: StoredUnit, path: string): UnitVersions {
  return {
    base: versionIn(base, unit, path),
    ours: versionIn(ours, unit, path),
    theirs: versionIn(theirs, unit, path),
  };
}

function pathIn(units: ReadonlyMap<Triple, StoredUnit>, leaf: Triple): string {
  return (units.get(leaf) as StoredUnit).path;
}

/** Whether no version is a folder. */
function isLeaf({ base, ours, theirs }: Triple): boolean {
  return [base, ours, theirs].every((entry) => !entry || !isTreeMode(entry.mode));
}

/** Whether a folder has come in the place of a file, or the other way round. */
function isReplaced(before: NodeEntry | undefined, after: NodeEntry | undefined): boolean {
  return before !== undefined && after !== undefined && isTreeMode(before.mode) !== isTreeMode(after.mode);
}

/** Nothing is as good as an empty folder. */
function isFolder(entry: NodeEntry | undefined): boolean {
  return !entry || isTreeMode(entry.mode);
}

/** The names that are not the same in all three folders, by their bytes. */
function differing(base: TreeNode, ours: TreeNode, theirs: TreeNode): Triple[] {
  const [left, right] = [base.differences(ours), base.differences(theirs)];
  const triples: Triple[] = [];
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    const [mine, yours] = [left[a], right[b]];
    const isMine = mine !== undefined && (yours === undefined || mine[0] <= yours[0]);
    const isYours = yours !== undefined && (mine === undefined || yours[0] <= mine[0]);
    const [name, before] = (isMine ? mine : yours) as NodePair;
    triples.push({
      name,
      base: before,
      ours: isMine ? mine[2] : before,
      theirs: isYours ? yours[2] : before,
    });
    if (isMine) a++;
    if (isYours) b++;
  }
  return triples;
}
