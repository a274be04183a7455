import { FieldType } from './field';
import type { FieldOptions } from './field-options';
import { InvalidValue } from './invalid-value';
import { checkRange } from './limits';

/** The options of a number. */
export interface NumberFieldOptions extends FieldOptions<number> {
  /** The least that a number may be. */
  readonly min?: number | undefined;
  /** The most that a number may be. */
  readonly max?: number | undefined;
}

/** The options of a number of a kind, whose limits may be JavaScript numbers too. */
interface Options<T> extends FieldOptions<T> {
  readonly min?: T | number | undefined;
  readonly max?: T | number | undefined;
}

/** A number that has limits. */
export abstract class NumberFieldType<T extends number | bigint, O extends Options<T>> extends FieldType<T> {
  private readonly min: T | number;
  private readonly max: T | number;

  constructor(options?: O) {
    super(options);
    const { min, max } = options ?? {};
    checkRange({ min, max });
    this.min = min ?? -Infinity;
    this.max = max ?? Infinity;
  }

  protected override validate(value: T): void {
    if (value < this.min) throw new InvalidValue('too_small', `must be ${this.min} at least`);
    if (value > this.max) throw new InvalidValue('too_large', `must be ${this.max} at most`);
  }
}
