/** What the compiler says of merging. Checked by `tsc`; nothing here is run. */
import {
  CharField,
  DateField,
  GitModel,
  IntegerField,
  JSONField,
  keyedList,
  ListField,
  SlugField,
  Temporal,
  Workspace,
} from 'gitmodel';
import type {
  ConflictResolution,
  FieldPolicies,
  KeptMerge,
  MergeConflict,
  MergeOptions,
  MergePreview,
  MergeResult,
} from 'gitmodel';
import type { Expect, Same } from './same';

class Page extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ merge: 'text' }) title!: string;
  @IntegerField({ merge: 'counter' }) views!: number;
  @ListField(CharField(), { merge: 'set' }) tags!: string[];
  @JSONField({ merge: keyedList('sku') }) lines!: { sku: string }[];
  // The versions have the type of the field.
  @DateField({
    merge: ({ ours, theirs }) =>
      ours && theirs && Temporal.PlainDate.compare(ours, theirs) < 0 ? ours : theirs,
  })
  due!: Temporal.PlainDate;

  // @ts-expect-error TS2769: no policy has this name
  @CharField({ merge: 'newest' }) other!: string;

  // @ts-expect-error TS2769: the function gives no value of the field
  @IntegerField({ merge: () => 'none' }) wrong!: number;
}

declare const ws: Workspace;

export type Results = Expect<
  Same<
    [MergeResult['status'], MergeResult['conflicts'], MergeResult['commit']],
    ['up-to-date' | 'fast-forward' | 'merged' | 'conflicts', readonly MergeConflict[], string | null]
  >
>;

// Whether there is a commit is known by the status; of a preview there is none.
export async function committed(): Promise<string> {
  const { status, commit, kept } = await ws.merge('draft', { fastForward: 'never', dryRun: undefined });
  if (status === 'merged' || status === 'fast-forward') return commit;
  const nothing: null = commit;
  return kept?.ref ?? String(nothing);
}
export async function reverted(): Promise<string> {
  const result = await ws.revert('HEAD');
  return result.status === 'merged' ? result.commit : '';
}
export async function unsure(dryRun: boolean): Promise<string> {
  const result = await ws.merge('draft', { dryRun });
  // @ts-expect-error TS2322: there is none if it was a preview
  return result.status === 'merged' ? result.commit : '';
}
export const outcomes = {
  preview: () => ws.mergePreview('draft'),
  dry: () => ws.merge('draft', { dryRun: true }),
  dryRevert: () => ws.revert('draft', { dryRun: true }),
  wet: () => ws.merge('draft', { dryRun: false }),
  given: (options: MergeOptions) => ws.merge('draft', options),
  completed: (merge: KeptMerge) => merge.complete(),
};
type Outcome<K extends keyof typeof outcomes> = Awaited<ReturnType<(typeof outcomes)[K]>>;
export type Outcomes = Expect<
  Same<
    { [K in keyof typeof outcomes]: Outcome<K> },
    {
      preview: MergePreview;
      dry: MergePreview;
      dryRevert: MergePreview;
      wet: MergeResult;
      given: MergeResult | MergePreview;
      completed: MergeResult;
    }
  >
>;

void ws.merge('draft', {
  onConflict: ({ kind }): ConflictResolution => (kind === 'field' ? 'ours' : { value: null }),
  policies: { Page: { views: 'max', title: ({ ours }) => ours } },
});
// Policies can be checked by a model.
const policies: FieldPolicies<Page> = {
  views: ({ base, ours }) => ours ?? base,
  tags: 'set',
  due: ({ theirs }) => theirs?.add({ days: 1 }),
  title: undefined,
};
void ws.merge('draft', { policies: { Page: policies } });
// @ts-expect-error TS2561: the model has no such field
export const ofNoField: FieldPolicies<Page> = { titel: 'ours' };
// @ts-expect-error TS2322: the function gives no value of the field
export const ofNoValue: FieldPolicies<Page> = { views: () => 'none' };
void ws.merge('draft', { onConflict: () => Promise.resolve(undefined) });
void ws.merge('draft', {
  onConflict: async ({ model }) => {
    await Promise.resolve();
    return model === null ? undefined : 'theirs';
  },
});
// @ts-expect-error TS2322: no side has this name
void ws.merge('draft', { onConflict: () => 'mine' });
// @ts-expect-error TS2353: a preview is always one
void ws.mergePreview('draft', { dryRun: false });
