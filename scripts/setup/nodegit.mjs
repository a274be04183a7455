import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { output, run } from './child.mjs';
import { inProject, readJson } from './project.mjs';
import { excerpt, say, SetupError, step } from './report.mjs';
import { compilerSettings } from './requirements.mjs';

const PACKAGE = inProject('node_modules/nodegit');
const BUILD = path.join(PACKAGE, 'build');
const BUILD_LOG = inProject('.cache/setup/nodegit.log');
const CHECK_LOG = inProject('.cache/setup/nodegit-check.log');

/** How many files make compiles for nodegit 0.28 on Linux; only the progress line depends on it. */
const FILES_TO_COMPILE = 390;

/** What a compiler, gyp or make starts to say when it gives up; the callers' complaints that follow bury it. */
const CAUSE_OF_FAILURE = /\berror: |^gyp: |^gyp ERR!|\*\*\* /;

/** What one compiler process may take at worst. */
const MEMORY_PER_JOB = 2 ** 30;

/** The one file of nodegit's build that is used when it runs. */
export const INSTALLED_BINARY = path.join(BUILD, 'Release/nodegit.node');

export function nodegitVersion() {
  return readJson(inProject('package-lock.json')).packages['node_modules/nodegit'].version;
}

/**
 * `npm ci` empties node_modules/, and minutes of compiling with it. So each built binary is kept outside,
 * under all that makes it usable here.
 */
function keptBinary() {
  const { platform, arch, versions } = process;
  return inProject(
    `.cache/nodegit-${nodegitVersion()}-${platform}-${arch}-abi${versions.modules}/nodegit.node`,
  );
}

function keepBinary() {
  const kept = keptBinary();
  mkdirSync(path.dirname(kept), { recursive: true });
  // Under its own name only when it is whole: a set-up may be killed while it copies.
  copyFileSync(INSTALLED_BINARY, `${kept}.partial`);
  renameSync(`${kept}.partial`, kept);
}

/** Makes sure that a usable build in node_modules/ (a plain `npm install` makes one) is kept; tells if there is one. */
export async function keepInstalledBuild() {
  if (existsSync(keptBinary())) return true;
  const installed = existsSync(INSTALLED_BINARY) && readJson(path.join(PACKAGE, 'package.json')).version;
  if (installed !== nodegitVersion() || !(await nodegitLoads())) return false;
  keepBinary();
  return true;
}

/** Puts the kept build into node_modules/; tells whether it works there, and forgets it if not. */
export async function restoreKeptBuild() {
  rmSync(BUILD, { recursive: true, force: true });
  mkdirSync(path.dirname(INSTALLED_BINARY), { recursive: true });
  copyFileSync(keptBinary(), INSTALLED_BINARY);
  if (await nodegitLoads()) return true;
  say('The nodegit built earlier does not load any more, so it is built again.');
  rmSync(keptBinary());
  return false;
}

/** Downloads nodegit's binary where its makers offer one for this system, or else compiles it. */
export async function buildNodegit() {
  let failure = await build({ fromSource: !(await prebuiltHostAnswers()) });
  // A downloaded binary may need a newer C library than this system has.
  if (failure === CHECK_LOG && readFileSync(BUILD_LOG, 'utf8').includes('is installed via remote')) {
    say('The downloaded nodegit does not load here, so it is compiled.');
    failure = await build({ fromSource: true });
  }
  if (failure !== undefined) {
    const what =
      failure === CHECK_LOG ? 'nodegit was built, but does not load' : 'nodegit could not be built';
    throw new SetupError(
      `${what}:\n${excerpt(failure, CAUSE_OF_FAILURE)}\n${adviceFor(readFileSync(failure, 'utf8'))}`,
    );
  }
  keepBinary();
}

