import { GitModel, GitObjectField, GitObjectFieldType, Model, SlugField } from 'gitmodel';
import type { BoundModel, Workspace } from 'gitmodel';
import { errorOf } from '../../support/error-of';
import { itCannotRead, itCleans, itRefuses, itStores } from '../../support/field-cases';
import { commitFiles, git } from '../../support/temporary-repository';
import { emptyRepository, expectLog, openWorkspace } from '../../support/workspaces';

const OID = '0123456789abcdef0123456789abcdef01234567';

@Model({ name: 'Pin' })
class PinModel extends GitModel {
  @SlugField({ id: true }) name!: string;
  @GitObjectField({ required: false }) any!: string | null;
  @GitObjectField({ required: false, type: 'blob' }) blob!: string | null;
  @GitObjectField({ required: false, type: 'tree' }) tree!: string | null;
  @GitObjectField({ required: false, type: 'commit' }) commit!: string | null;
  @GitObjectField({ required: false, type: 'tag' }) tag!: string | null;
}

const TYPES = ['blob', 'tree', 'commit', 'tag'] as const;

/** A repository with an object of each type. */
async function openPins(): Promise<{
  readonly path: string;
  readonly ws: Workspace;
  readonly Pin: BoundModel<typeof PinModel>;
  readonly oids: Readonly<Record<(typeof TYPES)[number], string>>;
}> {
  const path = emptyRepository();
  commitFiles(path, 'refs/heads/main', { files: { 'a.txt': 'A' }, message: 'By hand' });
  git(path, 'tag', '-a', '-m', 'A tag', 'v1');
  const oid = (revision: string): string => git(path, 'rev-parse', revision);
  const oids = { blob: oid('HEAD:a.txt'), tree: oid('HEAD^{tree}'), commit: oid('HEAD'), tag: oid('v1') };
  const ws = await openWorkspace(path);
  expectLog(path, ['By hand']);
  return { path, ws, Pin: ws.register(PinModel), oids };
}

describe('A GitObjectField', () => {
  const field = new GitObjectFieldType();

  itCleans(field, [
    [OID, OID],
    [OID.toUpperCase(), OID],
  ]);
  itRefuses(field, [
    ['', 'invalid_oid'],
    ['HEAD', 'invalid_oid'],
    [OID.slice(1), 'invalid_oid'],
    [`${OID}0`, 'invalid_oid'],
    [`g${OID.slice(1)}`, 'invalid_oid'],
    [`${OID}\n`, 'invalid_oid'],
    [5, 'invalid_type'],
    [{}, 'invalid_type'],
    [null, 'required'],
  ]);
  itStores(field, [[OID, OID]]);
  itCannotRead(field, [
    ['HEAD', 'invalid_oid'],
    [5, 'invalid_type'],
  ]);

  it.each(['file', '', null, 5])('does not know objects of the type %p', async (type) => {
    expect(await errorOf(() => new GitObjectFieldType({ type: type as never }))).toMatchObject({
      code: 'INVALID_MODEL',
    });
  });
});

describe('A record with objects of the repository', () => {
  it('has their oids', async () => {
    const { path, Pin, oids } = await openPins();
    await new Pin({ name: 'a', any: oids.tag, ...oids }).save({ commit: true, message: 'Pin' });

    expect(await Pin.get('a')).toMatchObject({ any: oids.tag, ...oids });
    expect(JSON.parse(git(path, 'show', 'HEAD:pin/a/data.json'))).toEqual({
      model: 'Pin',
      fields: { name: 'a', any: oids.tag, ...oids },
    });
    expectLog(path, ['Pin', 'By hand']);
  });

  it('takes an object of its type only', async () => {
    const { Pin, oids } = await openPins();
    for (const type of TYPES) {
      await new Pin({ name: type, any: oids[type] }).save();
      for (const other of TYPES.filter((each) => each !== type)) {
        const pin = new Pin({ name: 'a', [type]: oids[other] });
        expect(await errorOf(() => pin.save())).toMatchObject({
          issues: [{ path: type, code: 'invalid_object', message: `must be a ${type}, and is a ${other}` }],
        });
      }
    }
  });

  it('takes no object that is not there, and tells of all of them', async () => {
    const { ws, Pin, oids } = await openPins();
    const pin = new Pin({ name: 'a', any: OID, blob: OID, tree: oids.tree });
    expect(await errorOf(() => pin.save())).toMatchObject({
      issues: ['any', 'blob'].map((path) => ({
        path,
        code: 'object_not_found',
        message: 'must be an object of the repository',
        value: OID,
      })),
    });
    expect(await ws.hasChanges()).toBe(false);
  });

  it('finds objects that git has packed, and can be read when they are gone', async () => {
    const { path, Pin, oids } = await openPins();
    const oid = git(path, 'commit-tree', '-m', 'Loose', 'HEAD^{tree}');
    await new Pin({ name: 'a', commit: oid }).save({ commit: true, message: 'Pin' });
    git(path, 'gc', '--quiet', '--prune=now');
    const Later = (await openWorkspace(path)).register(PinModel);
    await new Later({ name: 'b', ...oids }).save();

    const pin = await Later.get('a');
    expect(pin.commit).toBe(oid);
    expect(await errorOf(() => pin.save())).toMatchObject({ issues: [{ code: 'object_not_found' }] });
    expectLog(path, ['Pin', 'By hand']);
  });
});
