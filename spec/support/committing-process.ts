/**
 * A program of its own: opens a workspace on the repository of its first argument, and does what it is told by
 * messages. Each is answered with what came of it, or with the code of the error.
 */
import { GitModelError, Workspace } from 'gitmodel';
import type { BoundModel } from 'gitmodel';
import { PageModel } from './sample-models';

/** What the process can be told. */
export type Command =
  | { readonly do: 'save' | 'saveAndCommit'; readonly slug: string }
  | { readonly do: 'commit'; readonly message: string }
  | { readonly do: 'update' | 'close' }
  | { readonly do: 'commitMany'; readonly name: string; readonly count: number };

/** What it answers. */
export type Answer = { readonly result: unknown } | { readonly code: string; readonly details: object };

/** How often a commit is tried again before something must be wrong. */
const MAX_ATTEMPTS = 1000;

async function main(path: string): Promise<void> {
  const ws = await Workspace.open(path, { lockWaitInterval: 2 });
  const Page = ws.register(PageModel);
  process.on('message', (command: Command) => {
    run(ws, Page, command).then(
      (result) => process.send?.({ result } satisfies Answer),
      (error: unknown) => {
        if (!(error instanceof GitModelError)) throw error;
        process.send?.({ code: error.code, details: error.details } satisfies Answer);
      },
    );
  });
  process.send?.({ result: 'open' } satisfies Answer);
}

async function run(ws: Workspace, Page: BoundModel<typeof PageModel>, command: Command): Promise<unknown> {
  switch (command.do) {
    case 'save':
      return new Page({ slug: command.slug, title: command.slug }).save();
    case 'saveAndCommit':
      return new Page({ slug: command.slug, title: command.slug }).save({
        commit: true,
        message: command.slug,
      });
    case 'commit':
      return ws.commit({ message: command.message });
    case 'update':
      return ws.updateIndex(undefined, { discardChanges: true });
    case 'close':
      return ws.close();
    case 'commitMany':
      return commitMany(ws, Page, command.name, command.count);
  }
}

/** Commits one page after the other, each on top of whatever the branch is at; returns how many were refused. */
async function commitMany(
  ws: Workspace,
  Page: BoundModel<typeof PageModel>,
  name: string,
  count: number,
): Promise<number> {
  let refused = 0;
  for (let number = 0; number < count; number++) {
    const page = new Page({ slug: `${name}-${number}`, title: name });
    while (!(await tryToCommit(page))) {
      if (++refused > MAX_ATTEMPTS) throw new Error('It would never come to an end.');
      await ws.updateIndex();
    }
  }
  return refused;
}

async function tryToCommit(page: PageModel): Promise<boolean> {
  try {
    await page.save({ commit: true, message: page.slug });
    return true;
  } catch (error) {
    if (error instanceof GitModelError && error.code === 'CONCURRENT_UPDATE') return false;
    throw error;
  }
}

void main(process.argv[2] as string);
