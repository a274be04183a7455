/**
 * Makes a clone ready to work in: installs the packages from the lock file, builds nodegit's native binary
 * and checks that it loads. `npm test`, `npm run demo` and `npm run bench` start with it; once the clone is
 * set up it only compares a stamp.
 *
 * It uses nothing but Node's own modules, because it runs before there are any others, and it writes only to
 * stderr, because the stdout of a command that starts with it belongs to that command.
 */
import { run, stopChildrenOnSignals } from './setup/child.mjs';
import { withLock } from './setup/lock.mjs';
import { buildNodegit, keepInstalledBuild, nodegitVersion, restoreKeptBuild } from './setup/nodegit.mjs';
import { inProject, readJson } from './setup/project.mjs';
import { elapsedSince, excerpt, say, SetupError, step } from './setup/report.mjs';
import { requireBuildTools } from './setup/requirements.mjs';
import { isSetUp, removeStamp, writeStamp } from './setup/stamp.mjs';

function requireNodeVersion() {
  const oldest = Number(/\d+/.exec(readJson(inProject('package.json')).engines.node)[0]);
  if (Number.parseInt(process.versions.node, 10) < oldest) {
    throw new SetupError(
      `gitmodel needs Node ${oldest} or later, and this is ${process.versions.node}: install one from https://nodejs.org`,
    );
  }
}

async function installPackages() {
  const log = inProject('.cache/setup/npm-ci.log');
  // Whoever's npm settings leave out the development packages or the optional ones still gets the project's
  // tools. No script runs here: the only package that needs its own is nodegit, which is built apart.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const status = await step('Installing the packages in package-lock.json', () =>
    run('npm', [...args, '--loglevel=notice'], { log }),
  );
  if (status !== 0) {
    throw new SetupError(`npm could not install the packages:\n${excerpt(log, /^npm (error|ERR!)/)}`);
  }
}

async function setUp() {
  const started = Date.now();
  removeStamp();
  const kept = await keepInstalledBuild();
  if (kept) {
    say('Setting up gitmodel again, with the nodegit built earlier.');
  } else {
    say(
      `Setting up gitmodel: about 4 minutes the first time, most of it compiling nodegit ${nodegitVersion()}.`,
    );
    await requireBuildTools();
  }
  await installPackages();
  if (!(kept && (await restoreKeptBuild()))) {
    // A kept build may turn out not to load, so that nobody has looked for the compiler yet.
    if (kept) await requireBuildTools();
    await buildNodegit();
  }
  writeStamp();
  say(`gitmodel is set up (${elapsedSince(started)}). From now on this takes no time.`);
}

try {
  if (!isSetUp()) {
    requireNodeVersion();
    stopChildrenOnSignals();
    await withLock(inProject('.cache/setup/lock'), async () => {
      // Another set-up may have done the work while this one waited for it.
      if (!isSetUp()) await setUp();
    });
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`\n${error.message}`);
  process.exitCode = 1;
}
