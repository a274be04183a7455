import { BooleanField, CharField, GitModel, Model, SlugField } from 'gitmodel';

/** The record that is saved and read: a small page. */
@Model({ name: 'Page' })
export class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField() content!: string;
  @BooleanField({ default: true }) published!: boolean;
}

/** The values of the n-th page, the same in every run. */
export function pageValues(n: number): { slug: string; title: string; content: string; published: boolean } {
  const words = Array.from({ length: 12 }, (_, word) => ((n * 31 + word * 7919) % 99991).toString(36));
  return {
    slug: `page-${String(n).padStart(7, '0')}`,
    title: `The page number ${n}`,
    content: `<p>${words.join(' ')}</p>`,
    published: n % 3 !== 0,
  };
}
