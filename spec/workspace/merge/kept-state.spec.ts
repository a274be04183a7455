import { decodeState, encodeState, namedPolicies } from '../../../lib/workspace/merge/kept-state';
import type { KeptState } from '../../../lib/workspace/merge/kept-state';

const STATE: KeptState = {
  keptAs: 'refs/gitmodel/merges/1',
  ours: '1'.repeat(40),
  theirs: '2'.repeat(40),
  ref: 'refs/heads/main',
  from: 'draft',
  message: 'Merge "draft" into main',
  policies: { Page: { title: 'ours' } },
  resolutions: { '["field","page/a/data.json","title"]': { basis: '3', resolution: { value: 'A' } } },
};

const IN_FILE = {
  version: 1,
  ref: 'refs/heads/main',
  from: 'draft',
  message: 'Merge "draft" into main',
  policies: { Page: { title: 'ours' } },
  resolutions: { '["field","page/a/data.json","title"]': { basis: '3', resolution: { value: 'A' } } },
};

function bytesOf(data: object): Buffer {
  return Buffer.from(JSON.stringify(data));
}

describe('The file of a merge that is kept', () => {
  it('has what neither the reference nor the commit tells, and nothing else', () => {
    const more = { ...STATE, bases: ['4'.repeat(40)] };
    expect(JSON.parse(encodeState(more).toString('utf8'))).toEqual(IN_FILE);
  });

  it('is read back, also with more in it', () => {
    const { keptAs, ours, theirs, ...inFile } = STATE;
    expect({ keptAs, ours, theirs, ...decodeState(encodeState(STATE)) }).toEqual(STATE);
    expect(decodeState(bytesOf({ ...IN_FILE, bases: [] }))).toEqual(inFile);
  });

  it.each([
    ['ref', 'refs/tags/v1', 'it names no branch'],
    ['ref', 'refs/heads/..', 'it names no branch'],
    ['from', 1, 'it does not say what is merged'],
    ['message', null, 'it does not say what is merged'],
    ['policies', [], 'its policies or resolutions are no objects'],
    ['resolutions', undefined, 'its policies or resolutions are no objects'],
    ['resolutions', { a: { basis: '3' } }, 'is no decision on a conflict'],
  ])('is refused with a wrong %s: %j', (name, value, message) => {
    expect(() => decodeState(bytesOf({ ...IN_FILE, [name]: value }))).toThrow(message);
  });

  it('cannot have policies that are functions', () => {
    expect(namedPolicies({ Page: { title: () => 'A', views: 'counter' } })).toEqual({
      Page: { views: 'counter' },
    });
  });
});
