/**
 * Installs what the benchmarks compare gitmodel with: Debian's python3-pygit2, where apt is at hand, and the
 * packages of bench/package.json. Run by `npm run bench:peers`.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);

function run(command, args, options = {}) {
  console.log(`$ ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { stdio: 'inherit', ...options }).status === 0;
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function installPygit2() {
  if (['python3', '/usr/bin/python3'].some((python) => succeeds(python, ['-c', 'import pygit2']))) {
    console.log('pygit2 is there.');
    return true;
  }
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!succeeds('apt-get', ['--version']) || (sudo.length > 0 && !succeeds('sudo', ['-n', 'true']))) {
    console.log(
      'Install pygit2 for the python3 on your PATH, for example: sudo apt-get install python3-pygit2',
    );
    return false;
  }
  const [command, ...args] = [...sudo, 'apt-get'];
  run(command, [...args, 'update']);
  return run(command, [...args, 'install', '-y', 'python3-pygit2']);
}

const pygit2 = installPygit2();
// No script of these packages is needed: the one that has any is a plug-in for remotes, which is not used.
const packages = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here });
process.exitCode = pygit2 && packages ? 0 : 1;
