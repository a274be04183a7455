import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeClone, outcomeOf } from './fake-clone';

/** `npm ci` installs a nodegit without its binary, whose makers' host refuses connections. */
const INSTALL = `
  const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
  const { version } = packages['node_modules/nodegit'];
  fs.rmSync('node_modules', { recursive: true, force: true });
  fs.mkdirSync('node_modules/nodegit', { recursive: true });
  fs.writeFileSync('node_modules/nodegit/package.json',
    JSON.stringify({ version, main: 'main.js', binary: { host: 'https://127.0.0.1:9/' } }));
  fs.writeFileSync('node_modules/nodegit/main.js', \`
    const binary = require('node:fs').readFileSync(__dirname + '/build/Release/nodegit.node', 'utf8');
    if (binary !== 'sound') throw new Error('invalid ELF header');
    exports.Repository = { init: async () => {}, openBare: async () => ({ isBare: () => true }) };
  \`);`;

/** `npm rebuild` makes the binary, with these bytes. */
function build(binary = 'sound'): string {
  return `
    fs.mkdirSync('node_modules/nodegit/build/Release', { recursive: true });
    fs.writeFileSync('node_modules/nodegit/build/Release/nodegit.node', ${JSON.stringify(binary)});`;
}

const PAUSE = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);';

function npm({ onCi = INSTALL, onRebuild = build() } = {}): string {
  return `if (args[0] === 'ci') { ${onCi} } else if (args[0] === 'rebuild') { ${onRebuild} }`;
}

const TOOLS = ['git', 'python3', 'make', 'cc', 'g++', 'krb5-config'];

function cloneWith(programs = TOOLS, engines?: string): FakeClone {
  const clone = new FakeClone(engines);
  for (const name of programs) clone.program(name);
  clone.program('npm', npm());
  return clone;
}

function npmCalls(clone: FakeClone): string[] {
  return clone
    .calls()
    .filter((call) => call.startsWith('npm '))
    .map((call) => call.split(' ')[1] ?? '');
}

