import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { Workspace } from 'gitmodel';
import { PageModel, pageValues } from '../page';

/**
 * Writes the records that all contestants store, a line of JSON each: the id, the values, and the bytes as
 * gitmodel stores them, so that every repository holds the same.
 */
export async function writeRecordsFile(folder: string, count: number): Promise<string> {
  const file = path.join(folder, `records-${count}.jsonl`);
  const scratch = await mkdtemp(path.join(folder, 'scratch-'));
  await using ws = await Workspace.open(scratch, { create: true, bare: true });
  const Page = ws.register(PageModel);
  const stream = createWriteStream(file);
  for (let n = 0; n < count; n++) {
    const page = new Page(pageValues(n));
    await page.save();
    const bytes = (await ws.index.read(page.getDataPath())).toString('utf8');
    stream.write(`${JSON.stringify({ id: page.slug, fields: pageValues(n), bytes })}\n`);
  }
  stream.end();
  await finished(stream);
  await rm(scratch, { recursive: true });
  return file;
}
