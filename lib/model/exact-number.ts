/** Fewer characters than this hold no more than fifteen digits, which a double always holds. */
const MAY_BE_ROUNDED = 16;

/** The JavaScript number that a number in JSON's notation is; undefined when that would be another one, rounded. */
export function exactNumber(text: string): number | undefined {
  const value = Number(text);
  if (text.length < MAY_BE_ROUNDED && !/e/i.test(text)) return value;
  return Number.isFinite(value) && significance(text) === significance(String(value)) ? value : undefined;
}

/** The digits that count, and the power of ten of the last of them: the same for two spellings of one number. */
function significance(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.replace(/^-/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let start = 0;
  while (digits[start] === '0') start++;
  let end = digits.length;
  // Not by a pattern: one that ends with $ takes the square of the time where a number has many zeros.
  while (end > start && digits[end - 1] === '0') end--;
  if (start === end) return '0';
  return `${digits.slice(start, end)} ${Number(exponent) - fraction.length + digits.length - end}`;
}
