import { UnknownFieldError } from '../../errors';
import type { ModelSchema, SchemaField } from '../schema/schema';
import { LoadedRecord } from './record-codec';
import type { RecordContext } from './record-context';
import { contextOf, setState } from './record-state';
import { valueOf } from './values';

/**
 * Fills an instance whose constructors and field initialisers have all run: a loaded one with what was loaded,
 * a new one with the given values, else what the initialisers have set, else the fields' defaults.
 *
 * @throws UnknownFieldError for a value that the model has no property for.
 */
export function fillInstance(
  record: object,
  schema: ModelSchema,
  context: RecordContext,
  given: object,
): void {
  const { fields } = schema;
  if (given instanceof LoadedRecord) {
    const { values, state } = given;
    setState(record, state);
    for (let n = 0; n < fields.length; n++) setProperty(record, fields[n] as SchemaField, values[n], context);
    return;
  }
  for (const schemaField of fields) {
    const initialized = valueOf(record, schemaField.property);
    if (initialized === undefined)
      setProperty(record, schemaField, schemaField.field.initialValue(), context);
    else if (schemaField.field.isHeld) setProperty(record, schemaField, initialized, context);
  }
  assignValues(record, schema, given);
}

/**
 * Assigns values by property; one that is undefined is left out.
 *
 * @throws UnknownFieldError for a value that the model has no property for; then none is assigned.
 */
export function assignValues(record: object, schema: ModelSchema, values: object): void {
  const given = values as Readonly<Record<string, unknown>>;
  const properties = Object.keys(given).filter((property) => given[property] !== undefined);
  for (const property of properties) {
    if (Object.hasOwn(record, property) || hasSetter(record, property)) continue;
    throw new UnknownFieldError(
      `${schema.name} has no field "${property}"; it has ${schema.fields.map((each) => each.property).join(', ')}.`,
      { details: { model: schema.name, field: property } },
    );
  }
  for (const property of properties) (record as Record<string, unknown>)[property] = given[property];
}

/** Makes an instance of a bound class from a loaded record. */
export function instantiate<T extends object>(
  modelClass: abstract new (...values: never) => T,
  loaded: LoadedRecord,
): T {
  return new (modelClass as unknown as new (values: object) => T)(loaded);
}

/** Sets a property of the instance's own, whatever its class or `Object` has of that name. */
function setProperty(
  record: object,
  { property, field, isShadowed }: SchemaField,
  value: unknown,
  context: RecordContext,
): void {
  if (!field.isHeld && !isShadowed) {
    (record as Record<string, unknown>)[property] = value;
    return;
  }
  if (!field.isHeld) {
    Object.defineProperty(record, property, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  const there = contextOf(record, context);
  let held = field.hold(value, there);
  Object.defineProperty(record, property, {
    get: () => held,
    set: (assigned: unknown) => {
      held = field.hold(assigned, there);
    },
    enumerable: true,
    configurable: true,
  });
}

/** Whether the class of an instance has a setter of this name. */
function hasSetter(record: object, property: string): boolean {
  for (let each = parentOf(record); each && each !== Object.prototype; each = parentOf(each)) {
    const descriptor = Object.getOwnPropertyDescriptor(each, property);
    if (descriptor) return descriptor.set !== undefined;
  }
  return false;
}

function parentOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
