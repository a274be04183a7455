/** A model with every type of field, and records with any values of them: the same in every process. */
import { isDeepStrictEqual, inspect } from 'node:util';
import fc from 'fast-check';
import {
  BigIntegerField,
  BlobField,
  BooleanField,
  BytesField,
  CharField,
  DateField,
  DateTimeField,
  Decimal,
  DecimalField,
  EmailField,
  EnumField,
  FloatField,
  GitModel,
  GitModelError,
  GitObjectField,
  InstantField,
  IntegerField,
  JSONField,
  JsonNumber,
  ListField,
  markdown,
  Model,
  PlainDateTimeField,
  Related,
  RelatedField,
  SlugField,
  Temporal,
  TextField,
  TimeField,
  URLField,
  UUIDField,
  ZonedDateTimeField,
} from 'gitmodel';
import type { BlobInput, BoundModel, GitBlob, JsonValue, ModelValues, Workspace } from 'gitmodel';
import {
  AWKWARD_TEXT,
  BIG_INTEGER,
  DATE,
  DECIMAL,
  FLOAT,
  INSTANT,
  JSON_VALUE,
  jsonWith,
  PLAIN_DATE,
  PLAIN_DATE_TIME,
  PLAIN_TIME,
  SLUG,
  TEXT,
  UNITS,
  URL_TEXT,
  UUID,
  ZONED_DATE_TIME,
} from './arbitraries';

/** What the records relate to. */
@Model({ name: 'Thing' })
export class ThingModel extends GitModel {
  @CharField({ id: true }) name!: string;
}

const CHOICES = ['', 'open', 'null', '1', '🐙', 1, 0, -0.5, 1e21] as const;

/** A record with fields of all types. Except for one, they all may be without a value. */
@Model({ name: 'Record' })
export class RecordModel extends GitModel<number> {
  @IntegerField({ id: true }) number!: number;
  @CharField() char!: string;
  @TextField({ required: false, nullable: true }) text!: string | null;
  @SlugField({ required: false }) slug!: string;
  @EmailField({ nullable: true }) email!: string | null;
  @URLField({ nullable: true }) url!: string | null;
  @UUIDField({ nullable: true }) uuid!: string | null;
  @IntegerField({ nullable: true }) integer!: number | null;
  @BigIntegerField({ nullable: true }) bigInteger!: bigint | null;
  @FloatField({ nullable: true }) float!: number | null;
  @DecimalField({ nullable: true }) decimal!: Decimal | null;
  @BooleanField({ nullable: true }) boolean!: boolean | null;
  @DateField({ nullable: true }) date!: Temporal.PlainDate | null;
  @TimeField({ nullable: true }) time!: Temporal.PlainTime | null;
  @DateTimeField({ nullable: true }) dateTime!: Date | null;
  @PlainDateTimeField({ nullable: true }) plainDateTime!: Temporal.PlainDateTime | null;
  @InstantField({ nullable: true }) instant!: Temporal.Instant | null;
  @ZonedDateTimeField({ nullable: true }) zonedDateTime!: Temporal.ZonedDateTime | null;
  @JSONField({ nullable: true }) json!: JsonValue;
  @ListField(TextField({ required: false })) list!: readonly string[];
  @ListField(ListField(DecimalField({ nullable: true })), { nullable: true })
  decimals!: readonly (readonly (Decimal | null)[])[] | null;
  @ListField(DateField()) dates!: readonly Temporal.PlainDate[];
  @EnumField(CHOICES, { nullable: true }) choice!: (typeof CHOICES)[number] | null;
  @BlobField({ nullable: true }) blob!: GitBlob | null;
  @BytesField({ nullable: true }) bytes!: Buffer | null;
  @RelatedField(ThingModel, { nullable: true }) related!: Related<ThingModel> | null;
  @ListField(RelatedField(ThingModel)) relations!: readonly Related<ThingModel>[];
  @GitObjectField({ nullable: true }) object!: string | null;
}

/** The same in Markdown, which is UTF-8 and so cannot hold every text of JavaScript. */
@Model({ name: 'Document', serializer: markdown({ body: 'text' }) })
export class DocumentModel extends RecordModel {}

const THINGS = ['plain', 'with space', '🐙', 'e\u0301', '\u00e9', '.dotted', '007', 'a"b\\c'] as const;

const WELL_FORMED = fc.oneof(
  { weight: 8, arbitrary: TEXT },
  { weight: 8, arbitrary: AWKWARD_TEXT },
  { weight: 4, arbitrary: fc.array(AWKWARD_TEXT, { minLength: 2 }).map((parts) => parts.join('')) },
);

