import { bindingOf } from '../../model/binding';
import type { ValuePath } from '../../model/fields/invalid-value';
import type { ModelConstructor } from '../../model/types';
import { sha1 } from '../../object/sha1';
import type { ModelConflict } from './model-conflict';

/**
 * What a conflict is about:
 *
 * - `field`: both sides have changed a field, each to something else.
 * - `delete`: one side has deleted a record that the other one has changed or moved.
 * - `moved`: both sides have given a record another id, and not the same.
 * - `unreadable`: both sides have changed a record, and one version of it cannot be read.
 * - `invalid`: the merged record breaks a rule of its model that neither side has broken.
 * - `unique`: both sides have given a value to different records that only one may have.
 * - `reference`: one side refers to a record that the other one has deleted.
 * - `file`: both sides have changed a file that is no record, in a way that Git does not merge.
 */
export type ConflictKind =
  'field' | 'delete' | 'moved' | 'unreadable' | 'invalid' | 'unique' | 'reference' | 'file';

/** The commits whose versions are merged; null for what is in none, as the base of histories without one. */
export interface MergeCommits {
  readonly base: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
}

/** What a {@link MergeConflict} says. */
export interface ConflictFacts {
  readonly kind: ConflictKind;
  readonly model: string | null;
  readonly id: string | null;
  readonly path: string;
  readonly field: string | null;
  readonly keys: ValuePath;
  readonly base: unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
  readonly commits: MergeCommits;
  readonly message: string;
  /** What else a decision depends on: the oids of what is in conflict as a whole. */
  readonly versions?: readonly unknown[];
}

/**
 * Something that a merge cannot decide.
 *
 * @example
 * ```ts
 * class Article extends GitModel {
 *   @CharField() title!: string;
 * }
 * const BoundArticle = ws.register(Article);
 * await new BoundArticle({ title: 'A' }).save({ commit: true, message: 'An article' });
 * await ws.createBranch('draft');
 * const { conflicts } = await ws.merge('draft');
 * for (const conflict of conflicts) {
 *   if (conflict.isOf(BoundArticle) && conflict.field === 'title') console.log(conflict.ours, conflict.theirs);
 *   else console.log(conflict.message);
 * }
 * ```
 */
export class MergeConflict implements ConflictFacts {
  readonly kind: ConflictKind;
  /** The name of the record's model; null for a file. */
  readonly model: string | null;
  /** The record's id, as it stands in paths; null for a file. */
  readonly id: string | null;
  /** The path of the record's data, or of the file. */
  readonly path: string;
  /** The field's property, of a model that is not registered its stored name; null when it is not about one field. */
  readonly field: string | null;
  /** Where inside the field's value, in JSON that is merged by key; empty for all of it. */
  readonly keys: ValuePath;
  /**
   * What the common ancestor has: a field's value, or the part of it at the {@link keys}; of a whole record its fields, null where
   * it is not; of a `moved` one the id; of a file the oid. Undefined where nothing is stored.
   */
  readonly base: unknown;
  /** What our side has. */
  readonly ours: unknown;
  /** What their side has. */
  readonly theirs: unknown;
  readonly commits: MergeCommits;
  /** The conflict in words. */
  readonly message: string;
  /** Differs when what is in conflict does: then it is to be decided on anew. @internal */
  readonly basis: string;

  /** @internal */
  constructor(facts: ConflictFacts) {
    this.kind = facts.kind;
    this.model = facts.model;
    this.id = facts.id;
    this.path = facts.path;
    this.field = facts.field;
    this.keys = facts.keys;
    this.base = facts.base;
    this.ours = facts.ours;
    this.theirs = facts.theirs;
    this.commits = facts.commits;
    this.message = facts.message;
    const { base, ours, theirs, versions = [] } = facts;
    this.basis = sha1(JSON.stringify([base, ours, theirs, versions], exactly));
  }

  /** Whether it is about all of a field, a record or a file: false for a part of a field's JSON, which is at the {@link keys}. */
  get isWhole(): boolean {
    return this.keys.length === 0;
  }

  /** What tells the conflict from the others of a merge, also when the same branches are merged again. */
  get key(): string {
    return JSON.stringify([this.kind, this.path, this.field, ...this.keys]);
  }

  /**
   * Whether it is about a record of a model; TypeScript knows the types of the fields' values then, and what {@link with} takes.
   *
   * @param model The class that a workspace's `register()` has given.
   * @throws ModelNotRegisteredError or AbstractModelError for another one, of which no conflict is.
   */
  isOf<C extends ModelConstructor>(model: C): this is ModelConflict<InstanceType<C>> {
    return bindingOf(model, 'be looked for in conflicts').schema.name === this.model;
  }

  /**
   * A resolution with a value that the compiler checks: for `onConflict` to give back, or for `KeptMerge.resolve`. By itself it
   * decides nothing. It compiles where the model and the {@link field} are known, by {@link isOf} and a comparison; of a field
   * whose values may be objects, or lists of objects, also {@link isWhole}. Anywhere else give `{ value }`.
   *
   * The merge refuses it, with an InvalidArgumentError, where the choice is between two records or places: of the kinds `moved`,
   * `unique` and `reference`; and a file of its own in a record that is `invalid`.
   *
   * @param value What the constructor of the model takes for the field, also where the record is not valid because of it. Where
   *   `field` is null: the record's values by property, without those that have a file of their own, or null to have it deleted.
   *
   * @example
   * ```ts
   * await ws.mergePreview('HEAD', {
   *   onConflict: (conflict) => {
   *     if (!conflict.isOf(Page)) return undefined;
   *     return conflict.field === 'title' ? conflict.with(`${conflict.ours} and ${conflict.theirs}`) : 'ours';
   *   },
   * });
   * ```
   */
  with(this: UnknownConflict, value: unknown): ConflictValue;
  with(value: unknown): ConflictValue {
    // What is not valid is the record, also where one field is the reason.
    return { value: this.kind === 'invalid' && this.field !== null ? { [this.field]: value } : value };
  }

  toString(): string {
    return this.message;
  }
}

/** JSON has no integers of any size. */
function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/**
 * What to do about a conflict: take the version of one side, or a value of one's own. That is of the field's type, and
 * inside of it any of JSON; of a whole record, and of one that is not valid, its fields by property, without those that have a
 * file of their own, or null to have it deleted; of a file its content, or null. Undefined leaves the conflict.
 * {@link MergeConflict.with} has the compiler check a value.
 */
export type ConflictResolution = 'ours' | 'theirs' | 'base' | ConflictValue | undefined;

/** A value that resolves a conflict. */
export interface ConflictValue {
  readonly value: unknown;
}

/** Says what is missing where somebody has `with()` before the types are known. */
interface UnknownConflict {
  readonly 'ask isOf(), then compare field, and where that is JSON check isWhole': never;
}
