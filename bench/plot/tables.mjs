/** Tables of measured figures in Markdown, in the form that the formatter gives them. */

/** What each case has cost us and the peers. */
export function resultTable(results) {
  return table(
    ['case', 'records', 'peer', 'ours', 'theirs', 'unit', 'ratio'],
    results.map(({ case: name, size, peer, ours, theirs, unit, ratio, skipped }) => [
      `\`${name}\``,
      number(size),
      peer,
      number(ours),
      theirs === undefined ? 'skipped' : number(theirs),
      unit,
      skipped === undefined ? `${number(ratio)}×` : skipped,
    ]),
  );
}

/** What each layout costs. */
export function layoutTable(layouts) {
  const sorted = [...layouts].sort((a, b) => a.size - b.size || a.levels - b.levels || a.width - b.width);
  return table(
    [
      ...['records', 'width', 'levels', 'objects a commit', 'bytes a commit', 'ms a commit'],
      ...['trees on the way', 'bytes of these', 'µs a get'],
    ],
    sorted.map((line) => [
      ...[line.size, line.width, line.levels, line.objects, line.bytes, line.commitMilliseconds].map(number),
      ...[line.trees, line.treeBytes, line.getMicroseconds].map(number),
    ]),
  );
}

/**
 * A page with something else between the two comments that mark its place.
 *
 * @throws Error when the page has no such place.
 */
export function withBlock(page, name, lines) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The page needs "${begin}" and "${end}" after it.`);
  return `${page.slice(0, from + begin.length)}\n\n${lines}\n\n${page.slice(to)}`;
}

function table(head, rows) {
  const widths = head.map((cell, column) =>
    Math.max(3, ...[cell, ...rows.map((row) => row[column])].map(width)),
  );
  const line = (cells) =>
    `| ${cells.map((cell, column) => cell + ' '.repeat(widths[column] - width(cell))).join(' | ')} |`;
  return [line(head), line(widths.map((each) => '-'.repeat(each))), ...rows.map(line)].join('\n');
}

function width(cell) {
  return [...cell].length;
}

function number(value) {
  return value === undefined ? '-' : value.toLocaleString('en-US', { maximumSignificantDigits: 6 });
}