const LONG_TEXT = TEXT.map((text) => text.repeat(Math.ceil(100_000 / text.length)));

const ANY_TEXT = fc.oneof(
  { weight: 40, arbitrary: WELL_FORMED },
  { weight: 2, arbitrary: LONG_TEXT },
  { weight: 1, arbitrary: UNITS },
);

const DEEP = Array.from({ length: 200 }).reduce<JsonValue>((inside) => [{ inside }], 'the end');

const ANY_JSON = fc.oneof(
  { weight: 10, arbitrary: JSON_VALUE },
  { weight: 3, arbitrary: jsonWith(AWKWARD_TEXT) },
  { weight: 1, arbitrary: jsonWith(UNITS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<JsonValue>(DEEP, [new JsonNumber('12345678901234567890.125')], {
      10: 1,
      2: new JsonNumber('-1e-999'),
      a: [],
      b: {},
      '': '',
    }),
  },
);

const BYTES = fc.oneof(
  { weight: 10, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.nat(255).map((byte) => Buffer.alloc(300_000, byte)) },
);

function orNull<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(values, { freq: 9 });
}

const RELATED = fc.constantFrom(...THINGS).map((name) => Related.to<ThingModel>(name));

const SAMPLE = fc.record({
  char: ANY_TEXT,
  text: orNull(fc.oneof({ weight: 9, arbitrary: ANY_TEXT }, { weight: 1, arbitrary: fc.constant('') })),
  slug: fc.oneof({ weight: 9, arbitrary: SLUG }, { weight: 1, arbitrary: fc.constant('') }),
  email: orNull(fc.emailAddress()),
  url: orNull(fc.oneof(URL_TEXT, fc.constant('https://пример.рф/путь?ключ=🐙#\u202eא'))),
  uuid: orNull(UUID),
  integer: orNull(fc.maxSafeInteger()),
  bigInteger: orNull(BIG_INTEGER),
  float: orNull(FLOAT),
  decimal: orNull(DECIMAL),
  boolean: orNull(fc.boolean()),
  date: orNull(PLAIN_DATE),
  time: orNull(PLAIN_TIME),
  dateTime: orNull(DATE),
  plainDateTime: orNull(PLAIN_DATE_TIME),
  instant: orNull(INSTANT),
  zonedDateTime: orNull(ZONED_DATE_TIME),
  json: orNull(ANY_JSON),
  list: fc.array(WELL_FORMED, { maxLength: 5 }),
  decimals: orNull(fc.array(fc.array(orNull(DECIMAL), { maxLength: 3 }), { maxLength: 3 })),
  dates: fc.array(PLAIN_DATE, { maxLength: 3 }),
  choice: orNull(fc.constantFrom(...CHOICES)),
  blob: orNull(BYTES),
  bytes: orNull(BYTES),
  related: orNull(RELATED),
  relations: fc.array(RELATED, { maxLength: 4 }),
  /** The thing whose data is the object. */
  object: orNull(fc.constantFrom(...THINGS)),
});

type Sample = typeof SAMPLE extends fc.Arbitrary<infer T> ? T : never;

/** How many records each seed gives. */
const PER_SEED = 60;

/** In how many versions the records are saved. */
export const VERSIONS = [0, 1] as const;

/** A version of all records. */
export type Version = (typeof VERSIONS)[number];

/** The two models, bound to one workspace. */
interface Bound {
  readonly Thing: BoundModel<typeof ThingModel>;
  readonly Record: BoundModel<typeof RecordModel>;
  readonly Document: BoundModel<typeof DocumentModel>;
}

/** Records with any values, saved in both forms. Each gets the values of the next one in its second version. */
export class EveryField {
  private readonly samples: readonly Sample[];
  private readonly models: Bound;

  constructor(
    private readonly ws: Workspace,
    seeds: readonly number[],
  ) {
    this.samples = seeds.flatMap((seed) => fc.sample(SAMPLE, { seed, numRuns: PER_SEED }));
    this.models = {
      Thing: ws.register(ThingModel),
      Record: ws.register(RecordModel),
      Document: ws.register(DocumentModel),
    };
  }

  /** Saves all records in all versions, and commits each. */
  async write(): Promise<void> {
    for (const name of THINGS) await new this.models.Thing({ name }).save();
    await this.ws.commit({ message: 'Things' });
    for (const version of VERSIONS) {
      const objects = await this.objects();
      for (const [number, sample] of this.samplesOf(version).entries()) {
        await this.save(this.models.Record, number, sample, objects);
        await this.save(this.models.Document, number, sample, objects);
      }
      await this.ws.commit({ message: `Version ${version}` });
    }
  }

