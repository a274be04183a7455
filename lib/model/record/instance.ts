import { UnknownFieldError } from '../../errors';
import type { FieldType } from '../fields/field';
import type { ModelSchema } from '../schema/schema';
import { LoadedRecord } from './record-codec';
import type { RecordContext } from './record-context';
import { contextOf, setState } from './record-state';

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
  if (given instanceof LoadedRecord) {
    const { values, state } = given;
    setState(record, state);
    for (const { property, field } of schema.fields) {
      setProperty(record, property, field, values.get(property), context);
    }
    return;
  }
  for (const { property, field } of schema.fields) {
    const initialized: unknown = Reflect.get(record, property);
    if (initialized === undefined) setProperty(record, property, field, field.initialValue(), context);
    else if (field.isHeld) setProperty(record, property, field, initialized, context);
  }
  assignValues(record, schema, given);
}

/**
 * Assigns values by property; one that is undefined is left out.
 *
 * @throws UnknownFieldError for a value that the model has no property for; then none is assigned.
 */
export function assignValues(record: object, schema: ModelSchema, values: object): void {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  for (const [property] of entries) {
    if (hasProperty(record, property)) continue;
    throw new UnknownFieldError(
      `${schema.name} has no field "${property}"; it has ${schema.fields.map((each) => each.property).join(', ')}.`,
      { details: { model: schema.name, field: property } },
    );
  }
  for (const [property, value] of entries) Reflect.set(record, property, value);
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
  property: string,
  field: FieldType<unknown>,
  value: unknown,
  context: RecordContext,
): void {
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

/** A property to assign to: one of the instance's own, or one that its class has a setter for. */
function hasProperty(record: object, property: string): boolean {
  for (let each: object | null = record; each && each !== Object.prototype; each = parentOf(each)) {
    const descriptor = Object.getOwnPropertyDescriptor(each, property);
    if (descriptor) return each === record || descriptor.set !== undefined;
  }
  return false;
}

function parentOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
