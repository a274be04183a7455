/** What the compiler says of decorators. Checked by `tsc`; nothing here is run. */
import {
  BooleanField,
  CharField,
  CharFieldType,
  Field,
  fieldDecorator,
  GitModel,
  Id,
  IntegerField,
  Model,
  SlugField,
  UUIDField,
} from 'gitmodel';
import type { FieldOptions, Workspace } from 'gitmodel';

declare const ws: Workspace;

/** All of these are as they should be. */
@Model({ name: 'Good', idField: 'slug', abstract: false })
export class Good extends GitModel {
  @SlugField() slug!: string;
  @Id() @CharField({ default: 'A', name: 'the_text' }) text!: string;
  @CharField({ default: () => 'A' }) made!: string;
  @CharField({ required: false }) nullable!: string | null;
  @CharField({ required: false }) optional?: string;
  @CharField() readonly readOnly!: string;
  @CharField() literal!: 'a' | 'b';
  @BooleanField({ default: true }) boolean!: boolean;
  @IntegerField() number!: number;
  @IntegerField({ required: false }) nullableNumber!: number | null;
  @UUIDField() uuid!: string;
  @Field() inferred!: string;
  @Field({ default: false }) inferredBoolean!: boolean;
}

export class WrongTypes extends GitModel {
  // @ts-expect-error TS1240: text is no number
  @CharField() charNumber!: number;
  // @ts-expect-error TS1240: nor a date
  @CharField() charDate!: Date;
  // @ts-expect-error TS1240: a slug is text
  @SlugField() slugBoolean!: boolean;
  // @ts-expect-error TS1240: a boolean is no text
  @BooleanField() booleanText!: string;
  // @ts-expect-error TS1240: nor a number
  @BooleanField() booleanNumber!: 0 | 1;
  // @ts-expect-error TS1240: a whole number is a number
  @IntegerField() integerText!: string;
  // @ts-expect-error TS1240: and none of the big ones
  @IntegerField() integerBig!: bigint;
  // @ts-expect-error TS1240: a UUID is text
  @UUIDField() uuidBytes!: Uint8Array;
  // @ts-expect-error TS1240: a list is not one text
  @CharField() charList!: string[];
  // @ts-expect-error TS1240: and what may be anything need not be text
  @CharField() charUnknown: unknown;
}

export class WrongOptions extends GitModel {
  // @ts-expect-error TS2769: the default of text is text
  @CharField({ default: 5 }) charDefault!: string;
  // @ts-expect-error TS2769: also when a function makes it
  @CharField({ default: () => 5 }) charMade!: string;
  // @ts-expect-error TS2769: the default of a boolean is one
  @BooleanField({ default: 'true' }) booleanDefault!: boolean;
  // @ts-expect-error TS2769: the default of a whole number is a number
  @IntegerField({ default: '1' }) integerDefault!: number;
  // @ts-expect-error TS2769: there is no such option, but one of a similar name
  @CharField({ requird: false }) misspelt!: string;
  // @ts-expect-error TS2769: it is required or not
  @CharField({ required: 'no' }) required!: string;
  // @ts-expect-error TS2769: a name is text
  @CharField({ name: 5 }) named!: string;
}

export class WrongPlaces extends GitModel {
  // @ts-expect-error TS1240: a static property is not of a record
  @CharField() static ofTheClass: number;
  // @ts-expect-error TS1241: a method is no field
  @CharField() method(): string {
    return 'A';
  }
}

// @ts-expect-error TS2353: there is no such option
@Model({ table: 'pages' })
export class WrongModelOption extends GitModel {}

// @ts-expect-error TS2322: a name is text
@Model({ name: 5 })
export class WrongModelName extends GitModel {}

// @ts-expect-error TS1238 TS1270: it extends nothing of ours
@ws.model()
export class NoModel {
  text = '';
}

@ws.model({ name: 'Leaf' })
export class Leaf extends GitModel {
  @SlugField({ id: true }) slug!: string;
}
// @ts-expect-error TS2345: the ids of its records are text
export const leaf = Leaf.get(5);

/* A field of one's own. */
class ColourFieldType extends CharFieldType {
  constructor(options: FieldOptions<string> & { readonly alpha?: boolean } = {}) {
    super(options);
  }
}
const ColourField = fieldDecorator('ColourField', ColourFieldType);

export class Painting extends GitModel {
  @ColourField({ alpha: true, default: '#fff' }) colour!: string;
  // @ts-expect-error TS2769: its own options are checked
  @ColourField({ alpha: 'yes' }) wrongOption!: string;
  // @ts-expect-error TS1240: and the type of its values
  @ColourField() wrongType!: number;
}
