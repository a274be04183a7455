import fc from 'fast-check';
import { fromByteName, toByteName } from '../../lib/object/byte-name';

/** Text of all kinds that UTF-8 can hold. */
const text = fc.string({ unit: 'binary' });

describe('a byte name', () => {
  it.each([
    ['is the text itself for ASCII', 'page-1.json', 'page-1.json'],
    ['is the text itself for control characters', '\x01\x7f', '\x01\x7f'],
    ['has two characters for a letter with an accent', 'é', '\xc3\xa9'],
    ['has three characters for a letter of Asia', '中', '\xe4\xb8\xad'],
    ['has four characters for an emoji', '😀', '\xf0\x9f\x98\x80'],
    ['does not compose what was given decomposed', 'e\u0301', 'e\xcc\x81'],
    ['is empty for no text', '', ''],
  ])('%s', (_, given, expected) => {
    expect(toByteName(given)).toBe(expected);
  });

  it('leads back to the text that it was made from', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(fromByteName(toByteName(given))).toBe(given);
      }),
    );
  });

  it('compares with others as the bytes do', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [a, b] = [toByteName(left), toByteName(right)];
        expect(a < b ? -1 : a > b ? 1 : 0).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
    );
  });

  it('orders an emoji after U+FFFD, which texts as such do not', () => {
    expect('😀' < '\ufffd').toBe(true);
    expect(toByteName('😀') < toByteName('\ufffd')).toBe(false);
  });

  it('leads to a text that leads back, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const name = Buffer.from(bytes).toString('latin1');
        expect(toByteName(fromByteName(name))).toBe(name);
      }),
    );
  });

  it('shows bytes that are not UTF-8 as halves of surrogate pairs, and the characters around them', () => {
    expect(fromByteName('caf\xe9.txt')).toBe('caf\udce9.txt');
    expect(fromByteName('\xc3\xa9\xff\xf0\x9f\x98\x80\xf0\x9f')).toBe('é\udcff😀\udcf0\udc9f');
    // Half of a surrogate pair, and a slash in two bytes, which are not UTF-8 either.
    expect(fromByteName('\xed\xb3\xbf')).toBe('\udced\udcb3\udcbf');
    expect(fromByteName('\xc0\xaf')).toBe('\udcc0\udcaf');
  });
});
