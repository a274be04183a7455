import { UnknownFieldError } from '../errors';
import { LoadedRecord } from './record-codec';
import { setState } from './record-state';
import type { ModelSchema } from './schema';

/**
 * Fills an instance whose constructors and field initialisers have all run: a loaded one with what was loaded,
 * a new one with the given values, else what the initialisers have set, else the fields' defaults.
 *
 * @throws UnknownFieldError for a value that the model has no property for.
 */
export function fillInstance(record: object, schema: ModelSchema, given: object): void {
  if (given instanceof LoadedRecord) {
    for (const [property, value] of given.values) setProperty(record, property, value);
    setState(record, given.state);
    return;
  }
  for (const { property, field } of schema.fields) {
    if (Reflect.get(record, property) === undefined) setProperty(record, property, field.initialValue());
  }
  for (const [property, value] of Object.entries(given)) {
    if (!hasProperty(record, property)) {
      throw new UnknownFieldError(
        `${schema.name} has no field "${property}"; it has ${schema.fields.map((each) => each.property).join(', ')}.`,
        { details: { model: schema.name, field: property } },
      );
    }
    if (value !== undefined) Reflect.set(record, property, value);
  }
}

/** Makes an instance of a bound class from a loaded record. */
export function instantiate<T extends object>(
  modelClass: abstract new (...values: never) => T,
  loaded: LoadedRecord,
): T {
  return new (modelClass as unknown as new (values: object) => T)(loaded);
}

/** Sets a property of the instance's own, whatever its class or `Object` has of that name. */
function setProperty(record: object, property: string, value: unknown): void {
  Object.defineProperty(record, property, { value, writable: true, enumerable: true, configurable: true });
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
