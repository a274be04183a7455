import { GitBlob } from '../git-blob';
import type { RecordContext } from '../record/record-context';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';

/** The options of fields that have a file of their own. */
export type BlobFieldOptions<T> = Omit<FieldOptions<T>, 'id' | 'unique' | 'choices'>;

/** Content of any size, in a file of its own beside the record's data; read when it is asked for. */
export class BlobFieldType extends FieldType<GitBlob> {
  constructor(options: BlobFieldOptions<GitBlob> = {}) {
    super(options);
  }

  override get isStoredApart(): boolean {
    return true;
  }

  override get isHeld(): boolean {
    return true;
  }

  override hold(value: unknown, { store }: RecordContext): unknown {
    return GitBlob.tryFrom(value)?.boundTo(store.blobs) ?? value;
  }

  protected coerce(value: unknown): GitBlob {
    const blob = GitBlob.tryFrom(value);
    if (!blob) throw new InvalidValue('invalid_type', 'must be bytes, a string, a stream, or { file: path }');
    return blob;
  }

  /** What stands for it where a record's values are shown or compared; it is not part of the record's data. */
  protected toStored(value: GitBlob): string | null {
    return value.oid;
  }
}
