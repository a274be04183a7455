import { createHash } from 'node:crypto';
import * as plain from '../../lib/object/sha1';

const { sha1 } = plain;

const expected = createHash('sha1').update('ä').digest('hex');

describe('A SHA-1', () => {
  it('is that of bytes, or of a text as UTF-8', () => {
    expect(sha1('ä')).toBe(expected);
    expect(sha1(Buffer.from('ä'))).toBe(expected);
  });

  it('is the same where Node has no function for it', () => {
    jest.isolateModules(() => {
      jest.doMock('node:crypto', () => ({ createHash }));
      const { sha1: portable } = jest.requireActual<typeof plain>('../../lib/object/sha1');
      expect(portable(Buffer.from('ä'))).toBe(expected);
      expect(portable('ä')).toBe(expected);
    });
    jest.dontMock('node:crypto');
  });
});
