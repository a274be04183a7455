import { checkOptions } from '../../arguments';
import type { KnownOptions } from '../../arguments';
import { InvalidArgumentError } from '../../errors';
import { isMergePolicy } from '../../model/merge/merge-policy';
import { COMMIT_OPTIONS } from '../../model/record/record-store';
import type { ModelRegistry } from '../../model/registry';
import type { MergeOptions, MergePolicies, PreviewOptions, RevertOptions } from './merge-options';

const PREVIEW_OPTIONS: KnownOptions<PreviewOptions> = {
  ...COMMIT_OPTIONS,
  onConflict: true,
  policies: true,
  fastForward: true,
  allowUnrelated: true,
  keepConflicts: true,
};

const MERGE_OPTIONS: KnownOptions<MergeOptions> = { ...PREVIEW_OPTIONS, dryRun: true };

const REVERT_OPTIONS: KnownOptions<RevertOptions> = {
  ...COMMIT_OPTIONS,
  onConflict: true,
  policies: true,
  dryRun: true,
  mainline: true,
};

const FAST_FORWARD: readonly unknown[] = ['allow', 'never', 'only'];

/** The models that a merge may have policies for. */
type PolicyModels = Pick<ModelRegistry, 'concrete' | 'collections'>;

/** @throws InvalidArgumentError */
export function checkMergeOptions(options: MergeOptions, models: PolicyModels): void {
  const { fastForward, dryRun, allowUnrelated, keepConflicts } = checkOptions(options, MERGE_OPTIONS);
  checkFlags({ dryRun, allowUnrelated, keepConflicts });
  if (fastForward !== undefined && !FAST_FORWARD.includes(fastForward)) {
    throw refused('fastForward', fastForward, '"allow", "never" or "only"');
  }
  checkDecisions(options, models);
}

/** Checks what `mergePreview` has of its own; the rest is checked as the options of a merge. */
export function checkPreviewOptions(options: PreviewOptions): PreviewOptions {
  return checkOptions(options, PREVIEW_OPTIONS);
}

/** @throws InvalidArgumentError */
export function checkRevertOptions(options: RevertOptions, models: PolicyModels): void {
  const { dryRun, mainline } = checkOptions(options, REVERT_OPTIONS);
  checkFlags({ dryRun });
  if (mainline !== undefined && !Number.isSafeInteger(mainline)) {
    throw refused('mainline', mainline, 'a whole number from 1 on');
  }
  checkDecisions(options, models);
}

/** What is neither true nor false would be taken for the one here and for the other there. */
function checkFlags(flags: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(flags)) {
    if (value !== undefined && typeof value !== 'boolean') throw refused(option, value, 'true or false');
  }
}

/** Checks what merging and taking back have in common. */
function checkDecisions(
  { onConflict, policies = {} }: Pick<MergeOptions, 'onConflict' | 'policies'>,
  models: PolicyModels,
): void {
  if (onConflict !== undefined && typeof onConflict !== 'function') {
    throw refused('onConflict', onConflict, 'a function');
  }
  if (!isTable(policies)) throw refused('policies', policies, 'an object: { Model: { field: policy } }');
  for (const [model, fields] of Object.entries(policies)) {
    if (!isTable(fields)) throw refused(`policies.${model}`, fields, 'an object: { field: policy }');
    checkPolicies(model, fields, models);
  }
}

function isTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

/** Checks the policies for one model: a name with a slip in it would have the merge go on without them. */
function checkPolicies(
  name: string,
  policies: MergePolicies[string],
  { concrete, collections }: PolicyModels,
): void {
  const schema = concrete.find((each) => each.schema.name.toLowerCase() === name.toLowerCase())?.schema;
  if (!schema && !collections.has(name.toLowerCase())) {
    const names = concrete.map((each) => each.schema.name);
    throw new InvalidArgumentError(
      `"policies" has the model ${JSON.stringify(name)}, and there is none of this name: ` +
        `${names.length > 0 ? `there are ${names.join(', ')}` : 'no model is registered'}. For a model without a class, ` +
        'call records() with its name first.',
      { details: { option: `policies.${name}`, value: policies, model: name } },
    );
  }
  const stored = schema?.fields.filter(({ field }) => field.isSerialized);
  for (const [field, policy] of Object.entries(policies)) {
    const option = `policies.${name}.${field}`;
    if (stored && !stored.some(({ property, storedName }) => field === property || field === storedName)) {
      throw new InvalidArgumentError(
        `"policies" has the field ${JSON.stringify(field)} of ${name}, which has none of this name: there are ` +
          `${stored.map(({ property }) => property).join(', ')}.`,
        { details: { option, value: policy, model: name, field } },
      );
    }
    if (policy !== undefined && !isMergePolicy(policy)) throw refused(option, policy, 'a policy');
  }
}

function refused(option: string, value: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError(`"${option}" must be ${expected}, not ${JSON.stringify(value)}.`, {
    details: { option, value },
  });
}
