import { ModelDefinitionError } from '../../errors';

/** The least and the most that a field's options allow, by the options' names, the least first. */
type Limits = Readonly<Record<string, number | bigint | undefined>>;

/** @throws ModelDefinitionError unless each length is a whole number from 0, and the least not above the most. */
export function checkLengths(limits: Limits): void {
  checkLimits(limits, 'a whole number from 0', (limit) => Number.isSafeInteger(limit) && Number(limit) >= 0);
}

/** @throws ModelDefinitionError unless each limit is a number, and the least not above the most. */
export function checkRange(limits: Limits): void {
  checkLimits(limits, 'a number', (limit) => typeof limit === 'bigint' || typeof limit === 'number');
}

function checkLimits(limits: Limits, kind: string, isLimit: (limit: unknown) => boolean): void {
  for (const [option, limit] of Object.entries(limits)) {
    if (limit === undefined || (isLimit(limit) && !Number.isNaN(limit))) continue;
    throw new ModelDefinitionError(`${option} must be ${kind}, not ${String(limit)}.`, {
      details: { options: limits },
    });
  }
  const [least, most] = Object.keys(limits) as [string, string];
  const { [least]: min, [most]: max } = limits;
  if (min === undefined || max === undefined || min <= max) return;
  throw new ModelDefinitionError(`${least} must not be above ${most}.`, { details: { options: limits } });
}
