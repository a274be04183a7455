import { BooleanField, CharField, GitModel, IntegerField, InvalidValue, Model, SlugField } from 'gitmodel';

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

/** A record with a rule about two of its fields. */
@Model({ name: 'Span' })
export class SpanModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @IntegerField() from!: number;
  @IntegerField() to!: number;

  override clean(): void {
    if (this.from > this.to) throw new InvalidValue('order', 'must not end before it begins', ['to']);
  }
}
