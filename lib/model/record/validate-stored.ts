import { bindingOf } from '../binding';
import type { ModelConstructor } from '../types';
import { instantiate } from './instance';
import { readRecord } from './loading';
import type { FoundRecord } from './record-store';
import { cleanRecord } from './validation';

/**
 * Checks that what is stored is a record of a model that could be saved as it is.
 *
 * @throws InvalidRecordError when it cannot be read, ValidationError when it breaks a rule.
 */
export async function validateStored(modelClass: ModelConstructor, found: FoundRecord): Promise<void> {
  const binding = bindingOf(modelClass, 'be validated');
  const record = instantiate(modelClass, await readRecord(binding, found));
  await cleanRecord(record, binding);
}
