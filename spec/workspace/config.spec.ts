import type { ConfigOptions, SignatureInput } from 'gitmodel';
import { Workspace, WorkspaceConfig } from 'gitmodel';
import { errorOf } from '../support/error-of';
import { git } from '../support/temporary-repository';
import { emptyRepository, expectLog, openPages, openWorkspace } from '../support/workspaces';

describe('The settings of a workspace', () => {
  it('have defaults', async () => {
    const { config } = await openWorkspace();

    expect(config).toBeInstanceOf(WorkspaceConfig);
    expect(config).toMatchObject({
      author: { name: 'gitmodel', email: 'gitmodel@local' },
      timeZoneOffset: null,
      lockWaitTimeout: 30_000,
      lockWaitInterval: 50,
    });
  });

  it('can be given when it is opened', async () => {
    const options = {
      author: { name: 'Ann', email: 'ann@example.com' },
      timeZoneOffset: -90,
      lockWaitTimeout: 0,
      lockWaitInterval: 1,
    };

    expect((await openWorkspace(emptyRepository(), options)).config).toMatchObject(options);
  });

  it('can be changed at any time, and count from then on', async () => {
    const { path, ws, Page } = await openPages();
    await new Page({ slug: 'a', title: 'A' }).save({ commit: true, message: 'One' });
    ws.config.author = { name: 'Ann', email: 'ann@example.com' };
    ws.config.timeZoneOffset = 345;
    await new Page({ slug: 'b', title: 'B' }).save({ commit: true, message: 'Two' });

    expect(git(path, 'log', '-1', '--format=%an <%ae> %ad, %cn <%ce> %cd', '--date=format:%z')).toBe(
      'Ann <ann@example.com> +0545, Ann <ann@example.com> +0545',
    );
    expect(git(path, 'log', '-1', '--format=%an <%ae>', 'HEAD~1')).toBe('gitmodel <gitmodel@local>');
    expectLog(path, ['Two', 'One']);
  });

  it('are those of one workspace', async () => {
    const [one, two] = [await openWorkspace(), await openWorkspace()];
    one.config.author = { name: 'Ann', email: 'ann@example.com' };

    expect(two.config.author.name).toBe('gitmodel');
  });

  it('are not changed with the object that was given', () => {
    const author = { name: 'Ann', email: 'ann@example.com' };
    const config = new WorkspaceConfig({ author });
    author.name = '';

    expect(config.author.name).toBe('Ann');
    expect(() => Object.assign(config.author, { name: '' })).toThrow(TypeError);
  });
});

/** Options that are refused, and how the error names them. */
const REFUSED: readonly (readonly [string, ConfigOptions, string])[] = [
  ['an author without a name', { author: { email: 'a@b' } as SignatureInput }, 'author.name'],
  ['an author with an empty name', { author: { name: '', email: 'a@b' } }, 'author.name'],
  ['an author with a blank name', { author: { name: ' ', email: 'a@b' } }, 'author.name'],
  ['an author with a bracket in the name', { author: { name: 'A <b', email: 'a@b' } }, 'author.name'],
  ['an author with a newline in the name', { author: { name: 'A\nparent', email: 'a@b' } }, 'author.name'],
  ['an author without an email', { author: { name: 'A' } as SignatureInput }, 'author.email'],
  ['an author with an empty email', { author: { name: 'A', email: '' } }, 'author.email'],
  ['an author with a bracket in the email', { author: { name: 'A', email: 'a>b' } }, 'author.email'],
  ['an author with NUL in the email', { author: { name: 'A', email: 'a\0b' } }, 'author.email'],
  ['an author who is a text', { author: 'Ann' as never }, 'author'],
  ['an author who is null', { author: null as never }, 'author'],
  ['an author of no time', { author: { name: 'A', email: 'a', time: new Date(NaN) } }, 'author.time'],
  ['an author before 1970', { author: { name: 'A', email: 'a', time: new Date(-1) } }, 'author.time'],
  [
    'an author whose time is a number',
    { author: { name: 'A', email: 'a', time: 5 as never } },
    'author.time',
  ],
  ['an author at half a minute', { author: { name: 'A', email: 'a', offset: 0.5 } }, 'author.offset'],
  ['half a minute', { timeZoneOffset: 0.5 }, 'timeZoneOffset'],
  ['an offset that is no number', { timeZoneOffset: NaN }, 'timeZoneOffset'],
  ['an offset that is text', { timeZoneOffset: '+0200' as never }, 'timeZoneOffset'],
  ['an offset of a hundred hours', { timeZoneOffset: 6000 }, 'timeZoneOffset'],
  ['a time-out before now', { lockWaitTimeout: -1 }, 'lockWaitTimeout'],
  ['a time-out that is no number', { lockWaitTimeout: NaN }, 'lockWaitTimeout'],
  ['a time-out that is text', { lockWaitTimeout: '5' as never }, 'lockWaitTimeout'],
  ['a time-out that is null', { lockWaitTimeout: null as never }, 'lockWaitTimeout'],
  ['no interval', { lockWaitInterval: 0 }, 'lockWaitInterval'],
  ['an interval that is no number', { lockWaitInterval: NaN }, 'lockWaitInterval'],
];