/** Gives the log of what failed, if anything did. */
async function build({ fromSource }) {
  // nodegit's install script takes a binary that is there, broken or not, for a finished build.
  rmSync(BUILD, { recursive: true, force: true });
  const env = { JOBS: String(jobs()), ...compilerSettings(), ...headerSettings(), ...process.env };
  if (fromSource) env.BUILD_ONLY = '1';
  // The last two are said outright because a user's settings, and the `--silent` of the npm that started this,
  // would reach this npm otherwise. From npm 12 on the script runs only because `allowScripts` in package.json
  // names nodegit, and names no version: npm takes versions from URLs, which our lock file leaves out.
  const args = ['rebuild', 'nodegit', '--foreground-scripts', '--ignore-scripts=false', '--loglevel=info'];
  return step(
    `${fromSource ? 'Compiling' : 'Downloading or compiling'} nodegit ${nodegitVersion()}`,
    async () => {
      if ((await run('npm', args, { log: BUILD_LOG, env })) !== 0) return BUILD_LOG;
      return (await nodegitLoads()) ? undefined : CHECK_LOG;
    },
    compilingProgress,
  );
}

function compilingProgress() {
  const compiled = readFileSync(BUILD_LOG, 'utf8').match(/^\s*(CC|CXX)\(target\)/gm)?.length ?? 0;
  return compiled === 0 ? 'preparing' : `compiled ${compiled} of about ${FILES_TO_COMPILE} files`;
}

/** Loads nodegit, and makes and opens a repository with it, in a process of its own that may crash. */
async function nodegitLoads() {
  const repository = inProject('.cache/setup/repository');
  // An interrupted check leaves its repository behind.
  rmSync(repository, { recursive: true, force: true });
  const check = inProject('scripts/setup/check-nodegit.cjs');
  const status = await run(process.execPath, [check, repository], { log: CHECK_LOG });
  rmSync(repository, { recursive: true, force: true });
  return status === 0;
}

/**
 * Whether it is worth trying to download a binary. Where a firewall drops the connection instead of refusing
 * it, nodegit's installer would wait for minutes before it compiles. A proxy is left to the installer.
 */
async function prebuiltHostAnswers() {
  const proxied = Object.keys(process.env).some((name) => /^(npm_config_)?(https?_)?proxy$/i.test(name));
  if (proxied) return true;
  const { host } = readJson(path.join(PACKAGE, 'package.json')).binary;
  return new Promise((resolve) => {
    const request = https.request(host, { method: 'HEAD', timeout: 5_000 });
    request.on('response', (response) => {
      response.resume();
      resolve(true);
    });
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.end();
  });
}

function jobs() {
  const memory = Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(memory / MEMORY_PER_JOB)));
}

/**
 * Where node-gyp finds Node's headers. By itself it downloads them; a Node installed with its headers makes
 * that needless, and the build possible where nodejs.org is out of reach. The variable is the one that npm
 * gives node-gyp for its settings in package.json: npm warns of `npm_config_nodedir`.
 */
function headerSettings() {
  const nodedir = output('npm', ['config', 'get', 'nodedir', '--loglevel=silent']);
  const chosen = nodedir === undefined || nodedir === 'undefined' ? ownHeaders() : nodedir;
  return chosen === undefined ? {} : { npm_package_config_node_gyp_nodedir: chosen };
}

function ownHeaders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  const header = path.join(prefix, 'include/node/node_version.h');
  if (!existsSync(header)) return undefined;
  const text = readFileSync(header, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return version.join('.') === process.versions.node ? prefix : undefined;
}

function adviceFor(log) {
  if (/headers\.tar\.gz|node\.lib/.test(log) && /FetchError|ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.test(log)) {
    return (
      "Node's headers could not be downloaded. Install a Node that comes with them (the archives from " +
      'nodejs.org do), or set npm_config_nodedir to a directory with include/node/ of this very version.'
    );
  }
  if (/\bKilled\b|out of memory|cannot allocate memory/i.test(log)) {
    return 'The compiler seems to have run out of memory. Fewer at a time need less: JOBS=1 npm run setup';
  }
  return 'Once the cause is gone, `npm run setup` tries again.';
}
