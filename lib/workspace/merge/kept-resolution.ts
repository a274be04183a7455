import { InvalidArgumentError, InvalidObjectError } from '../../errors';
import type { FieldType } from '../../model/fields/field';
import { InvalidValue } from '../../model/fields/invalid-value';
import { checkJson } from '../../model/fields/json-check';
import { GitBlob } from '../../model/git-blob';
import type { JsonValue } from '../../model/json-value';
import { storedOf, valueOf } from '../../model/merge/merge-field';
import type { ModelSchema } from '../../model/schema/schema';
import type { ConflictResolution, MergeConflict } from './merge-conflict';
import { cannotResolve, checkResolution, tryDecision } from './open-conflict';
import type { Decision } from './open-conflict';

/** A resolution in the form in which it is kept in the repository: JSON. */
export type KeptResolution =
  | 'ours'
  | 'theirs'
  | 'base'
  /** A field's value as it is stored, or a whole record's fields, by property, each as it is stored. */
  | { readonly value: JsonValue }
  /** A file's content, in Base64. */
  | { readonly content: string };

/** A resolution, and what it was decided on. */
export interface KeptDecision {
  /** See {@link MergeConflict.basis}. */
  readonly basis: string;
  readonly resolution: KeptResolution;
}

/**
 * A decision as it is kept.
 *
 * @throws InvalidArgumentError when it does not resolve the conflict.
 */
export async function keepDecision(
  schema: ModelSchema | undefined,
  conflict: MergeConflict,
  resolution: ConflictResolution,
): Promise<KeptDecision> {
  const decision = await inMemory(schema, conflict, checkResolution(conflict, resolution));
  await tryDecision(conflict, decision);
  const kept = keepResolution(schema, conflict, decision);
  // What it has become is decided with later on: nobody could go on with a merge in which that is refused.
  await tryDecision(conflict, revive(schema, conflict, kept));
  return { basis: conflict.basis, resolution: kept };
}

/** The content of a field's file in memory, wherever it is: a stream can be read only once. */
async function inMemory(
  schema: ModelSchema | undefined,
  conflict: MergeConflict,
  decision: Decision,
): Promise<Decision> {
  if (typeof decision === 'string' || fieldOf(schema, conflict)?.isStoredApart !== true) return decision;
  const { value } = decision;
  const blob = typeof value === 'object' ? GitBlob.tryFrom(value) : undefined;
  return blob ? { value: await blob.buffer() } : decision;
}

function keepResolution(
  schema: ModelSchema | undefined,
  conflict: MergeConflict,
  decision: Decision,
): KeptResolution {
  if (typeof decision === 'string') return decision;
  const { value } = decision;
  if (typeof value === 'string' && isOfFile(schema, conflict))
    return { content: Buffer.from(value).toString('base64') };
  if (value instanceof Uint8Array) return { content: Buffer.from(value).toString('base64') };
  try {
    return { value: toKept(schema, conflict, value) };
  } catch (error) {
    if (!(error instanceof InvalidValue || error instanceof InvalidArgumentError)) throw error;
    return cannotResolve(conflict, value, error.message, error);
  }
}

/** The resolution that was kept; undefined when it does not resolve the conflict any more, as by other rules of a field. */
export async function reviveIfFit(
  schema: ModelSchema | undefined,
  conflict: MergeConflict,
  kept: KeptResolution,
): Promise<Decision | undefined> {
  const decision = revive(schema, conflict, kept);
  try {
    await tryDecision(conflict, decision);
    return decision;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return undefined;
    throw error;
  }
}

function revive(schema: ModelSchema | undefined, conflict: MergeConflict, kept: KeptResolution): Decision {
  if (typeof kept === 'string') return kept;
  if ('content' in kept) return { value: Buffer.from(kept.content, 'base64') };
  const { value } = kept;
  const field = fieldOf(schema, conflict);
  if (field) return { value: valueOf(value, field) };
  if (conflict.kind === 'field' || value === null || typeof value !== 'object') return { value };
  const fields = Object.entries(value as Readonly<Record<string, JsonValue>>);
  return {
    value: Object.fromEntries(
      fields.map(([property, each]) => [property, valueOf(each, named(schema, property))]),
    ),
  };
}

/**
 * Checks what was read from the repository.
 *
 * @throws InvalidObjectError
 */
export function checkKept(value: unknown): KeptDecision {
  if (typeof value === 'object' && value !== null && 'basis' in value && 'resolution' in value) {
    const { basis, resolution } = value;
    if (typeof basis === 'string') return { basis, resolution: checkResolutionKept(resolution) };
  }
  throw new InvalidObjectError(`${JSON.stringify(value)} is no decision on a conflict.`);
}

function checkResolutionKept(value: unknown): KeptResolution {
  if (value === 'ours' || value === 'theirs' || value === 'base') return value;
  if (typeof value === 'object' && value !== null) {
    if ('content' in value && typeof value.content === 'string') return { content: value.content };
    if ('value' in value) return { value: value.value as JsonValue };
  }
  throw new InvalidObjectError(`${JSON.stringify(value)} is no resolution of a conflict.`);
}

function toKept(schema: ModelSchema | undefined, conflict: MergeConflict, value: unknown): JsonValue {
  const field = fieldOf(schema, conflict);
  if (field) return storedOf(value, field) ?? null;
  if (conflict.kind === 'field' || value === null || typeof value !== 'object') {
    checkJson(value);
    return value as JsonValue;
  }
  return Object.fromEntries(
    Object.entries(value).map(([property, each]) => {
      const stored = storedOf(each, named(schema, property)) ?? null;
      checkJson(stored);
      return [property, stored];
    }),
  );
}

function fieldOf(
  schema: ModelSchema | undefined,
  { kind, field, keys }: MergeConflict,
): FieldType<unknown> | undefined {
  return kind === 'field' && field !== null && keys.length === 0 ? named(schema, field) : undefined;
}

function named(schema: ModelSchema | undefined, property: string): FieldType<unknown> | undefined {
  return schema?.fields.find((each) => each.property === property)?.field;
}

function isOfFile(schema: ModelSchema | undefined, conflict: MergeConflict): boolean {
  return conflict.kind === 'file' || fieldOf(schema, conflict)?.isStoredApart === true;
}
