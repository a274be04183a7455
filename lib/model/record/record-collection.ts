import { inspect } from 'node:util';
import { checkIds, checkOptions } from '../../arguments';
import { InvalidArgumentError, ValidationError } from '../../errors';
import { InvalidValue } from '../fields/invalid-value';
import { checkJson } from '../fields/json-check';
import { copyJson, isSameJson, withExactNumbers } from '../json-value';
import type { JsonValue } from '../json-value';
import type { SerializedPlace } from '../schema/place';
import { iterate } from './cursor';
import { doesNotExist } from './does-not-exist';
import { readEach } from './read-each';
import { setState, stateOf } from './record-state';
import type { RecordState } from './record-state';
import type {
  DeleteOptions,
  FoundRecord,
  ReadAllOptions,
  ReadOptions,
  RecordStore,
  SaveOptions,
} from './record-store';
import { toIssues } from './validation';

/** A record without a class. */
export interface PlainRecord {
  id: string;
  /** The name of the model that the record says it is of. Default: the name that the collection was asked for by. */
  model?: string;
  /** The values by their stored names, as they are stored. */
  fields: Record<string, JsonValue>;
}

/** What is to be stored of a plain record, and what has to be checked when nothing else can change any more. */
export interface CheckedFields {
  readonly stored: ReadonlyMap<string, JsonValue>;
  readonly verify: (() => Promise<void>) | undefined;
}

/** What a plain record was when it was to be saved. */
interface GivenRecord {
  readonly id: string;
  readonly model: string;
  readonly fields: ReadonlyMap<string, JsonValue>;
}

/** What a registered class adds to the records of its model: that they follow its rules. */
export interface RecordRules {
  /** @throws InvalidRecordError when what is stored is not a record of the model. */
  checkStored(found: FoundRecord): void;
  /** The id in the form in which it is stored; the same for all ways to write it. */
  storedId(id: string): string;
  /**
   * @throws ValidationError when the fields are not valid.
   * @throws InvalidRecordError when one of them cannot be read as its field's value.
   */
  checkFields(
    id: string,
    fields: ReadonlyMap<string, JsonValue>,
    state: RecordState,
    options: SaveOptions,
  ): Promise<CheckedFields>;
  /** Removes a record as the class does it. */
  delete(id: string, options: DeleteOptions): Promise<string | null>;
}

/**
 * The records of a model as plain objects, with or without a class for them; what `ws.records()` gives. Where the
 * class of the model is registered, its fields' rules hold here too; its hooks are called by `delete` only.
 *
 * @example
 * ```ts
 * const notes = ws.records('note');
 * await notes.save({ id: 'milk', fields: { text: 'Buy milk', done: false } }, { commit: true });
 * const note = await notes.get('milk');
 * note.fields.done = true;
 * await notes.save(note, { commit: true, message: 'Milk was bought' });
 * for await (const { id, fields } of notes.all()) console.log(id, fields.text);
 * ```
 */
export class RecordCollection {
  /** @internal */
  constructor(
    private readonly name: string,
    private readonly place: SerializedPlace,
    private readonly store: RecordStore,
    private readonly rules: RecordRules | undefined,
  ) {}

  /**
   * Reads a record.
   *
   * @throws DoesNotExistError when there is none with this id.
   * @throws InvalidRecordError when what is stored is not a record.
   */
  async get(id: string, options: ReadOptions = {}): Promise<PlainRecord> {
    const record = await this.getOrNull(id, options);
    if (!record) throw doesNotExist(this.name, id, options);
    return record;
  }

  /** Reads a record; null when there is none with this id. Throws what {@link get} throws otherwise. */
  async getOrNull(id: string, options: ReadOptions = {}): Promise<PlainRecord | null> {
    checkOptions(options);
    const storedId = this.storedId(id);
    const found = await this.store.read(this.place, storedId, options);
    return found && this.decode(found, storedId);
  }

  /**
   * Reads the records with these ids, faster than one by one. They come in the order of the ids: null where there is
   * none, and the same object for an id that is there twice.
   *
   * @throws InvalidRecordError when what is stored is not a record, unless the options say what to do then: it is
   *   null too.
   */
  async getMany(ids: Iterable<string>, options: ReadAllOptions = {}): Promise<(PlainRecord | null)[]> {
    return readEach(
      checkIds(ids).map((id) => this.storedId(id)),
      (unique) => this.store.readMany(this.place, unique, checkOptions(options)),
      (found, id) => this.decode(found, id),
    );
  }

