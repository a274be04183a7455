import { inspect } from 'node:util';
import { ModelDefinitionError } from '../../errors';
import { isOid } from '../../object/oid';
import type { ObjectType } from '../../object/oid';
import type { RecordContext } from '../record/record-context';
import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';

/** The options of a field for an object of the repository. */
export interface GitObjectFieldOptions extends FieldOptions<string> {
  /** What kind of object it has to be. Default: any. */
  readonly type?: ObjectType | undefined;
}

const TYPES: readonly string[] = ['blob', 'tree', 'commit', 'tag'] satisfies ObjectType[];

/**
 * The oid of an object of the repository, which has to be there when the record is saved. Git does not know that
 * the record refers to it: keep it alive by a branch, a tag or a tree, or `git gc` takes it away in time.
 */
export class GitObjectFieldType extends FieldType<string> {
  readonly type: ObjectType | undefined;

  constructor(options: GitObjectFieldOptions = {}) {
    super(options);
    this.type = options.type;
    if (this.type !== undefined && !TYPES.includes(this.type)) {
      throw new ModelDefinitionError(`type takes ${TYPES.join(', ')}, not ${inspect(this.type)}.`);
    }
  }

  override async verify(value: string, { store }: RecordContext): Promise<void> {
    const found = await store.typeOf(value);
    if (found === null) throw new InvalidValue('object_not_found', 'must be an object of the repository');
    if (this.type !== undefined && found !== this.type) {
      throw new InvalidValue('invalid_object', `must be a ${this.type}, and is a ${found}`);
    }
  }

  protected coerce(value: unknown): string {
    if (typeof value !== 'string') throw new InvalidValue('invalid_type', 'must be a string');
    const oid = value.toLowerCase();
    if (!isOid(oid)) throw new InvalidValue('invalid_oid', 'must be an oid: 40 hexadecimal digits');
    return oid;
  }

  protected toStored(value: string): string {
    return value;
  }
}
