/**
 * What it takes to load a record and to save it again without reading or writing anything: gitmodel's own
 * validation, serialization and deserialization, or what one would write by hand: `JSON.parse`, a zod schema and
 * `JSON.stringify`. Does one job, and prints how long it took; see bench/harness/contestant.ts.
 */
import { readFileSync } from 'node:fs';
import { bindingOf } from '../../dist/model/binding.js';
import { instantiate } from '../../dist/model/record/instance.js';
import { decodeInstance, encodeInstance, withFiles } from '../../dist/model/record/record-codec.js';
import { cleanRecord } from '../../dist/model/record/validation.js';
import { Workspace } from '../../dist/index.js';
import { z } from 'zod';
import { PageModel } from '../../build/bench/page.js';

const job = JSON.parse(process.argv[2]);
const contents = readFileSync(job.records, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => Buffer.from(JSON.parse(line).bytes));

/** As `get` and `save` do it, between the store and the record. */
async function gitmodel() {
  const ws = await Workspace.open(job.folder, { create: true, bare: true });
  const Page = ws.register(PageModel);
  const binding = bindingOf(Page, 'be measured');
  const { schema, store, knowsModel } = binding;
  const place = { id: null, path: '', oid: '0'.repeat(40), files: new Map(), at: undefined };
  return (content, n) => {
    const blob = { ...place, record: schema.serializer.decode(content, ''), id: ids[n] };
    const page = instantiate(Page, withFiles(decodeInstance(blob, schema, knowsModel), schema, store.blobs));
    cleanRecord(page, binding);
    return encodeInstance(page, schema).content;
  };
}

const ids = contents.map((content) => JSON.parse(content).fields.slug);

async function zod() {
  const Page = z.object({
    model: z.literal('Page'),
    fields: z.object({
      slug: z.string().regex(/^[-\w]+$/),
      title: z.string().min(1),
      content: z.string().min(1),
      published: z.boolean(),
    }),
  });
  return (content) => Buffer.from(JSON.stringify(Page.parse(JSON.parse(content.toString('utf8')))));
}

const loadAndSave = await { gitmodel, zod }[job.contestant]();

function measure(count) {
  const start = performance.now();
  let bytes = 0;
  for (let n = 0; n < count; n++) {
    const at = n % contents.length;
    bytes += loadAndSave(contents[at], at).length;
  }
  if (bytes < count * 100) throw new Error(`${bytes} bytes cannot be ${count} records.`);
  return (performance.now() - start) / 1000;
}

measure(job.warmUp);
process.stdout.write(JSON.stringify({ seconds: [measure(job.count)] }));
