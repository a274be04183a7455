import { isUint8Array } from 'node:util/types';
import { hashObject } from '../../object/oid';
import type { BlobFieldOptions } from './blob-field';
import { FieldType } from './field';
import { InvalidValue } from './invalid-value';

/** Bytes in a file of their own beside the record's data, which are read together with the record. */
export class BytesFieldType extends FieldType<Buffer> {
  constructor(options: BlobFieldOptions<Buffer> = {}) {
    super(options);
  }

  override get isStoredApart(): boolean {
    return true;
  }

  override copy(value: Buffer): Buffer {
    return Buffer.from(value);
  }

  protected coerce(value: unknown): Buffer {
    if (!isUint8Array(value)) throw new InvalidValue('invalid_type', 'must be bytes: a Buffer');
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }

  /** What stands for them where a record's values are shown or compared; they are not part of the record's data. */
  protected toStored(value: Buffer): string {
    return hashObject('blob', value);
  }
}
