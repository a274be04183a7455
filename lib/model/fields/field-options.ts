import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { MergePolicy } from '../merge/merge-policy';

/**
 * A rule of one's own. A function says whether a value follows it, or says in words what the value has to be:
 * `(title) => title.length <= 80 || 'must have 80 characters at most'`.
 */
export type Validator<T> =
  | Rule<T>['isFollowed']
  | {
      /** Whether a value follows the rule. */
      test(value: T): boolean;
      /** What the value has to be, for people. */
      readonly message: string;
      /** A stable name of the rule. Default: `invalid`. */
      readonly code?: string | undefined;
    };

/** A method, because the parameters of methods are compared both ways: a rule for texts may stand among others. */
interface Rule<T> {
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a rule may throw what it finds, and return nothing
  isFollowed(value: T): boolean | string | undefined | void;
}

/** The options that every field has. */
export interface FieldOptions<T> {
  /** Whether a value must be there when the record is saved. Default: true. */
  readonly required?: boolean | undefined;
  /**
   * Whether null is a value like others: also a required field may hold it then, and an optional one begins with
   * it. Default: false; null stands for "no value" of an optional field then, unless its type has an empty value
   * (`''` of text, false of booleans, `[]` of lists).
   */
  readonly nullable?: boolean | undefined;
  /**
   * The value of a new record that is given none, or a function that makes it. A value that can change, such as a
   * list, is copied for each record; what the function makes is not.
   */
  readonly default?: T | null | (() => T | null) | undefined;
  /** Whether the value may only be set before the record is saved for the first time. Default: false. */
  readonly readonly?: boolean | undefined;
  /**
   * Whether no two records of the model may have the same value; those without a value may. The first save with a value
   * reads the model's other records for it, later ones what has changed since. Default: false.
   */
  readonly unique?: boolean | undefined;
  /** Whether the value is stored. Default: true. */
  readonly serialize?: boolean | undefined;
  /** Whether this field's value is the record's id. Default: false. */
  readonly id?: boolean | undefined;
  /** The field's name in the stored record. Default: the property's name. */
  readonly name?: string | undefined;
  /** The only values that there may be. */
  readonly choices?: readonly T[] | undefined;
  /** Rules of one's own, for values that follow all others. */
  readonly validators?: Validator<T> | readonly Validator<T>[] | undefined;
  /**
   * A schema of zod, valibot or another library that implements Standard Schema (https://standardschema.dev). It
   * checks values that follow all other rules, and what it makes of them is the value.
   */
  readonly schema?: StandardSchemaV1<unknown, T> | undefined;
  /** What a merge does with the field when both sides have changed it. Default: `conflict`. */
  readonly merge?: MergePolicy<T> | undefined;
  /** Messages that take the place of the field's own, by the code of the rule. */
  readonly errorMessages?: Readonly<Record<string, string>> | undefined;
}
