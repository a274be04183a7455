import * as fc from 'fast-check';
import { decodeTag, tagObject } from '../../lib/object/tag-codec';
import { errorOf } from '../support/error-of';
import { commitFiles, git, runGit, temporaryRepository } from '../support/temporary-repository';

let folder: string;
let oid: string;

beforeAll(() => {
  folder = temporaryRepository({ bare: true });
  oid = commitFiles(folder, 'refs/heads/main');
});

const TAGGER = { name: 'Ann', email: 'ann@example.com', time: new Date(1_600_000_000_000), offset: -90 };
const fields = {
  target: '',
  targetType: 'commit',
  name: 'v1',
  tagger: TAGGER,
  message: 'One\n\nTwo\n',
} as const;

describe('A tag object', () => {
  it('is what git makes of the same fields, and has the oid that git gives it', () => {
    const { content, oid: ours } = tagObject({ ...fields, target: oid });
    const theirs = runGit(folder, ['mktag', '--strict'], { input: content }).toString().trim();
    expect(theirs).toBe(ours);
    const env = {
      GIT_COMMITTER_NAME: 'Ann',
      GIT_COMMITTER_EMAIL: 'ann@example.com',
      GIT_COMMITTER_DATE: '1600000000 -0130',
    };
    runGit(folder, ['tag', '--annotate', '--cleanup=verbatim', '--message', 'One\n\nTwo\n', 'v1', oid], {
      env,
    });
    expect(git(folder, 'rev-parse', 'v1')).toBe(ours);
    expect(decodeTag(ours, runGit(folder, ['cat-file', 'tag', ours]))).toEqual({ ...fields, target: oid });
  });

  it('is read as it was written, whatever the message is', () => {
    const messages = fc
      .string({ unit: 'binary' })
      .filter((each) => !each.includes('\0') && each.isWellFormed());
    fc.assert(
      fc.property(messages, (message) => {
        const { oid: id, content } = tagObject({ ...fields, target: oid, message });
        expect(decodeTag(id, content).message).toBe(message);
      }),
    );
  });

  it.each(['a\0b', 'half \ud800 a pair'])('is not made of the message %j', async (message) => {
    expect(await errorOf(() => tagObject({ ...fields, target: oid, message }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option: 'message', value: message },
    });
  });

  it('is not made of a tagger that Git cannot store', async () => {
    const tagger = { ...TAGGER, name: 'A <b>' };
    expect(await errorOf(() => tagObject({ ...fields, target: oid, tagger }))).toMatchObject({
      details: { option: 'tagger.name' },
    });
  });

  it('may lack a tagger, as in the first versions of git', () => {
    const content = Buffer.from(`object ${oid}\ntype commit\ntag v0\n\nOld\n`);
    expect(decodeTag('0', content)).toEqual({
      ...fields,
      target: oid,
      name: 'v0',
      tagger: null,
      message: 'Old\n',
    });
  });

  it.each([
    ['', 'what it is of'],
    ['object x\ntype commit\ntag a\n\n', 'what it is of'],
    [`object ${'1'.repeat(40)}\ntype thing\ntag a\n\n`, 'what it is of'],
    [`object ${'1'.repeat(40)}\ntype commit\n\n`, 'no name'],
    [`object ${'1'.repeat(40)}\ntype commit\ntag a\ntagger nobody\n\n`, 'no address'],
  ])('that is malformed is refused: %j', async (content, reason) => {
    const error = await errorOf(() => decodeTag('1'.repeat(40), Buffer.from(content)));
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', details: { oid: '1'.repeat(40) } });
    expect(error.message).toContain(reason);
  });
});
