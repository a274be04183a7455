import type { FoundRecord } from '../../model/record/record-store';
import type { Awaitable } from '../../object/awaitable';
import type { WorkspaceContext } from '../context';
import type { StoredUnit } from './stored-unit';
import { idInPath, readStored, storedIdOf } from './stored-version';
import type { TreeAt } from './stored-version';

/** A version of a record, which is read once somebody asks for what it holds. */
export class VersionReader {
  private found: Promise<FoundRecord | null> | undefined;

  /**
   * @param unit Null where there is no such version.
   * @param at Gives the tree that it is in.
   */
  constructor(
    private readonly context: Pick<WorkspaceContext, 'gate' | 'objects'>,
    private readonly unit: StoredUnit | null,
    private readonly at: () => Awaitable<TreeAt>,
  ) {}

  /** The id as it stands in paths, where they tell it; null where they do not, or there is no such version. */
  get idInPath(): string | null {
    return this.unit && idInPath(this.unit.schema, this.unit.path);
  }

  /** The id as it stands in paths, for which the version is read if need be; only a version that there is has one. */
  id(): Awaitable<string> {
    const { schema } = this.unit as StoredUnit;
    return this.idInPath ?? this.read().then((found) => storedIdOf(schema, found as FoundRecord));
  }

  /** @throws InvalidRecordError when what is there cannot be read as a record. */
  async read(): Promise<FoundRecord | null> {
    const { context, unit, at } = this;
    if (!unit) return null;
    this.found ??= context.gate.read(async () => readStored(context.objects, unit, await at()));
    return this.found;
  }
}
