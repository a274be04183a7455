import { BooleanField, CharField, GitModel, Model, SlugField } from 'gitmodel';

/** A page of a small website: an address, a title, and what it shows. */
@Model({ name: 'Page' })
export class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField({ required: false }) content!: string;
  @BooleanField({ default: true }) published!: boolean;
}
