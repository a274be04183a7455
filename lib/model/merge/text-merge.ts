import { diff3Merge } from 'node-diff3';

/**
 * Merges three versions of a text by line, as Git does it: changes that touch or overlap are a conflict.
 *
 * @returns undefined when there is a conflict.
 *
 * Algorithm: S. Khanna, K. Kunal, B. C. Pierce, "A Formal Investigation of Diff3", FSTTCS 2007.
 */
export function mergeText(base: string, ours: string, theirs: string): string | undefined {
  const regions = diff3Merge(linesOf(ours), linesOf(base), linesOf(theirs), { excludeFalseConflicts: true });
  let text = '';
  for (const region of regions) {
    if (!region.ok) return undefined;
    text += region.ok.join('');
  }
  return text;
}

/** Lines with their ends, so that a last line without one is another line. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