describe('the set-up of a clone', () => {
  it('installs the packages and builds nodegit', async () => {
    using clone = cloneWith();
    const { status, stderr } = await clone.setup();
    expect({ status, calls: npmCalls(clone) }).toEqual({ status: 0, calls: ['ci', 'rebuild'] });
    expect(stderr).toContain('about 4 minutes the first time');
  });

  it('leaves stdout to the command it precedes', async () => {
    using clone = cloneWith();
    const { stdout } = await clone.setup();
    expect(stdout).toBe('');
  });

  it('does nothing, and says nothing, once it is done', async () => {
    using clone = cloneWith();
    await clone.setup();
    const before = clone.calls();
    expect(await clone.setup()).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(clone.calls()).toEqual(before);
  });

  it('leaves nothing behind but what it built and its logs', async () => {
    using clone = cloneWith();
    await clone.setup();
    expect(readdirSync(clone.file('.cache/setup')).filter((name) => !name.endsWith('.log'))).toEqual([]);
    expect(readdirSync(clone.root)).not.toContainEqual(expect.stringMatching(/^gitmodel/));
  });

  it('installs again when the lock file has changed, and keeps the nodegit it has built', async () => {
    using clone = cloneWith();
    await clone.setup();
    clone.lock({ nodegit: '1.0.0', others: { uuid: '2.0.0' } });
    const { status } = await clone.setup();
    expect({ status, calls: npmCalls(clone) }).toEqual({ status: 0, calls: ['ci', 'rebuild', 'ci'] });
  });

  it('builds again for another version of nodegit', async () => {
    using clone = cloneWith();
    await clone.setup();
    clone.lock({ nodegit: '1.0.1' });
    await clone.setup();
    expect(npmCalls(clone)).toEqual(['ci', 'rebuild', 'ci', 'rebuild']);
  });

  it('builds again when the nodegit it has kept no longer loads', async () => {
    using clone = cloneWith();
    await clone.setup();
    const { platform, arch, versions } = process;
    clone.write(`.cache/nodegit-1.0.0-${platform}-${arch}-abi${versions.modules}/nodegit.node`, 'damaged');
    clone.lock({ nodegit: '1.0.0', others: { uuid: '2.0.0' } });
    const { status } = await clone.setup();
    expect({ status, calls: npmCalls(clone) }).toEqual({
      status: 0,
      calls: ['ci', 'rebuild', 'ci', 'rebuild'],
    });
  });

  it('keeps a nodegit that a plain npm install has built', async () => {
    using clone = cloneWith();
    await clone.setup();
    clone.remove('.cache', 'node_modules/.cache');
    const { status } = await clone.setup();
    expect({ status, calls: npmCalls(clone) }).toEqual({ status: 0, calls: ['ci', 'rebuild', 'ci'] });
  });

  it('installs again when node_modules has been emptied', async () => {
    using clone = cloneWith();
    await clone.setup();
    clone.remove('node_modules');
    await clone.setup();
    expect(npmCalls(clone)).toEqual(['ci', 'rebuild', 'ci']);
  });

  it('compiles without trying a download when the host of the binaries is out of reach', async () => {
    using clone = cloneWith();
    clone.program(
      'npm',
      npm({ onRebuild: `fs.writeFileSync('build-only', process.env.BUILD_ONLY ?? ''); ${build()}` }),
    );
    await clone.setup();
    expect(readFileSync(clone.file('build-only'), 'utf8')).toBe('1');
  });

  it('compiles when the binary that was downloaded does not load', async () => {
    using clone = cloneWith();
    const download = `${build('for another system')} console.log('nodegit.node is installed via remote');`;
    clone.program(
      'npm',
      npm({ onRebuild: `if (process.env.BUILD_ONLY) { ${build()} } else { ${download} }` }),
    );
    // Behind a proxy the set-up cannot tell that the host is out of reach, and lets nodegit's installer try.
    const { status, stderr } = await clone.setup({ https_proxy: 'http://127.0.0.1:9' });
    expect({ status, calls: npmCalls(clone) }).toEqual({ status: 0, calls: ['ci', 'rebuild', 'rebuild'] });
    expect(stderr).toContain('The downloaded nodegit does not load here');
  });
});

describe('a set-up that cannot succeed', () => {
  it('refuses a Node older than package.json asks for', async () => {
    using clone = cloneWith(TOOLS, '>=99');
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('gitmodel needs Node 99 or later');
    expect(clone.calls()).toEqual([]);
  });

  it('gives the command for every system when it finds no package manager it knows', async () => {
    using clone = cloneWith(TOOLS.filter((name) => name !== 'krb5-config'));
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('Debian, Ubuntu: sudo apt-get install libkrb5-dev\n');
    expect(stderr).toContain('Fedora: sudo dnf install krb5-devel\n');
    expect(stderr).toContain('Alpine: sudo apk add krb5-dev\n');
    expect(stderr).toContain('macOS: brew install krb5\n');
    expect(clone.calls()).toEqual([]);
  });

  it('gives the command of the package manager it finds', async () => {
    using clone = cloneWith(['git', 'make', 'python3', 'dnf']);
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('- sudo dnf install gcc-c++ krb5-devel openssl-devel\n');
    expect(stderr).not.toContain('apt-get');
  });

  it('leaves missing tools to the user even where it could install libraries', async () => {
    using clone = cloneWith(['git', 'make', 'cc', 'g++', 'apt-get', 'sudo']);
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('Python 3');
    expect(stderr).toContain('- sudo apt-get install python3 libkrb5-dev\n');
    expect(clone.calls()).toEqual([]);
  });

  it('shows the end of the log of a failing build, and where the rest is', async () => {
    using clone = cloneWith();
    clone.program('npm', npm({ onRebuild: `console.error('fatal error: no such file'); process.exit(1);` }));
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('| fatal error: no such file\n');
    expect(stderr).toContain('The whole log is in .cache/setup/nodegit.log');
  });

  it('is not taken for done when the nodegit that was built does not load', async () => {
    using clone = cloneWith();
    clone.program('npm', npm({ onRebuild: build('unsound') }));
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('nodegit was built, but does not load');
    expect(stderr).toContain('invalid ELF header');
    expect((await clone.setup()).status).toBe(1);
  });

  it('shows what npm says when the packages cannot be installed', async () => {
    using clone = cloneWith();
    clone.program('npm', npm({ onCi: `console.error('npm error ENOTFOUND'); process.exit(1);` }));
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('| npm error ENOTFOUND\n');
  });
});

