/** What the compiler says of each field and the properties that it fits. Checked by `tsc`; nothing here is run. */
import {
  BigIntegerField,
  BooleanField,
  CharField,
  CharFieldType,
  DateField,
  DateTimeField,
  DecimalField,
  EmailField,
  EnumField,
  Field,
  FloatField,
  GitModel,
  InstantField,
  IntegerField,
  IntegerFieldType,
  JSONField,
  ListField,
  PlainDateTimeField,
  TextField,
  TimeField,
  URLField,
  UUIDField,
  ZonedDateTimeField,
} from 'gitmodel';
import type { Decimal, JsonValue, Temporal } from 'gitmodel';
import * as v from 'valibot';
import { z } from 'zod';

/* Texts, numbers and times. */
export class Plain extends GitModel {
  @TextField({ minLength: 1, maxLength: 80, pattern: /^a/ }) text!: string;
  @EmailField({ required: false }) email!: string;
  @URLField({ schemes: ['ftp'] }) url!: string;
  @BigIntegerField({ min: 0, max: 10n ** 30n }) big!: bigint;
  @FloatField({ min: 0, max: 0.5 }) float!: number;
  @DecimalField({ maxDigits: 10, decimalPlaces: 2 }) decimal!: Decimal;
  @DateField() date!: Temporal.PlainDate;
  @TimeField() time!: Temporal.PlainTime;
  @DateTimeField({ default: () => new Date() }) dateTime!: Date;
  @PlainDateTimeField() plainDateTime!: Temporal.PlainDateTime;
  @InstantField() instant!: Temporal.Instant;
  @ZonedDateTimeField({ required: false }) zoned!: Temporal.ZonedDateTime | null;
  @Field() inferredNumber!: number;
  @Field() inferredDate!: Date;
}

export class PlainMistakes extends GitModel {
  // @ts-expect-error TS1240: a big integer is a bigint
  @BigIntegerField() big!: number;
  // @ts-expect-error TS1240: a decimal is no number
  @DecimalField() decimal!: number;
  // @ts-expect-error TS1240: a day is not a point in time
  @DateField() date!: Date;
  // @ts-expect-error TS1240: nor has it a time
  @DateField() dateTime!: Temporal.PlainDateTime;
  // @ts-expect-error TS1240: a point in time is in no time zone
  @InstantField() instant!: Temporal.ZonedDateTime;
  // @ts-expect-error TS1240: a URL is kept as text
  @URLField() url!: URL;
  // @ts-expect-error TS2769: a pattern is a regular expression
  @CharField({ pattern: '^a' }) pattern!: string;
  // @ts-expect-error TS2769: limits are numbers
  @IntegerField({ min: '0' }) limited!: number;
  // @ts-expect-error TS2769: a number has no length
  @IntegerField({ maxLength: 5 }) long!: number;
  // @ts-expect-error TS2769: there is no such option, but one of a similar name
  @DecimalField({ maxDigit: 5 }) misspelt!: Decimal;
}

/* Null. */
export class Nulls extends GitModel {
  @BooleanField({ required: false }) flag!: boolean;
  @BooleanField({ nullable: true }) flagOrNull!: boolean | null;
  @TextField({ nullable: true }) text!: string | null;
  @IntegerField({ required: false, min: 0 }) number!: number | null;
  @UUIDField({ required: false }) uuid!: string | null;
  @EnumField(['a', 'b'], { required: false }) letter!: 'a' | 'b' | null;
  @ListField(CharField(), { required: false }) list!: string[];
  @ListField(CharField(), { nullable: true }) listOrNull!: string[] | null;
  @JSONField({ required: false }) json!: { a: number } | null;
  @JSONField({ nullable: true }) jsonOrNull!: unknown;
}

export class NullMistakes extends GitModel {
  // @ts-expect-error TS1240: it may be null
  @TextField({ nullable: true }) text!: string;
  // @ts-expect-error TS1240: without a value it is null
  @FloatField({ required: false }) number!: number;
  // @ts-expect-error TS1240: the same for a date
  @DateField({ required: false }) date!: Temporal.PlainDate;
  // @ts-expect-error TS1240: for an enum
  @EnumField(['a', 'b'], { required: false }) letter!: 'a' | 'b';
  // @ts-expect-error TS1240: and for JSON
  @JSONField({ required: false }) json!: { a: number };
  // @ts-expect-error TS1240: which may be null as well
  @JSONField({ nullable: true }) jsonOrNull!: { a: number };
  // @ts-expect-error TS1240: as a list may
  @ListField(CharField(), { nullable: true }) list!: string[];
}

/* JSON. */
interface Position {
  latitude: number;
  readonly longitude: number;
  height?: number;
}
interface Tree {
  name: string;
  children: Tree[];
}
class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}

  length(): number {
    return Math.hypot(this.x, this.y);
  }
}

export class Json extends GitModel {
  @JSONField() position!: Position;
  @JSONField() tree!: Tree;
  @JSONField() list!: readonly (string | Position)[];
  @JSONField() pair!: [string, number];
  @JSONField() scalar!: string;
  @JSONField() optional?: Position;
  @JSONField() any!: JsonValue;
  @JSONField() unknown!: unknown;
  @JSONField({ default: {} }) record!: Record<string, unknown>;
  @JSONField({ default: () => [] }) made!: Position[];
  @JSONField<Position>({ default: { latitude: 0, longitude: 0 }, validators: (each) => each.latitude > 0 })
  named!: Position;
  @JSONField({ schema: z.object({ a: z.number() }), validators: ({ a }) => a > 0 }) zod!: { a: number };
  @JSONField({ schema: v.object({ a: v.string() }), default: { a: '' } }) valibot!: { a: string };
  @Field() inferred!: Position;
}

