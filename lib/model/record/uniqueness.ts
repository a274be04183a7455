import { ValidationError } from '../../errors';
import type { ValidationIssue } from '../../errors';
import type { Binding } from '../binding';
import { isSameJson } from '../json-value';
import type { JsonValue } from '../json-value';
import type { SchemaField } from '../schema/schema';
import { iterate } from './cursor';
import { stateOf } from './record-state';
import type { SaveOptions } from './record-store';
import { hasChanged } from './stored-form';
import { blankOf, formsOf, idAt, uniqueFields, UniqueValues } from './unique-values';

/** A field whose value no other record may have, and what is stored of that value. */
interface Claim extends SchemaField {
  readonly value: unknown;
  readonly stored: JsonValue;
}

/**
 * The check that no other record of the model has a value of this one in a field that is unique. Undefined when there is
 * nothing to check: no such field, or none with a value.
 *
 * The check throws a ValidationError with the code `unique` for each such value.
 *
 * @param options With `overwrite` another value may be stored than the record was loaded with, so that one which has
 *   not changed since may be another record's by now.
 */
export function uniquenessCheck(
  record: object,
  binding: Binding,
  { overwrite = false }: SaveOptions,
): (() => Promise<void>) | undefined {
  const claimed = claimsOf(record, binding);
  if (claimed.length === 0) return undefined;
  const { schema, store } = binding;
  return async () => {
    const state = stateOf(record);
    // Another save of the record may have changed what is stored since this one was asked for.
    const claims = claimed.filter(
      (each) => overwrite || state.oid === null || hasChanged(each, each.value, state),
    );
    if (claims.length === 0) return;
    const mayBeTaken = await store.lookUp(
      schema,
      () => new UniqueValues(schema),
      (values) => claims.some((claim) => values.mayBeTaken(claim, claim.stored, state.storedId)),
    );
    if (mayBeTaken === false) return;
    // Who has it is to be told, or the values are not known, so all records are read.
    const taken = new Map<Claim, string>();
    for await (const { id, path, record } of iterate(store.readAll(schema, {}))) {
      const { fields } = record;
      const otherId = id ?? idAt(path, fields, schema);
      if (otherId === undefined || otherId === state.storedId) continue;
      for (const claim of claims) {
        if (isSameValue(claim, fields.get(claim.storedName))) taken.set(claim, otherId);
      }
    }
    if (taken.size > 0)
      throw new ValidationError(
        schema.name,
        claims.flatMap((claim) => issueOf(claim, taken)),
      );
  };
}

function claimsOf(record: object, { schema }: Binding): Claim[] {
  const claims: Claim[] = [];
  for (const each of uniqueFields(schema)) {
    const { property, field } = each;
    const value: unknown = Reflect.get(record, property);
    const stored = field.serialize(value);
    if (stored === null || isSameJson(stored, blankOf(each))) continue;
    claims.push({ ...each, value, stored });
  }
  return claims;
}

function isSameValue(claim: Claim, other: JsonValue | undefined): boolean {
  return formsOf(claim, other).some((form) => isSameJson(claim.stored, form));
}

function issueOf(claim: Claim, taken: ReadonlyMap<Claim, string>): ValidationIssue[] {
  const owner = taken.get(claim);
  if (owner === undefined) return [];
  const message = `must be unique, and the record ${JSON.stringify(owner)} has this value`;
  return [{ path: claim.property, code: 'unique', message, value: claim.value }];
}
