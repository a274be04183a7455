import { output, run, works } from './child.mjs';
import { inProject } from './project.mjs';
import { excerpt, say, SetupError, step } from './report.mjs';

const APPLE_TOOLS = 'xcode-select --install';

/**
 * What nodegit's build needs from the system, and what has it: the name of a package, or on macOS, where most
 * of it comes with Apple's tools, a whole command. Where apt-get may be used, libraries are installed; tools
 * are left to the user, who may want them from elsewhere.
 */
const REQUIREMENTS = [
  {
    what: 'git',
    isMet: () => works('git'),
    from: { apt: 'git', dnf: 'git', apk: 'git', mac: APPLE_TOOLS },
  },
  {
    what: 'Python 3 (python3)',
    isMet: () => works('python3'),
    from: { apt: 'python3', dnf: 'python3', apk: 'python3', mac: APPLE_TOOLS },
  },
  {
    what: 'make',
    isMet: () => works('make'),
    from: { apt: 'make', dnf: 'make', apk: 'make', mac: APPLE_TOOLS },
  },
  {
    what: 'a C and C++ compiler (cc and c++, gcc and g++, or clang and clang++)',
    isMet: () => compiler('CC') !== undefined && compiler('CXX') !== undefined,
    from: { apt: 'g++', dnf: 'gcc-c++', apk: 'g++', mac: APPLE_TOOLS },
  },
  {
    // libgit2's HTTP transport.
    what: 'the Kerberos development files (krb5-config)',
    isMet: () => works('krb5-config', ['gssapi', '--libs']),
    isLibrary: true,
    from: { apt: 'libkrb5-dev', dnf: 'krb5-devel', apk: 'krb5-dev', mac: 'brew install krb5' },
  },
  {
    // Node's own headers serve the compiling, but libssh2's `configure`, which runs everywhere but on macOS,
    // looks for an OpenSSL to link with.
    what: 'the OpenSSL development files',
    isMet: () => process.platform === 'darwin' || compilerFinds('openssl/ssl.h'),
    isLibrary: true,
    from: { apt: 'libssl-dev', dnf: 'openssl-devel', apk: 'openssl-dev' },
  },
];

const MANAGERS = [
  { key: 'apt', program: 'apt-get', system: 'Debian, Ubuntu', command: 'sudo apt-get install' },
  { key: 'dnf', program: 'dnf', system: 'Fedora', command: 'sudo dnf install' },
  { key: 'apk', program: 'apk', system: 'Alpine', command: 'sudo apk add' },
  { key: 'mac', program: 'brew', system: 'macOS' },
];

/** Fails, saying what to install, unless nodegit can be built; first installs missing libraries where it may. */
export async function requireBuildTools() {
  // node-gyp looks for Visual Studio and Python by itself, and says what it misses.
  if (process.platform === 'win32') return;
  let missing = unmetRequirements();
  if (missing.length > 0 && missing.every(({ isLibrary }) => isLibrary)) {
    const prefix = privilegedPrefix();
    if (prefix !== undefined && works('apt-get')) {
      await installWithApt(prefix, missing);
      missing = unmetRequirements();
    }
  }
  if (missing.length > 0) {
    throw new SetupError(
      `nodegit is compiled from C and C++, and this system lacks:\n${bulleted(missing.map(({ what }) => what))}\n` +
        `Install it, and run the same command again:\n${bulleted(installCommands(missing))}`,
    );
  }
}

/** The compilers to name to make, which by itself takes `cc` and `g++`. */
export function compilerSettings() {
  return { CC: compiler('CC'), CXX: compiler('CXX') };
}

function compiler(variable) {
  const candidates = { CC: ['cc', 'gcc', 'clang'], CXX: ['g++', 'c++', 'clang++'] };
  return process.env[variable] ?? candidates[variable].find((name) => works(name));
}

function compilerFinds(header) {
  const name = compiler('CC');
  return name !== undefined && output(name, ['-E', '-x', 'c', '-'], `#include <${header}>\n`) !== undefined;
}

function unmetRequirements() {
  return REQUIREMENTS.filter(({ isMet }) => !isMet());
}

/** What to put before a command that only root may run; undefined if that takes a password or is not allowed. */
function privilegedPrefix() {
  if (process.getuid() === 0) return [];
  return works('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}

async function installWithApt(prefix, requirements) {
  const packages = requirements.map(({ from }) => from.apt);
  const log = inProject('.cache/setup/apt-get.log');
  // `env`, because sudo drops the variables it is called with; some of these packages ask questions otherwise.
  const [command, ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y'];
  const installed = await step(`Installing ${packages.join(' and ')} with apt-get`, async () => {
    await run(command, [...args, 'update'], { log });
    return (await run(command, [...args, 'install', '--no-install-recommends', ...packages], { log })) === 0;
  });
  if (!installed) say(`apt-get failed:\n${excerpt(log)}`);
}

/** The command of the package manager that is there, or else those of all of them. */
function installCommands(requirements) {
  const known = MANAGERS.map((manager) => ({ ...manager, install: installCommand(manager, requirements) }));
  const present = known.find(({ program }) => works(program));
  if (present) return [present.install];
  return known.filter(({ install }) => install !== '').map(({ system, install }) => `${system}: ${install}`);
}

function installCommand({ key, command }, requirements) {
  const sources = [...new Set(requirements.map(({ from }) => from[key]).filter(Boolean))];
  return command === undefined ? sources.join(' && ') : `${command} ${sources.join(' ')}`;
}

function bulleted(lines) {
  return lines.map((line) => `  - ${line}`).join('\n');
}