export class JsonMistakes extends GitModel {
  // @ts-expect-error TS1240: a date is not in JSON
  @JSONField() date!: Date;
  // @ts-expect-error TS1240: nor inside
  @JSONField() deep!: { list: { at: Date }[] };
  // @ts-expect-error TS1240: nor a map
  @JSONField() map!: Map<string, string>;
  // @ts-expect-error TS1240: nor a big integer
  @JSONField() big!: { id: bigint };
  // @ts-expect-error TS1240: nor a function
  @JSONField() callback!: { run: () => void };
  // @ts-expect-error TS1240: nor an instance of a class with methods
  @JSONField() point!: Point;
  // @ts-expect-error TS1240: nor undefined, unless the property may be left out
  @JSONField() missing!: { a: number | undefined };
  // @ts-expect-error TS1240: the schema makes numbers
  @JSONField({ schema: z.object({ a: z.number() }) }) schema!: { a: string };
  // @ts-expect-error TS1240: the named type is another one
  @JSONField<Position>() named!: Tree;
  // @ts-expect-error TS1240 TS2769: the default is of the named type
  @JSONField<Position>({ default: { latitude: 0 } }) incomplete!: Position;
  // @ts-expect-error TS1240 TS2769: there is no such option, but one of a similar name
  @JSONField({ requird: false }) misspelt!: Position;
}

/* Enums. */
enum Colour {
  Red = 'red',
  Green = 'green',
}
enum Level {
  Low,
  High = 10,
}
/* eslint-disable @typescript-eslint/no-mixed-enums -- they are allowed, and so are fields of them */
enum Mixed {
  Number = 1,
  Text = 'text',
}
/* eslint-enable @typescript-eslint/no-mixed-enums */
const SIZES = { small: 'S', large: 'L' } as const;

export class Enums extends GitModel {
  @EnumField(Colour) colour!: Colour;
  @EnumField(Level, { default: Level.Low }) level!: Level;
  @EnumField(Mixed) mixed!: Mixed;
  @EnumField(SIZES) size!: 'S' | 'L';
  @EnumField(['draft', 'live'], { default: 'draft' }) state!: 'draft' | 'live';
  @EnumField([1, 2, 3]) number!: 1 | 2 | 3;
  @EnumField(['a', 1]) either!: 'a' | 1;
  @EnumField(Level, { nullable: true, default: null }) nullable!: Level | null;
}

export class EnumMistakes extends GitModel {
  // @ts-expect-error TS1240: text may be another one
  @EnumField(['draft', 'live']) text!: string;
  // @ts-expect-error TS1240: it has no such value
  @EnumField(['draft', 'live']) more!: 'draft' | 'live' | 'gone';
  // @ts-expect-error TS1240: another enum
  @EnumField(Colour) level!: Level;
  // @ts-expect-error TS1240: any number but its own
  @EnumField(Level) number!: string;
  // @ts-expect-error TS1240 TS2769: the default is one of the values
  @EnumField(['draft', 'live'], { default: 'gone' }) state!: 'draft' | 'live';
  // @ts-expect-error TS1240 TS2769: also of an enum
  @EnumField(Colour, { default: 'blue' }) colour!: Colour;
  // @ts-expect-error TS1240 TS2769: values are texts and numbers
  @EnumField([true, false]) boolean!: boolean;
}

/* Lists. */
export class Lists extends GitModel {
  @ListField(CharField({ maxLength: 5 })) tags!: string[];
  @ListField(CharField(), { default: ['a'], minLength: 1, maxLength: 5 }) readonly!: readonly string[];
  @ListField(IntegerField({ nullable: true })) gaps!: (number | null)[];
  @ListField(IntegerField({ required: false }), { nullable: true }) both!: (number | null)[] | null;
  @ListField(ListField(FloatField())) matrix!: number[][];
  @ListField(ListField(CharField({ nullable: true }))) deepNulls!: (readonly (string | null)[])[];
  @ListField(EnumField(['a', 'b'])) letters!: ('a' | 'b')[];
  @ListField(EnumField(Colour, { nullable: true })) colours!: (Colour | null)[];
  @ListField(JSONField<Position>()) positions!: Position[];
  @ListField(DateField()) days!: Temporal.PlainDate[];
  @ListField(new CharFieldType({ maxLength: 5 })) instance!: string[];
  @ListField(IntegerFieldType) class!: number[];
  @ListField(CharField(), { validators: (tags) => tags.every((each) => each.length < 5) }) checked!: string[];
}

export class ListMistakes extends GitModel {
  // @ts-expect-error TS1240: a list of texts has no numbers
  @ListField(CharField()) numbers!: number[];
  // @ts-expect-error TS1240: and is not one of them
  @ListField(CharField()) text!: string;
  // @ts-expect-error TS1240: its items may be null
  @ListField(CharField({ nullable: true })) nulls!: string[];
  // @ts-expect-error TS1240: also in lists inside
  @ListField(ListField(CharField({ nullable: true }))) deepNulls!: string[][];
  // @ts-expect-error TS1240: the lists inside are of numbers
  @ListField(ListField(FloatField())) matrix!: string[][];
  // @ts-expect-error TS1240 TS2769: the default is a list
  @ListField(CharField(), { default: 'a' }) made!: string[];
  // @ts-expect-error TS1240 TS2345: a decorator is called
  @ListField(CharField) uncalled!: string[];
  // @ts-expect-error TS1240 TS2554: it is told what its items are
  @ListField() untold!: string[];
}
