import { Decimal } from 'decimal.js';

/**
 * Which of two values of one field is larger: below 0 for the first one less than the second.
 *
 * @returns undefined when there is no order between them.
 */
export function compareValues(a: unknown, b: unknown): number | undefined {
  if (a instanceof Decimal && b instanceof Decimal) return a.comparedTo(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (typeof a !== typeof b) return undefined;
  switch (typeof a) {
    case 'number':
    case 'bigint':
    case 'string':
    case 'boolean':
      return a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0;
    case 'object':
      return compareObjects(a, b);
    default:
      return undefined;
  }
}

/** The classes of Temporal compare their own. */
function compareObjects(a: unknown, b: unknown): number | undefined {
  if (a === null || b === null) return undefined;
  const { constructor } = a as { constructor?: { compare?: unknown } };
  if (constructor !== (b as { constructor?: unknown }).constructor) return undefined;
  const compare = constructor?.compare;
  if (typeof compare !== 'function') return undefined;
  return (compare as (a: unknown, b: unknown) => number).call(constructor, a, b);
}

/** More digits than any field has: sums of decimals need hardly more than the longer one. */
const Exact = Decimal.clone({ precision: 1e6 });

/**
 * What two sides have made of a counter together: both differences added to the base, of which none counts as 0.
 *
 * @returns undefined for what are no numbers of one kind.
 */
export function addChanges(base: unknown, ours: unknown, theirs: unknown): unknown {
  if (typeof ours === 'number' && typeof theirs === 'number') {
    const before = base ?? 0;
    return typeof before === 'number' ? ours + theirs - before : undefined;
  }
  if (typeof ours === 'bigint' && typeof theirs === 'bigint') {
    const before = base ?? 0n;
    return typeof before === 'bigint' ? ours + theirs - before : undefined;
  }
  if (ours instanceof Decimal && theirs instanceof Decimal) {
    const before = base ?? 0;
    if (before !== 0 && !(before instanceof Decimal)) return undefined;
    // With its usual precision the class would round to twenty digits.
    return new Exact(ours).plus(theirs).minus(before);
  }
  return undefined;
}
