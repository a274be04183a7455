/**
 * A program of its own: commits to the repository of its first argument until it is killed, under a lock, and tags some of
 * the commits. What the library has acknowledged it prints, a line each.
 */
import { writeSync } from 'node:fs';
import { CharField, GitModel, SlugField, Workspace } from 'gitmodel';
import type { Durability } from 'gitmodel';

class NoteModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField() text!: string;
}

async function main([path, durability, name]: readonly string[]): Promise<void> {
  const ws = await Workspace.open(path as string, {
    create: true,
    bare: true,
    durability: durability as Durability,
    // Whatever was left behind must not be waited for.
    lockWaitTimeout: 500,
    lockWaitInterval: 5,
  });
  const Note = ws.register(NoteModel, 'Note');
  for (let number = 0; ; number++) {
    await ws.lock('writer', async () => {
      const slug = `${String(name)}-${number}`;
      const oid = await new Note({ slug, text: 'x' }).save({ commit: true, message: slug });
      writeSync(1, `commit ${String(oid)}\n`);
      if (number % 4 !== 0) return;
      const tag = await ws.tags.create(`at/${String(number % 8)}`, { message: slug, force: true });
      if (number % 8 === 4) await ws.tags.delete(tag.name);
      else writeSync(1, `tag ${tag.oid}\n`);
    });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
