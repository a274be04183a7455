import { ModelNotRegisteredError, RestrictedError } from '../../errors';
import type { FieldType } from '../fields/field';
import { ListFieldType } from '../fields/list-field';
import { RelatedFieldType } from '../fields/related-field';
import type { OnDelete } from '../fields/related-field';
import type { GitModel } from '../git-model';
import { idOf, idText } from '../record/id';
import type { RecordContext } from '../record/record-context';
import type { ModelSchema, SchemaField } from '../schema/schema';
import type { ModelConstructor, ModelId } from '../types';
import { Related } from './related';

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
    const target = modelOf(related, context);
    if (target) yield { schemaField, onDelete: related.onDelete, target };
  }
}

/** Undefined for a model that is not registered: it has no records that could be deleted. */
function modelOf(
  related: RelatedFieldType<GitModel<ModelId>>,
  context: RecordContext,
): ModelConstructor | undefined {
  try {
    return related.modelIn(context);
  } catch (error) {
    if (error instanceof ModelNotRegisteredError) return undefined;
    throw error;
  }
}

/**
 * Does to the records that refer to a deleted one what their fields say. To be called after it was removed, in an
 * operation that is taken back as a whole when this throws.
 *
 * @param id As it stands in paths.
 * @throws RestrictedError when a field forbids it.
 */
export async function settleReferences(
  target: ModelSchema,
  id: string,
  referrers: readonly Referrer[],
): Promise<void> {
  const isTarget = (value: unknown): boolean => refersTo(value, target, id);
  // What another field deletes too restricts nothing, in whichever order the models were registered.
  const forbids = ({ onDelete }: Referrer): number => Number(onDelete === 'restrict');
  for (const referrer of [...referrers].sort((a, b) => forbids(a) - forbids(b))) {
    const model = referrer.model as unknown as Reader;
    const refers = (record: object): boolean => isTarget(Reflect.get(record, referrer.schemaField.property));
    for await (const found of model.all()) {
      if (!refers(found)) continue;
      // What was done to other records may have changed or deleted it since.
      const record = await model.getOrNull(found.getId());
      if (!record || !refers(record)) continue;
      if (referrer.onDelete === 'restrict') throw restricted(target, id, referrer, record);
      if (referrer.onDelete === 'cascade') await record.delete();
      else await leaveOut(record, referrer.schemaField.property, isTarget);
    }
  }
}

async function leaveOut(
  record: GitModel<ModelId>,
  property: string,
  isTarget: (value: unknown) => boolean,
): Promise<void> {
  const value: unknown = Reflect.get(record, property);
  Reflect.set(record, property, Array.isArray(value) ? value.filter((each) => !isTarget(each)) : null);
  await record.save();
}

function restricted(
  target: ModelSchema,
  text: string,
  { model, schemaField: { property } }: Referrer,
  record: GitModel<ModelId>,
): RestrictedError {
  const [id, referrer] = [idOf(target, text), record.getId()];
  return new RestrictedError(
    `The ${target.name} with the id ${JSON.stringify(id)} cannot be deleted: the ${model.name} with the id ` +
      `${JSON.stringify(referrer)} refers to it by "${property}". Delete or change that one first.`,
    {
      details: { model: target.name, id, referrer: { model: model.name, id: referrer, field: property } },
    },
  );
}

/** What is needed of a bound class here; the static methods of a model have its own type of ids. */
interface Reader {
  all(): AsyncIterable<GitModel<ModelId>>;
  getOrNull(id: ModelId): Promise<GitModel<ModelId> | null>;
}

/** Whether a field's value is or has a relation to the record with this id, in whichever way the id is written. */
function refersTo(value: unknown, target: ModelSchema, id: string): boolean {
  if (Array.isArray(value)) return value.some((each) => refersTo(each, target, id));
  return value instanceof Related && idText(value.id, target) === id;
}

function relatedTypeOf(field: FieldType<unknown>): RelatedFieldType<GitModel<ModelId>> | undefined {
  if (field instanceof ListFieldType) return relatedTypeOf(field.item);
  return field instanceof RelatedFieldType ? (field as RelatedFieldType<GitModel<ModelId>>) : undefined;
}
