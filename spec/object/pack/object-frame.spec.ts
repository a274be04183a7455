import fc from 'fast-check';
import { ObjectFrame, readFrame } from '../../../lib/object/pack/object-frame';
import type { ObjectType } from '../../../lib/object/oid';

describe('A frame of objects', () => {
  const objects = fc.record({
    type: fc.constantFrom<ObjectType>('blob', 'tree', 'commit', 'tag'),
    content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  });

  it('gives them back in their order, and each by its position', () => {
    fc.assert(
      fc.property(fc.array(objects), (all) => {
        const frame = ObjectFrame.for(0);
        for (const { type, content } of all) expect(frame.append(type, content)).toBe(true);
        expect([...readFrame(frame.bytes)]).toEqual(all);
        all.forEach((object, position) => {
          expect(frame.at(position)).toEqual(object);
        });
        expect(frame.at(all.length)).toBeUndefined();
      }),
    );
  });

  it('takes no object that it has no room for, and stays as it is', () => {
    const frame = ObjectFrame.for(0);
    const half = Buffer.alloc(150_000, 'a');
    expect(frame.append('blob', half)).toBe(true);
    expect(frame.append('blob', half)).toBe(false);
    expect(frame.append('blob', Buffer.from('b'))).toBe(true);
    expect(Array.from(readFrame(frame.bytes), ({ content }) => content.length)).toEqual([150_000, 1]);
  });

  it('has room for an object of any size that it is made for', () => {
    const large = Buffer.alloc(3_000_000, 'a');
    expect(ObjectFrame.for(large.length).append('blob', large)).toBe(true);
  });

  it('copies what it is given, and shares its memory with nothing else', () => {
    const frame = ObjectFrame.for(1);
    const content = Buffer.from('a');
    frame.append('blob', content);
    content.write('b');
    expect(frame.at(0)?.content.toString()).toBe('a');
    expect(frame.bytes.byteOffset).toBe(0);
    expect(ObjectFrame.for(1).bytes.buffer).not.toBe(frame.bytes.buffer);
  });
});