  /** All records, by the bytes of their paths. In a layout whose paths do not tell the id, the path stands for it. */
  async *all(options: ReadAllOptions = {}): AsyncGenerator<PlainRecord, void> {
    for await (const found of iterate(this.store.readAll(this.place, checkOptions(options))))
      yield this.decode(found, found.id ?? found.path);
  }

  /**
   * Stages a record. One that was read is put in its own place, or moved there when its id has changed; any other
   * is a new one.
   *
   * @returns the commit's oid with `commit: true`; null without it, or when nothing has changed.
   * @throws ValidationError when a field is not JSON, or not what the class of the model asks for.
   * @throws IntegrityError when another record has the id; with `overwrite` this one takes its place.
   * @throws StaleRecordError when somebody else has changed the record since it was read.
   */
  async save(record: PlainRecord, options: SaveOptions = {}): Promise<string | null> {
    checkOptions(options);
    const given = {
      id: this.storedId(record.id),
      model: this.modelOf(record),
      fields: this.cleanFields(record),
    };
    const before = stateOf(record);
    if (!options.overwrite || before.oid !== null) return this.write(record, given, options);
    // It takes the place of the present record as if it had been read from there.
    const present = await this.getOrNull(given.id);
    if (present) setState(record, stateOf(present));
    try {
      return await this.write(record, given, options);
    } catch (error) {
      setState(record, before);
      throw error;
    }
  }

  /**
   * Stages the removal of a record.
   *
   * @returns the commit's oid with `commit: true`, else null.
   * @throws DoesNotExistError when there is none with this id.
   */
  async delete(id: string, options: DeleteOptions = {}): Promise<string | null> {
    checkId(id);
    checkOptions(options);
    return this.rules ? this.rules.delete(id, options) : this.store.remove(this.place, id, options);
  }

  private async write(
    record: PlainRecord,
    { id, model, fields }: GivenRecord,
    options: SaveOptions,
  ): Promise<string | null> {
    const { place, rules, store } = this;
    const state = stateOf(record);
    const checked = await rules?.checkFields(id, fields, state, options);
    const { stored, verify } = checked ?? { stored: fields, verify: undefined };
    const content = place.serializer.encode({ model, fields: stored });
    return store.write({ record, place, id, content, stored, files: state.files, verify }, options);
  }

  private storedId(id: unknown): string {
    const text = checkId(id);
    return this.rules ? this.rules.storedId(text) : text;
  }

  private decode(found: FoundRecord, id: string): PlainRecord {
    this.rules?.checkStored(found);
    return plainRecord(found, id);
  }

  /** The model that the record is to say it is of; where there is a class, it can be no other than that one's. */
  private modelOf({ model = this.name }: PlainRecord): string {
    if (!this.rules || model.toLowerCase() === this.name.toLowerCase()) return model;
    throw new ValidationError(this.name, [
      { path: 'model', code: 'invalid_model', message: `must be ${JSON.stringify(this.name)}`, value: model },
    ]);
  }

  /** The fields as they are to be stored: a copy. */
  private cleanFields(record: PlainRecord): Map<string, JsonValue> {
    try {
      checkJson(record.fields);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw new ValidationError(this.name, toIssues(error, '', record.fields));
    }
    const { stored } = stateOf(record);
    return new Map(
      Object.entries(record.fields).map(([name, value]) => {
        const before = stored.get(name);
        // A number that has not changed stays as it was written.
        return [name, before !== undefined && isSameJson(before, value) ? before : copyJson(value)];
      }),
    );
  }
}

/** A stored record as a plain object, that can be saved again. */
export function plainRecord({ oid, record, files, at }: FoundRecord, id: string): PlainRecord {
  const { model, fields } = record;
  const plain: PlainRecord = {
    id,
    ...(model === null ? {} : { model }),
    fields: Object.fromEntries([...fields].map(([name, value]) => [name, copyJson(withExactNumbers(value))])),
  };
  setState(plain, { oid, storedId: id, stored: fields, assumed: new Map(), files, at });
  return plain;
}

function checkId(id: unknown): string {
  if (typeof id === 'string') return id;
  throw new InvalidArgumentError(`${inspect(id)} cannot be the id of a plain record; give a string.`, {
    details: { option: 'id', value: id },
  });
}
