import { GitModelError } from '../../errors';
import type { ObjectStore } from '../../git/object-store';
import type { JsonValue } from '../../model/json-value';
import { valueOf } from '../../model/merge/merge-field';
import type { RecordVersion } from '../../model/merge/merge-record';
import type { StoredRecord } from '../../model/serializers/serializer';
import { decodeVersion, idOfRecord } from '../changes/stored-unit';
import type { StoredUnit, UnitVersions } from '../changes/stored-unit';

/** What the versions of a record hold. */
export class DecodedVersions {
  /**
   * @param records Without those that are not there or cannot be read.
   * @param failure Why one cannot be read.
   */
  private constructor(
    private readonly unit: StoredUnit,
    private readonly versions: UnitVersions,
    private readonly records: Partial<Readonly<Record<keyof UnitVersions, StoredRecord>>>,
    readonly failure?: GitModelError,
  ) {}

  /** Reads them, up to one that cannot be read. */
  static async read(
    objects: ObjectStore,
    unit: StoredUnit,
    versions: UnitVersions,
  ): Promise<DecodedVersions> {
    const records: Partial<Record<keyof UnitVersions, StoredRecord>> = {};
    for (const side of ['base', 'ours', 'theirs'] as const) {
      const version = versions[side];
      if (!version) continue;
      try {
        records[side] = await decodeVersion(objects, unit, version);
      } catch (error) {
        if (!(error instanceof GitModelError)) throw error;
        return new DecodedVersions(unit, versions, records, error);
      }
    }
    return new DecodedVersions(unit, versions, records);
  }

  get model(): string | null {
    const { base, ours, theirs } = this.records;
    return this.unit.schema?.name ?? ours?.model ?? theirs?.model ?? base?.model ?? null;
  }

  get id(): string {
    const { base, ours, theirs } = this.records;
    return idOfRecord(this.unit, base ?? ours ?? theirs);
  }

  /** What is there now: our version, else theirs; without fields where neither could be read. */
  get present(): StoredRecord {
    return this.records.ours ?? this.records.theirs ?? { model: this.model, fields: new Map() };
  }

  /** A version as fields are merged; null for one that is not there or cannot be read. */
  versionOf(side: keyof UnitVersions): RecordVersion | null {
    const [record, version] = [this.records[side], this.versions[side]];
    if (!record || !version) return null;
    return { record, files: new Map([...version.files].map(([name, { oid }]) => [name, oid])) };
  }

  /** The id that is stored in a version of a registered model's record. */
  storedId(side: keyof UnitVersions): JsonValue | undefined {
    const { schema } = this.unit;
    return schema ? this.records[side]?.fields.get(schema.idField.storedName) : undefined;
  }

  /** The fields of a version by property; null where there is none. */
  fieldsOf(side: keyof UnitVersions): Record<string, unknown> | null {
    const record = this.records[side];
    if (!this.versions[side]) return null;
    const { schema } = this.unit;
    return Object.fromEntries(
      [...(record?.fields ?? [])].map(([name, value]) => {
        const known = schema?.fields.find(({ storedName }) => storedName === name);
        return [known?.property ?? name, valueOf(value, known?.field)];
      }),
    );
  }
}
