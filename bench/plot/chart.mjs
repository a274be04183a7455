/** Charts of cost against size, as SVG that can be read on a light and on a dark page. */

const WIDTH = 760;
const HEIGHT = 400;
/** Where the axes are. */
const PLOT = { left: 72, right: 520, top: 44, bottom: 344 };

/** Told apart by people who confuse red and green too, and in the middle between black and white. */
const COLORS = ['#3b82c4', '#d9772b', '#2a9d6f', '#b85fae', '#8a7a2c', '#d1495b'];
const TEXT = '#7f8894';
const GRID = '#7f889440';

/**
 * Draws a chart. Both axes are logarithmic, so that a cost which is level, grows with the size, or with its
 * logarithm, can be told from each other.
 *
 * @param series What is drawn: a label and points of size and cost each. A peer's line is dashed, and has the color
 *   of the line before it.
 */
export function chart({ title, unit, series }) {
  const points = series.flatMap((each) => each.points);
  const x = axis(
    points.map(([size]) => size),
    PLOT.left,
    PLOT.right,
  );
  const y = axis(
    points.map(([, cost]) => cost),
    PLOT.bottom,
    PLOT.top,
  );
  const text = (at, content, attributes = '') =>
    `<text x="${coordinate(at[0])}" y="${coordinate(at[1])}" ${attributes}>${escape(content)}</text>`;
  const line = (from, to) =>
    `<path d="M${from.map(coordinate).join(' ')}L${to.map(coordinate).join(' ')}" stroke="${GRID}"/>`;
  const parts = [
    text([PLOT.left, 24], `${title}, in ${unit}`, 'font-size="15" font-weight="bold"'),
    ...x.ticks.map((tick) => line([x.at(tick), PLOT.top], [x.at(tick), PLOT.bottom])),
    ...x.ticks.map((tick) => text([x.at(tick), PLOT.bottom + 20], number(tick), 'text-anchor="middle"')),
    ...y.ticks.map((tick) => line([PLOT.left, y.at(tick)], [PLOT.right, y.at(tick)])),
    ...y.ticks.map((tick) => text([PLOT.left - 8, y.at(tick) + 4], number(tick), 'text-anchor="end"')),
    text([(PLOT.left + PLOT.right) / 2, PLOT.bottom + 44], 'records in the store', 'text-anchor="middle"'),
  ];
  let color = -1;
  series.forEach(({ label, points, isPeer }, position) => {
    if (!isPeer || color < 0) color++;
    const stroke = `stroke="${COLORS[color % COLORS.length]}"${isPeer ? ' stroke-dasharray="5 4"' : ''}`;
    const path = points
      .map(([size, cost]) => `${coordinate(x.at(size))} ${coordinate(y.at(cost))}`)
      .join('L');
    const height = PLOT.top + 8 + position * 22;
    parts.push(
      `<path d="M${path}" fill="none" stroke-width="2" ${stroke}/>`,
      ...points.map(([size, cost]) => dot([x.at(size), y.at(cost)], COLORS[color % COLORS.length])),
      `<path d="M${PLOT.right + 16} ${height}h28" stroke-width="2" ${stroke}/>`,
      text([PLOT.right + 52, height + 4], label),
    );
  });
  const head =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="sans-serif" font-size="12" fill="${TEXT}" role="img">`;
  return [head, `<title>${escape(title)}</title>`, ...parts, '</svg>', ''].join('\n');
}

function dot([x, y], color) {
  return `<circle cx="${coordinate(x)}" cy="${coordinate(y)}" r="3" fill="${color}"/>`;
}

/** A logarithmic axis from one coordinate to another, over all powers of ten that the values need. */
function axis(values, from, to) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: last - first + 1 }, (_, position) => first + position);
  return {
    ticks: ticks.map((power) => Number(`1e${power}`)),
    at: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from),
  };
}

function coordinate(value) {
  return Number(value.toFixed(1));
}

function number(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
