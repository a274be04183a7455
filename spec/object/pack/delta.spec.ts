import fc from 'fast-check';
import { copyOf } from '../../../lib/object/byte-range';
import type { ByteRange } from '../../../lib/object/byte-range';
import { applyDelta, decodeDeltaResultSize } from '../../../lib/object/pack/delta';

const LIMIT = 1_000_000;

/** One instruction of a delta: to copy from the base, or to insert. */
type Instruction = { readonly from: number; readonly size: number } | { readonly text: Uint8Array };

function size(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

/** Bytes that are zero are left out of an instruction to copy, or not: both are right. */
function encode(
  baseSize: number,
  resultSize: number,
  instructions: readonly Instruction[],
  zeros: boolean,
): Buffer {
  const bytes = [...size(baseSize), ...size(resultSize)];
  for (const instruction of instructions) {
    if ('text' in instruction) {
      bytes.push(instruction.text.length, ...instruction.text);
      continue;
    }
    const stored = instruction.size === 0x10000 ? 0 : instruction.size;
    const parts = [0, 8, 16, 24]
      .map((bits) => (instruction.from >>> bits) & 0xff)
      .concat([0, 8, 16].map((bits) => (stored >>> bits) & 0xff));
    const present = parts.map((part) => zeros || part !== 0);
    bytes.push(0x80 | present.reduce((bits, is, place) => bits | (is ? 1 << place : 0), 0));
    bytes.push(...parts.filter((_, place) => present[place]));
  }
  return Buffer.from(bytes);
}

/** The bytes somewhere within others. */
function amid(bytes: Buffer, before = Buffer.from('before'), after = Buffer.from('after')): ByteRange {
  const start = before.length;
  return { bytes: Buffer.concat([before, bytes, after]), start, end: start + bytes.length };
}

/** What a delta makes, where bytes of others are all around; those must stay as they are. */
function apply(base: Buffer, delta: Buffer): Buffer {
  const rooms: ByteRange[] = [];
  const made = applyDelta(amid(base), amid(delta), LIMIT, (size) => {
    rooms.push(amid(Buffer.alloc(size)));
    return rooms.at(-1) as ByteRange;
  });
  expect(rooms).toEqual([made]);
  expect(made.bytes.toString('latin1', 0, made.start)).toBe('before');
  expect(made.bytes.toString('latin1', made.end)).toBe('after');
  return copyOf(made);
}

const bases = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const cases = bases.chain((base) => {
  const copies = fc
    .tuple(fc.nat(base.length - 1), fc.nat(base.length - 1))
    .map(([from, more]) => ({ from, size: 1 + (more % (base.length - from)) }));
  const inserts = fc.uint8Array({ minLength: 1, maxLength: 127 }).map((text) => ({ text }));
  const instructions = fc.array(fc.oneof(copies, inserts), { maxLength: 12 });
  return fc.record({ base: fc.constant(base), instructions, zeros: fc.boolean() });
});

function resultOf(base: Buffer, instructions: readonly Instruction[]): Buffer {
  return Buffer.concat(
    instructions.map((each) =>
      'text' in each ? each.text : base.subarray(each.from, each.from + each.size),
    ),
  );
}

describe('A delta', () => {
  it('makes what its instructions say', () => {
    fc.assert(
      fc.property(cases, ({ base, instructions, zeros }) => {
        const expected = resultOf(base, instructions);
        const delta = encode(base.length, expected.length, instructions, zeros);
        expect(decodeDeltaResultSize(delta)).toBe(expected.length);
        expect(apply(base, delta)).toEqual(expected);
      }),
    );
  });

  it('may copy from far within a large base, and 65,536 bytes by a size of zero', () => {
    const base = Buffer.alloc(0x1_040_000, 'some text that does not repeat at once, ');
    const instructions = [
      { from: 0x1_030_201, size: 0xfdfe },
      { from: 7, size: 0x10000 },
      { from: 0x10000, size: 0x30201 },
    ];
    for (const zeros of [true, false]) {
      const expected = resultOf(base, instructions);
      const delta = encode(base.length, expected.length, instructions, zeros);
      expect(apply(base, delta).equals(expected)).toBe(true);
    }
  });

  it.each([
    ['is for a base of another size', '04 03 03616263', 'a base of another size'],
    ['makes less than it says', '03 04 03616263', 'makes less than it says'],
    ['inserts more than it says', '03 02 03616263', 'makes more than it says'],
    ['copies more than it says', '03 02 9003', 'makes more than it says'],
    ['copies from beyond the end of its base', '03 03 910103', 'copies what its base does not have'],
    ['copies from far beyond it', '03 03 98ff03', 'copies what its base does not have'],
    ['has the instruction that Git keeps for later', '03 00 00', 'has an unknown instruction'],
    ['breaks off in what it inserts', '03 03 036162', 'breaks off'],
    ['breaks off in a place to copy from', '03 03 91', 'breaks off'],
    ['breaks off in a size', '03 83', 'breaks off'],
    ['is empty', '', 'breaks off'],
    ['makes more than can be', '03 c1843d 9003', 'makes more than can be'],
    ['makes more than there is memory', '03 ffffffffffff7f 9003', 'makes more than can be'],
  ])('is refused when it %s', (_, hex, reason) => {
    const delta = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(() => apply(Buffer.from('abc'), delta)).toThrow(reason);
  });

  it('of any bytes is refused, or makes as much as it says', () => {
    fc.assert(
      fc.property(bases, fc.uint8Array({ maxLength: 40 }), fc.nat(200), (base, bytes, result) => {
        const delta = Buffer.from([...size(base.length), ...size(result), ...bytes]);
        try {
          expect(apply(base, delta)).toHaveLength(result);
        } catch (error) {
          expect((error as Error).message).toMatch(/^its delta/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('of which a byte was changed is refused, or makes as much as it says', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(255), ({ base, instructions, zeros }, at, byte) => {
        const expected = resultOf(base, instructions);
        const delta = encode(base.length, expected.length, instructions, zeros);
        delta[at % delta.length] = byte;
        try {
          const made = apply(base, delta);
          expect(made).toHaveLength(decodeDeltaResultSize(delta));
        } catch (error) {
          expect((error as Error).message).toMatch(/^its delta|breaks off$/);
        }
      }),
    );
  });
});

describe('The size of what a delta makes', () => {
  it.each([
    ['0000', 0],
    ['057f', 127],
    ['808001ff01', 255],
    ['05808080808010', 2 ** 39],
  ])('stands behind that of its base: %s is %d', (hex, size) => {
    expect(decodeDeltaResultSize(Buffer.from(`${hex}90`, 'hex'))).toBe(size);
  });

  it.each(['', '05', '80', '0580'])('is an error when the delta breaks off: "%s"', (hex) => {
    expect(() => decodeDeltaResultSize(Buffer.from(hex, 'hex'))).toThrow();
  });
});
