/**
 * The story of a small content management system whose pages live in a Git repository. Run it with
 * `npm run demo`; it leaves the repository behind to be looked at.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DoesNotExistError, Workspace } from 'gitmodel';
import { Narrator } from './narrator';
import { PageModel } from './page';

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flat-pages-'));
  const tell = new Narrator(folder);

  tell.step('Make a repository and open a workspace on it', 'Workspace.open(folder, { create: true })');
  await using ws = await Workspace.open(folder, {
    create: true,
    author: { name: 'Ann Author', email: 'ann@example.com' },
  });
  tell.result(`${folder} is a Git repository now; ${String(ws.head)} has no commit yet.`);

  tell.step('Bind the model to the workspace', 'const Page = ws.register(PageModel)');
  const Page = ws.register(PageModel);
  tell.result(`Pages will be stored as ${Page.getDataPath('<slug>')}.`);

  tell.step('Save a page without committing it', 'await page.save()');
  const page = new Page({ slug: 'example-page', title: 'Example Page' });
  page.content = '<h2>Here is an example</h2>';
  await page.save();
  tell.result(
    `Staged as the blob ${String(page.oid)}; the branch is ${ws.branch ? 'born' : 'still unborn'}.`,
  );

  tell.step('Look at what a commit would change', '(await ws.diff()).patch');
  tell.result((await ws.diff()).patch);

  tell.step('Commit it', "await ws.commit({ message: 'Added an example page' })");
  const first = (await ws.commit({ message: 'Added an example page' })) ?? '';
  tell.result(`${String(ws.head)} is at ${first}.`);

  tell.step("Read the message through nodegit's own object", '(await ws.repo.getCommit(oid)).message()');
  tell.result(JSON.stringify((await ws.repo.getCommit(first)).message()));

  tell.step(
    'Edit the page, save and commit at once',
    "await page.save({ commit: true, message: 'Better title' })",
  );
  page.title = 'A Better Title';
  await page.save({ commit: true, message: 'Better title' });
  tell.result(`The title is ${JSON.stringify(page.title)}.`);

  tell.step('Walk the history', 'for await (const commit of ws.walk()) …');
  for await (const commit of ws.walk()) {
    tell.result(`${commit.oid.slice(0, 7)} ${commit.author.name}: ${commit.message}`);
  }

  tell.step('Get the page by its id', "await Page.get('example-page')");
  const again = await Page.get('example-page');
  tell.result(`${again.title}: ${again.content}`);

  tell.step('Get it as it was a commit ago', "await Page.get('example-page', { at: 'HEAD~1' })");
  tell.result((await Page.get('example-page', { at: 'HEAD~1' })).title);

  tell.step('Ask for a page that does not exist', "await Page.get('no-such-page')");
  try {
    await Page.get('no-such-page');
  } catch (error) {
    if (!(error instanceof DoesNotExistError)) throw error;
    tell.result(`${error.name} (${error.code}): ${error.message}`);
  }

  tell.step('Experiment on a branch', "await ws.createBranch('redesign'); await ws.setBranch('redesign')");
  await ws.createBranch('redesign');
  await ws.setBranch('redesign');
  await ws.commitOnSuccess(
    async () => {
      for await (const each of Page.all()) {
        each.content = each.content.replaceAll('h2', 'h1');
        await each.save();
      }
      await new Page({ slug: 'imprint', title: 'Imprint', published: false }).save();
    },
    { message: 'Try larger headings, and an imprint' },
  );
  tell.result(
    `On redesign: ${(await Page.all().toArray()).map((each) => `${each.slug} ${each.content}`).join(', ')}`,
  );

  tell.step('And back again: the main branch knows nothing of it', "await ws.setBranch('main')");
  await ws.setBranch('main');
  tell.result(
    `On main: ${(await Page.all().toArray()).map((each) => `${each.slug} ${each.content}`).join(', ')}`,
  );

  tell.step(
    'Bring the work tree along, for the standard tools',
    'await ws.syncRepoIndex({ checkout: true })',
  );
  await ws.syncRepoIndex({ checkout: true });
  tell.result('The files are in the folder, and `git status` is clean.');

  console.log('\nAll of it is an ordinary Git repository. Stock git confirms:');
  tell.proof('log', '--oneline', '--graph', '--all');
  tell.proof('show', 'HEAD:page/example-page/data.json');
  tell.proof('status', '--short', '--branch');
  tell.proof('fsck', '--strict');
  console.log(`\nThe repository is yours to look at: ${folder}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
