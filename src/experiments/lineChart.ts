/** Curves side by side, as an SVG picture. */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

export interface Curve {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Curves of one colour belong together. */
  readonly colour: number;
  /** Draw points alone. Default false: a line through them. */
  readonly isScattered?: boolean;
}

export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly xScale?: 'linear' | 'log';
  readonly yScale?: 'linear' | 'log';
}

/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'];
const PANEL = { width: 400, height: 280, left: 72, top: 56, bottom: 46, right: 20 };
const ROW = 17;
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/** The panels share their axes, so that they can be compared. Values that aren't finite, or not above 0 on a log axis, are left out. */
export function lineChart(panels: readonly Panel[], axes: Axes): string {
  const shown = panels.map((panel) => ({
    ...panel,
    curves: panel.curves.map((curve) => ({ ...curve, points: curve.points.filter((point) => isShown(point, axes)) })),
  }));
  const all = shown.flatMap(({ curves }) => curves.flatMap(({ points }) => points));
  const x = scale(
    axes.xScale,
    all.map(([value]) => value),
    [PANEL.left, PANEL.left + PANEL.width],
  );
  const y = scale(
    axes.yScale,
    all.map(([, value]) => value),
    [PANEL.top + PANEL.height, PANEL.top],
  );
  const step = PANEL.left + PANEL.width + PANEL.right;
  const rows = Math.max(0, ...panels.map(({ curves }) => curves.length));
  const [width, height] = [step * panels.length, PANEL.top + PANEL.height + PANEL.bottom + rows * ROW + 10];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${FONT}>`,
    `<title>${escaped(axes.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(width / 2, 20, axes.title, 'text-anchor="middle" font-size="15" font-weight="bold"'),
    ...shown.map((panel, i) => `<g transform="translate(${i * step} 0)">\n${drawPanel(panel, axes, x, y)}\n</g>`),
    '</svg>\n',
  ].join('\n');
}

type Scale = ScaleContinuousNumeric<number, number>;

function isShown([x, y]: readonly [number, number], { xScale, yScale }: Axes): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && (xScale !== 'log' || x > 0) && (yScale !== 'log' || y > 0);
}

function scale(kind: 'linear' | 'log' | undefined, values: readonly number[], range: [number, number]): Scale {
  const made: Scale = kind === 'log' ? scaleLog() : scaleLinear();
  const [low, high] = values.length > 0 ? extent(values) : [1, 2];
  return made
    .domain(low < high ? [low, high] : [low / 2, high * 2 || 1])
    .range(range)
    .nice();
}

/** The lowest and the highest. Not Math.min(...values): a call takes no more than some 100,000 arguments. */
function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function drawPanel({ title, curves }: Panel, axes: Axes, x: Scale, y: Scale): string {
  const { left, top, width, height } = PANEL;
  const bottom = top + height;
  const path = line<readonly [number, number]>(
    ([value]) => x(value),
    ([, value]) => y(value),
  );
  return [
    text(left + width / 2, 42, title, 'text-anchor="middle" font-weight="bold"'),
    ...ticksOf(x).flatMap(({ value, label }) => [
      `<line x1="${n(x(value))}" x2="${n(x(value))}" y1="${top}" y2="${bottom}" stroke="#eee"/>`,
      text(x(value), bottom + 16, label, 'text-anchor="middle" fill="#555"'),
    ]),
    ...ticksOf(y).flatMap(({ value, label }) => [
      `<line x1="${left}" x2="${left + width}" y1="${n(y(value))}" y2="${n(y(value))}" stroke="#eee"/>`,
      text(left - 6, y(value) + 4, label, 'text-anchor="end" fill="#555"'),
    ]),
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#999"/>`,
    text(left + width / 2, bottom + 36, axes.x, 'text-anchor="middle"'),
    text(0, 0, axes.y, `text-anchor="middle" transform="translate(12 ${top + height / 2}) rotate(-90)"`),
    ...curves.flatMap(({ label, points, colour, isScattered }, i) => {
      const stroke = COLOURS[colour % COLOURS.length];
      const legend = bottom + PANEL.bottom + i * ROW;
      const dots = points.map(([a, b]) => `<circle cx="${n(x(a))}" cy="${n(y(b))}" r="4" fill="${stroke}"/>`);
      return [
        ...(isScattered
          ? dots
          : [`<path d="${path([...points]) ?? ''}" fill="none" stroke="${stroke}" stroke-width="1.6"/>`]),
        `<line x1="${left}" x2="${left + 22}" y1="${legend + 4}" y2="${legend + 4}" stroke="${stroke}" stroke-width="3"/>`,
        text(left + 30, legend + 8, label),
      ];
    }),
  ].join('\n');
}

/** About five of them; on a log axis some have no label. */
function ticksOf(axis: Scale): { value: number; label: string }[] {
  const format = axis.tickFormat(5, '~g');
  return axis
    .ticks(5)
    .map((value) => ({ value, label: format(value) }))
    .filter(({ label }) => label !== '');
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
