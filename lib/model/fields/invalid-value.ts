/** Where inside a value something is wrong: the keys and positions that lead there. */
export type ValuePath = readonly (string | number)[];

/** Says what is wrong with a value; a field throws it, and the record's validation collects it. */
export class InvalidValue extends Error {
  /** Everything that is wrong with the value: this, unless it stands for {@link InvalidValue.several}. */
  readonly all: readonly InvalidValue[] = [this];

  /**
   * @param code A stable name of the rule that the value breaks, for example `invalid_slug`.
   * @param message What the value has to be, for people: `must contain only letters and digits`.
   * @param path Where it is wrong, when it is a list or an object. Default: the value itself.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly path: ValuePath = [],
  ) {
    super(message);
    this.name = 'InvalidValue';
  }

  /** One error for several; there has to be at least one. */
  static several(all: readonly InvalidValue[]): InvalidValue {
    const [first] = all;
    if (!first) throw new RangeError('Nothing is invalid.');
    return all.length === 1 ? first : new InvalidValues(first, all);
  }

  /** The same of a value inside which this one is, at this key or position. */
  within(key: string | number): InvalidValue {
    return new InvalidValue(this.code, this.message, [key, ...this.path]);
  }
}

class InvalidValues extends InvalidValue {
  override readonly all: readonly InvalidValue[];

  constructor(first: InvalidValue, all: readonly InvalidValue[]) {
    super(first.code, all.map(({ message }) => message).join('; '), first.path);
    this.all = all.flatMap((each) => each.all);
  }

  override within(key: string | number): InvalidValue {
    return InvalidValue.several(this.all.map((each) => each.within(key)));
  }
}
