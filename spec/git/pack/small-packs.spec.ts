import { createHash } from 'node:crypto';
import { SmallPacks } from '../../../lib/git/pack/small-packs';
import { toByteOid } from '../../../lib/object/oid';
import type { ByteOid } from '../../../lib/object/oid';

function oidOf(text: string): ByteOid {
  return toByteOid(createHash('sha1').update(text).digest('hex'));
}

function prefixesOf(...texts: string[]): number[] {
  return texts.map((text) => Buffer.from(oidOf(text), 'latin1').readUInt32BE());
}

/** All that may have an object, in the order in which they are asked. */
function asked<T>(packs: SmallPacks<T>, text: string): T[] {
  const found: T[] = [];
  packs.ask(oidOf(text), (pack) => {
    found.push(pack);
    return undefined;
  });
  return found;
}

describe('Small packs', () => {
  it('are told by what they have, each once', () => {
    const packs = new SmallPacks<string>();
    packs.add('one', prefixesOf('a', 'b', 'b'));
    packs.add('two', prefixesOf('b', 'c'));
    expect(['a', 'b', 'c', 'd'].map((each) => asked(packs, each))).toEqual([
      ['one'],
      ['two', 'one'],
      ['two'],
      [],
    ]);
    expect([packs.has('one'), packs.has('three')]).toEqual([true, false]);
  });

  it('are told one by one, the last first, of what is in very many', () => {
    const packs = new SmallPacks<number>();
    for (let n = 0; n < 50_000; n++) packs.add(n, prefixesOf('a', String(n)));
    expect(packs.ask(oidOf('a'), (pack) => pack)).toBe(49_999);
    packs.remove(49_999);
    expect(packs.ask(oidOf('a'), (pack) => pack)).toBe(49_998);
    expect(asked(packs, '7')).toEqual([7]);
  });

  it('are not told any more when they are gone', () => {
    const packs = new SmallPacks<string>();
    packs.add('one', prefixesOf('a'));
    packs.add('two', prefixesOf('a'));
    packs.remove('one');
    packs.remove('unknown');
    expect(asked(packs, 'a')).toEqual(['two']);
    expect(packs.has('one')).toBe(false);
    packs.add('one', prefixesOf('z'));
    expect(asked(packs, 'a')).toEqual(['two']);
    expect(asked(packs, 'z')).toEqual(['one']);
  });

  it('are to be listed anew when more of them are gone than there are', () => {
    const packs = new SmallPacks<number>();
    for (let n = 0; n < 200; n++) packs.add(n, prefixesOf(String(n)));
    for (let n = 0; n < 100; n++) packs.remove(n);
    expect(packs.isStale).toBe(false);
    packs.remove(100);
    expect(packs.isStale).toBe(true);
    packs.clear();
    expect(packs.isStale).toBe(false);
    expect(asked(packs, '150')).toEqual([]);
  });
});
