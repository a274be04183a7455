import { BlobField, CharField, GitBlob, GitModel, Model, SlugField } from 'gitmodel';

/** A page with a file of its own. */
@Model({ name: 'Page' })
export class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField({ required: false }) text!: string;
  @BlobField({ required: false }) image!: GitBlob | null;
}