describe('A setting that cannot be', () => {
  it.each(REFUSED)('is refused when the workspace is opened: %s', async (_what, options, option) => {
    const path = emptyRepository();
    const error = await errorOf(() => Workspace.open(path, options));

    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option } });
    expect(error.message).toContain(option.split('.').at(-1));
  });

  it.each(REFUSED)(
    'is refused when it is set, and what was there stays: %s',
    async (_what, options, option) => {
      const config = new WorkspaceConfig({ author: { name: 'Ann', email: 'ann@example.com' } });
      const { author } = config;

      expect(await errorOf(() => Object.assign(config, options))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        details: { option },
      });
      expect(config).toMatchObject({
        author,
        timeZoneOffset: null,
        lockWaitTimeout: 30_000,
        lockWaitInterval: 50,
      });
    },
  );

  it('is none that was left out', async () => {
    const config = new WorkspaceConfig({ author: undefined, timeZoneOffset: undefined });

    expect(config).toMatchObject({ author: { name: 'gitmodel' }, timeZoneOffset: null });
    expect(await errorOf(() => ((config as { author: unknown }).author = undefined))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'author' },
    });
    expect(config.author.name).toBe('gitmodel');
  });
});

describe('A copy of settings', () => {
  const ALL: Required<ConfigOptions> = {
    author: { name: 'Ann', email: 'ann@example.com' },
    timeZoneOffset: -90,
    lockWaitTimeout: 1,
    lockWaitInterval: 2,
    durability: 'fsync',
    maintenance: { looseObjects: 3, packs: 4, onFinished: () => undefined },
  };
  const OTHERS = {
    author: { name: 'Bob', email: 'bob@example.com' },
    timeZoneOffset: null,
    lockWaitTimeout: 5,
    lockWaitInterval: 6,
    durability: 'git',
    maintenance: true,
  } satisfies Required<ConfigOptions>;
  const names = Object.keys(ALL) as (keyof ConfigOptions)[];

  /** All settings, in the form in which they are kept. */
  function valuesOf(config: WorkspaceConfig): unknown[] {
    return names.map((name) => config[name]);
  }

  it('has all of them, also where they are the defaults', () => {
    const properties = Object.entries(Object.getOwnPropertyDescriptors(WorkspaceConfig.prototype));
    const settable = properties.filter(([, property]) => typeof property.set === 'function');
    expect(settable.map(([name]) => name).sort()).toEqual([...names].sort());
    for (const config of [new WorkspaceConfig(ALL), new WorkspaceConfig(OTHERS), new WorkspaceConfig()]) {
      const copy = config.copy();
      expect(copy).toBeInstanceOf(WorkspaceConfig);
      expect(copy).not.toBe(config);
      expect(valuesOf(copy)).toEqual(valuesOf(config));
    }
    expect(new WorkspaceConfig(ALL).copy().maintenance).toEqual(ALL.maintenance);
  });

  it.each(names)('is changed apart from them: %s', (name) => {
    const config = new WorkspaceConfig(ALL);
    const copy = config.copy();
    Object.assign(copy, { [name]: OTHERS[name] });
    expect([config[name], copy[name]]).toEqual([
      new WorkspaceConfig(ALL)[name],
      new WorkspaceConfig(OTHERS)[name],
    ]);
    Object.assign(config, { [name]: OTHERS[name] });
    Object.assign(copy, { [name]: ALL[name] });
    expect(copy[name]).toEqual(new WorkspaceConfig(ALL)[name]);
    expect(config[name]).toEqual(new WorkspaceConfig(OTHERS)[name]);
  });

  it('signs as it says itself', () => {
    const config = new WorkspaceConfig(ALL);
    const copy = config.copy();
    copy.author = OTHERS.author;

    expect([config.sign('author').name, copy.sign('author').name]).toEqual(['Ann', 'Bob']);
    expect(copy.sign('author').offset).toBe(-90);
  });
});

describe('A signature', () => {
  const TIME = new Date(1_600_000_000_000);

  it('is made of what is given, else of the settings', () => {
    const config = new WorkspaceConfig({
      author: { name: 'Ann', email: 'ann@example.com' },
      timeZoneOffset: 60,
    });

    expect(config.sign('author', { name: 'Bea', email: 'bea@example.com', time: TIME, offset: -60 })).toEqual(
      {
        name: 'Bea',
        email: 'bea@example.com',
        time: TIME,
        offset: -60,
      },
    );
    expect(config.sign('author', { name: 'Bea', email: 'bea@example.com', time: TIME })).toMatchObject({
      offset: 60,
    });
    expect(config.sign('author')).toMatchObject({ name: 'Ann', email: 'ann@example.com', offset: 60 });
  });

  it('is of now, in the time zone of the system, when nothing is said', () => {
    const before = Date.now();
    const { time, offset } = new WorkspaceConfig().sign('author');

    expect(time.getTime()).toBeGreaterThanOrEqual(before);
    expect(time.getTime()).toBeLessThanOrEqual(Date.now());
    expect(offset).toBe(0 - new Date().getTimezoneOffset());
  });
});