  /** Saves every record again, just as it is read; one that is new, too, with the values of the one that is read. */
  async saveAgain(): Promise<void> {
    for (const model of [this.models.Record, this.models.Document]) {
      for (const record of await model.all().toArray()) {
        await record.save();
        const values = valuesOf(record) as ModelValues<RecordModel>;
        await record.delete();
        await new model(values).save();
      }
    }
  }

  /** What a version has other than it was saved, a line each. */
  async differences(version: Version, at: string): Promise<string[]> {
    const found: string[] = [];
    const objects = await this.objects();
    for (const model of [this.models.Record, this.models.Document]) {
      const all = new Map((await model.all({ at }).toArray()).map((record) => [record.number, record]));
      for (const number of this.samples.keys()) {
        const sample = this.stored(model, number, version);
        const one = await model.getOrNull(number, { at });
        for (const record of [one, all.get(number) ?? null]) {
          const where = `${model.name} ${number} of version ${version}`;
          if (sample && record) {
            found.push(...(await compared(record, sample, objects)).map((each) => `${where}: ${each}`));
          } else if (sample ?? record) found.push(`${where}: ${record ? 'is there' : 'is missing'}`);
        }
      }
    }
    return found;
  }

  /** How many records Markdown cannot hold in their first version. */
  get unfitForMarkdown(): number {
    return this.samples.filter((sample) => !isWellFormed(sample)).length;
  }

  private samplesOf(version: Version): Sample[] {
    return [...this.samples.slice(version), ...this.samples.slice(0, version)];
  }

  /** The values that a record has once a version was saved: those of the last that its form can hold. */
  private stored(model: Bound['Record'], number: number, version: number): Sample | undefined {
    const sample = this.samples[(number + version) % this.samples.length] as Sample;
    if (model !== this.models.Document || isWellFormed(sample)) return sample;
    return version > 0 ? this.stored(model, number, version - 1) : undefined;
  }

  private async save(
    model: Bound['Record'],
    number: number,
    sample: Sample,
    objects: ReadonlyMap<string, string>,
  ): Promise<void> {
    const record = (await model.getOrNull(number)) ?? new model({ number });
    record.set({
      ...sample,
      blob: sample.blob && inputOf(number, sample.blob),
      object: sample.object && (objects.get(sample.object) as string),
    });
    const isFit = model === this.models.Record || isWellFormed(sample);
    try {
      await record.save();
    } catch (error) {
      if (!isFit && error instanceof GitModelError && error.code === 'VALIDATION_FAILED') return;
      throw error;
    }
    if (!isFit) throw new Error(`${model.name} ${number} was saved, though it has half of a surrogate pair.`);
  }

  /** The oids of the things' data, by their names. */
  private async objects(): Promise<Map<string, string>> {
    const things = await this.models.Thing.all().toArray();
    return new Map(things.map(({ name, oid }) => [name, oid as string]));
  }
}

/** A blob in one of the ways in which it can be given. */
function inputOf(number: number, content: Buffer): BlobInput {
  return number % 2 === 0 ? content : pieces(content);
}

// eslint-disable-next-line @typescript-eslint/require-await -- the pieces are there
async function* pieces(content: Buffer): AsyncGenerator<Buffer> {
  const half = Math.floor(content.length / 2);
  yield content.subarray(0, half);
  yield content.subarray(half);
}

/** Whether there is no half of a surrogate pair in a value; those of JSON are the only objects with keys. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  return Object.entries(value).every(([key, each]) => key.isWellFormed() && isWellFormed(each));
}

async function compared(
  record: RecordModel,
  sample: Sample,
  objects: ReadonlyMap<string, string>,
): Promise<string[]> {
  const expected: Record<string, unknown> = {
    ...sample,
    object: sample.object && objects.get(sample.object),
  };
  const actual: Record<string, unknown> = {
    ...valuesOf(record),
    blob: record.blob && (await record.blob.buffer()),
  };
  return Object.keys(expected).flatMap((property) => {
    const [is, was] = [comparable(actual[property]), comparable(expected[property])];
    return isDeepStrictEqual(is, was) ? [] : [`${property} is ${show(is)}, not ${show(was)}`];
  });
}

/** The values of a record by property. */
function valuesOf(record: RecordModel): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record));
}

/** What says all of a value: its type and its text, where it has no properties of its own. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (value instanceof Decimal) return ['Decimal', value.toString()];
  if (value instanceof Related) return ['Related', value.id];
  const tag = Object.prototype.toString.call(value);
  return tag.startsWith('[object Temporal.') ? [tag, String(value)] : value;
}

function show(value: unknown): string {
  return inspect(value, { depth: 4, maxStringLength: 200, breakLength: Infinity });
}