describe('a set-up that may use apt-get', () => {
  it('installs the missing libraries itself, and says so', async () => {
    using clone = cloneWith(TOOLS.filter((name) => name !== 'krb5-config'));
    clone.runsOtherPrograms('env', 'sudo');
    clone.program(
      'apt-get',
      `if (args.includes('libkrb5-dev')) fs.copyFileSync('bin/git', 'bin/krb5-config');`,
    );
    const { status, stderr } = await clone.setup();
    expect(status).toBe(0);
    expect(stderr).toContain('Installing libkrb5-dev with apt-get');
    expect(clone.calls().filter((call) => call.startsWith('apt-get'))).toEqual([
      'apt-get -y update',
      'apt-get -y install --no-install-recommends libkrb5-dev',
    ]);
  });

  it('shows what apt-get says, and the command, when that fails', async () => {
    using clone = cloneWith(TOOLS.filter((name) => name !== 'krb5-config'));
    clone.runsOtherPrograms('env', 'sudo');
    clone.program(
      'apt-get',
      `if (args.includes('-y')) { console.error('E: no such package'); process.exit(100); }`,
    );
    const { status, stderr } = await clone.setup();
    expect(status).toBe(1);
    expect(stderr).toContain('| E: no such package\n');
    expect(stderr).toContain('- sudo apt-get install libkrb5-dev\n');
  });
});

describe('two set-ups of one clone', () => {
  it('take turns, and the second finds the work done', async () => {
    using clone = cloneWith();
    clone.program('npm', npm({ onCi: `${PAUSE} ${INSTALL}` }));
    const outcomes = await Promise.all([clone.setup(), clone.setup()]);
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0]);
    expect(npmCalls(clone)).toEqual(['ci', 'rebuild']);
    expect(outcomes.filter(({ stderr }) => stderr.includes('Waiting for another set-up'))).toHaveLength(1);
  });

  it('do not wait for one that was killed', async () => {
    using clone = cloneWith();
    const gone = clone.start(process.execPath, ['--version']);
    await once(gone, 'close');
    clone.write(`.cache/setup/lock/${gone.pid ?? ''}`, '');
    const { status, stderr } = await clone.setup();
    expect(status).toBe(0);
    expect(stderr).not.toContain('Waiting');
    expect(clone.exists('.cache/setup/lock')).toBe(false);
  });
});

describe('an interrupted set-up', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops all that it started on %s', async (signal, expected) => {
    using clone = cloneWith();
    const compiler = `setInterval(() => require('fs').appendFileSync('compiled', '.'), 5)`;
    clone.program(
      'npm',
      npm({
        onRebuild: `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(compiler)}]);`,
      }),
    );
    const setup = clone.startSetup();
    const outcome = outcomeOf(setup);
    while (!clone.exists('compiled')) await sleep(20);
    setup.kill(signal);
    const { status, stderr } = await outcome;
    expect(status).toBe(expected);
    expect(stderr).toContain('Interrupted');
    expect(stderr).not.toContain('could not be built');
    const compiled = statSync(clone.file('compiled')).size;
    await sleep(100);
    expect(statSync(clone.file('compiled')).size).toBe(compiled);
    expect(clone.exists('.cache/setup/lock')).toBe(false);
  });
});
