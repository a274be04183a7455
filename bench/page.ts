import { BooleanField, CharField, GitModel, Model, sharded, SlugField } from 'gitmodel';

/** The record that is saved and read: a small page. */
@Model({ name: 'Page' })
export class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField() content!: string;
  @BooleanField({ default: true }) published!: boolean;
}

/** The same in the layout for many records. */
@Model({ name: 'Page', dataPath: sharded() })
export class ShardedPageModel extends PageModel {}

/** The values of a page. */
export interface PageValues {
  readonly slug: string;
  readonly title: string;
  readonly content: string;
  readonly published: boolean;
}

/** The id of the n-th page. */
export function pageId(n: number): string {
  return `page-${String(n).padStart(7, '0')}`;
}

/** The values of the n-th page, the same in every run. */
export function pageValues(n: number): PageValues {
  const words = Array.from({ length: 12 }, (_, word) => ((n * 31 + word * 7919) % 99991).toString(36));
  return {
    slug: pageId(n),
    title: `The page number ${n}`,
    content: `<p>${words.join(' ')}</p>`,
    published: n % 3 !== 0,
  };
}

/**
 * What is stored of a page, for those who cannot ask gitmodel. Wherever somebody writes pages the trees of all are
 * compared, so that this cannot differ from what gitmodel writes.
 */
export function pageText(values: PageValues): string {
  const fields = Object.entries(values).map(([name, value]) => `    "${name}": ${JSON.stringify(value)}`);
  return `{\n  "model": "Page",\n  "fields": {\n${fields.join(',\n\n')}\n  }\n}\n`;
}
