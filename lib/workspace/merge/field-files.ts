import type { ObjectStore } from '../../git/object-store';
import type { FieldType } from '../../model/fields/field';
import { InvalidValue } from '../../model/fields/invalid-value';
import { GitBlob } from '../../model/git-blob';
import type { StoredValue } from '../../model/merge/merge-json';
import type { BlobStore } from '../../model/record/record-store';
import type { ModelSchema } from '../../model/schema/schema';
import { FileMode } from '../../object/file-mode';
import type { UnitVersions } from '../changes/stored-unit';
import type { Placed } from './placing';

/** The files that the fields of a record have in the versions that are merged, and those that are given in their place. */
export class FieldFiles {
  /** What was given, by oid. */
  private readonly given = new Map<string, Buffer>();
  /** What fields have that are read together with the record, by oid. */
  private readonly bytes = new Map<string, Buffer>();

  constructor(
    private readonly versions: UnitVersions,
    private readonly blobs: BlobStore,
  ) {}

  /** Reads what fields have whose values are no {@link GitBlob}s, where it is not the same in all versions. */
  async read(schema: ModelSchema | null, objects: ObjectStore): Promise<void> {
    const { base, ours, theirs } = this.versions;
    for (const { storedName, field } of schema?.fileFields ?? []) {
      const oids = [base, ours, theirs].map((version) => version?.files.get(storedName)?.oid);
      if (field.isHeld || new Set(oids).size === 1) continue;
      for (const oid of oids) {
        if (oid !== undefined) this.bytes.set(oid, await objects.readBlob(oid));
      }
    }
  }

  /** The content with an oid, as the field has it. */
  valueOf(oid: StoredValue, field: FieldType<unknown> | undefined): unknown {
    if (typeof oid !== 'string') return oid;
    const bytes = field?.isHeld === false ? this.bytes.get(oid) : undefined;
    return bytes ? Buffer.from(bytes) : GitBlob.of({ oid, content: undefined }, this.blobs);
  }

  /**
   * The oid of content that is given; undefined for none. A stream or a file is read for it.
   *
   * @throws InvalidValue when the field cannot have it.
   */
  async write(value: unknown, field: FieldType<unknown> | undefined): Promise<string | undefined> {
    const blob = this.blobOf(value, field);
    await blob?.settle(this.blobs);
    return this.keep(blob);
  }

  /**
   * The same for what is not to be waited for.
   *
   * @throws InvalidValue when the field cannot have it, and for a stream, a file, and what is stored elsewhere.
   */
  oidOf(value: unknown, field: FieldType<unknown> | undefined): string | undefined {
    const blob = this.blobOf(value, field);
    if (blob?.isUnwrittenIn(this.blobs)) {
      throw new InvalidValue('invalid_type', 'must be content of the record, bytes or a string');
    }
    return this.keep(blob);
  }

  private blobOf(value: unknown, field: FieldType<unknown> | undefined): GitBlob | undefined {
    const cleaned = field ? field.clean(value) : value;
    if (cleaned === null || cleaned === undefined) return undefined;
    const blob = GitBlob.tryFrom(cleaned);
    if (!blob) throw new InvalidValue('invalid_type', 'must be bytes, a string, a stream, or { file: path }');
    // One that is stored elsewhere stays there, for its owner.
    return blob.boundTo(this.blobs);
  }

  private keep(blob: GitBlob | undefined): string | undefined {
    if (!blob) return undefined;
    const { oid, content } = blob.toFile();
    if (content) this.given.set(oid, content);
    return oid;
  }

  /** The file with an oid, to be put into a tree. */
  placed(oid: string): Placed {
    const { base, ours, theirs } = this.versions;
    for (const version of [ours, theirs, base]) {
      const found = version && [...version.files.values()].find((file) => file.oid === oid);
      if (found) return found;
    }
    return { oid, mode: FileMode.BLOB, content: this.given.get(oid) };
  }
}
