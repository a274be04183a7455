import { RestrictedError } from '../errors';
import type { FieldType } from './fields/field';
import { ListFieldType } from './fields/list-field';
import { RelatedFieldType } from './fields/related-field';
import type { OnDelete } from './fields/related-field';
import type { GitModel } from './git-model';
import type { RecordContext } from './record-context';
import type { ModelSchema, SchemaField } from './schema';
import type { ModelConstructor, ModelId } from './types';

/** A field of a model that refers to another one, and minds when a record of that is deleted. */
export interface Referrer {
  readonly model: ModelConstructor;
  readonly schemaField: SchemaField;
  readonly onDelete: Exclude<OnDelete, 'nothing'>;
}

/** The fields of a model that mind when what they refer to is deleted. */
export function* mindingFields(
  { fields }: ModelSchema,
  context: RecordContext,
): Generator<{ schemaField: SchemaField; onDelete: Referrer['onDelete']; target: ModelConstructor }, void> {
  for (const schemaField of fields) {
    const related = relatedTypeOf(schemaField.field);
    if (!related || related.onDelete === 'nothing' || !schemaField.field.isSerialized) continue;
    yield { schemaField, onDelete: related.onDelete, target: related.modelIn(context) };
  }
}

/**
 * Does to the records that refer to a deleted one what their fields say. To be called after it was removed, in an
 * operation that is taken back as a whole when this throws.
 *
 * @throws RestrictedError when a field forbids it.
 */
export async function settleReferences(
  target: string,
  id: ModelId,
  referrers: readonly Referrer[],
): Promise<void> {
  for (const referrer of referrers) {
    const model = referrer.model as unknown as Reader;
    const refers = (record: object): boolean =>
      refersTo(Reflect.get(record, referrer.schemaField.property), id);
    for await (const found of model.all()) {
      if (!refers(found)) continue;
      // What was done to other records may have changed or deleted it since.
      const record = await model.getOrNull(found.getId());
      if (record && refers(record)) await settleReference(target, id, referrer, record);
    }
  }
}

async function settleReference(
  target: string,
  id: ModelId,
  { model, schemaField, onDelete }: Referrer,
  record: GitModel<ModelId>,
): Promise<void> {
  const { property } = schemaField;
  switch (onDelete) {
    case 'restrict': {
      const referrer = record.getId();
      throw new RestrictedError(
        `The ${target} with the id ${JSON.stringify(id)} cannot be deleted: the ${model.name} with the id ` +
          `${JSON.stringify(referrer)} refers to it by "${property}". Delete or change that one first.`,
        { details: { model: target, id, referrer: { model: model.name, id: referrer, field: property } } },
      );
    }
    case 'setNull': {
      const value: unknown = Reflect.get(record, property);
      Reflect.set(
        record,
        property,
        Array.isArray(value) ? value.filter((each) => !refersTo(each, id)) : null,
      );
      await record.save();
      return;
    }
    case 'cascade':
      await record.delete();
  }
}

/** What is needed of a bound class here; the static methods of a model have its own type of ids. */
interface Reader {
  all(): AsyncIterable<GitModel<ModelId>>;
  getOrNull(id: ModelId): Promise<GitModel<ModelId> | null>;
}

function refersTo(value: unknown, id: ModelId): boolean {
  if (Array.isArray(value)) return value.some((each) => refersTo(each, id));
  return typeof value === 'object' && value !== null && 'id' in value && value.id === id;
}

function relatedTypeOf(field: FieldType<unknown>): RelatedFieldType<GitModel<ModelId>> | undefined {
  if (field instanceof ListFieldType) return relatedTypeOf(field.item);
  return field instanceof RelatedFieldType ? (field as RelatedFieldType<GitModel<ModelId>>) : undefined;
}
