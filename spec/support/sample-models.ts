import { BooleanField, CharField, GitModel, IntegerField, Model, SlugField } from 'gitmodel';

/** A page whose id is its slug. */
@Model({ name: 'Page' })
export class PageModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() title!: string;
  @CharField({ required: false }) content!: string;
  @BooleanField({ default: true }) published!: boolean;
}

/** A note with an automatic id. */
@Model({ name: 'Note' })
export class NoteModel extends GitModel {
  @CharField() text!: string;
}

/** A record whose id is any text that can be a name in Git. */
@Model({ name: 'Word' })
export class WordModel extends GitModel {
  @CharField({ id: true }) word!: string;
  @CharField({ required: false }) meaning!: string;
}

/** A record whose id is a number. */
@Model({ name: 'Ticket' })
export class TicketModel extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
  @CharField() title!: string;
}
