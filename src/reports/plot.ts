/** Points and lines between two axes, as an SVG picture that is as wide as a phone. */
import { scaleLinear, scaleLog } from 'd3-scale';
import {
  line,
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { html, type Markup } from './markup.js';

type Point = readonly [x: number, y: number];

export interface Axis {
  readonly title: string;
  readonly scale: 'linear' | 'log';
  /** Default: round numbers. */
  readonly ticks?: readonly number[];
}

export interface Series {
  readonly label: string;
  /** Its colour and the shape of its points. */
  readonly of: number;
  readonly points: readonly Point[];
  /** What stands beside the points where there is room. */
  readonly names?: readonly string[];
  /** What is told of a point under the pointer. */
  readonly details?: readonly string[];
  /** Draw points alone. Default false: with a line through them. */
  readonly isScattered?: boolean;
}

/** A line that nothing was measured on. */
export interface Guide {
  /** Of a series, or null: of the axes. */
  readonly of: number | null;
  readonly points: readonly Point[];
  readonly isDashed?: boolean;
  /** Stands above its last point, or along its middle. */
  readonly label?: string;
}

export interface PlotOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
}

const WIDTH = 340;
const HEIGHT = 250;
const FRAME = { left: 44, top: 24, right: 330, bottom: 208 };

/** Points that aren't finite, or not above 0 on a logarithmic axis, are left out. */
export function plot(series: readonly Series[], guides: readonly Guide[], { title, x, y }: PlotOptions): Markup {
  const isShown = ([a, b]: Point) => isOn(a, x) && isOn(b, y);
  const points = [...series, ...guides].flatMap((one) => one.points.filter(isShown));
  const toX = scaleOf(
    x,
    points.map(([value]) => value),
    [FRAME.left, FRAME.right],
  );
  const toY = scaleOf(
    y,
    points.map(([, value]) => value),
    [FRAME.bottom, FRAME.top],
  );
  const at = ([a, b]: Point): Point => [toX(a), toY(b)];
  const path = line<Point>();
  const marks = series.flatMap(({ of, points, names, details }) =>
    points.flatMap((point, i) =>
      isShown(point) ? [{ of, at: at(point), name: names?.[i], detail: details?.[i] }] : [],
    ),
  );
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<title>${title}</title>
<desc>${series.map(({ label, points }) => `${label}: ${points.length}`).join('; ')}</desc>
<text x="0" y="13" class="quiet">${y.title}</text>
<text x="${FRAME.right}" y="${HEIGHT - 6}" class="end quiet">${x.title}</text>
${ticksOf(x, toX.domain()).map(
  (
    value,
  ) => html`<path d="M${n(toX(value))} ${FRAME.top}V${FRAME.bottom}" class="grid"/><text x="${n(toX(value))}" y="${FRAME.bottom + 16}" class="middle quiet">${short(value)}</text>
`,
)}${ticksOf(y, toY.domain()).map(
  (
    value,
  ) => html`<path d="M${FRAME.left} ${n(toY(value))}H${FRAME.right}" class="grid"/><text x="${FRAME.left - 6}" y="${n(toY(value) + 4)}" class="end quiet">${short(value)}</text>
`,
)}<path d="M${FRAME.left} ${FRAME.top}V${FRAME.bottom}H${FRAME.right}" class="frame"/>
${guides.map(
  ({
    of,
    points,
    isDashed,
  }) => html`<path d="${path(points.filter(isShown).map(at)) ?? ''}" class="${of === null ? 'frame' : `of${of % 8} stroke`}${isDashed ? ' dashed' : ''}"/>
`,
)}${series
  .filter(({ isScattered }) => !isScattered)
  .map(
    ({ of, points }) => html`<path d="${path(points.filter(isShown).map(at)) ?? ''}" class="of${of % 8} stroke"/>
`,
  )}${marks.map(
  ({
    of,
    at: [a, b],
    detail,
  }) => html`<path d="${shape(of)}" transform="translate(${n(a)} ${n(b)})" class="of${of % 8} mark">${detail !== undefined && html`<title>${detail}</title>`}</path>
`,
)}${placed(marks).map(
  ({ text, at: [a, b] }) => html`<text x="${n(a)}" y="${n(b)}" class="small middle halo">${text}</text>
`,
)}${guides.map(({ label, points }) => {
  const shown = points.filter(isShown);
  const last = shown.at(-1);
  return (
    label !== undefined &&
    last !== undefined &&
    html`<text x="${n(Math.min(at(last)[0], FRAME.right))}" y="${n(Math.max(at(last)[1] - 5, FRAME.top - 4))}" class="end halo">${label}</text>
`
  );
})}</svg>`;
}

/** The mark of a series, as a picture of its own. */
export function markOf(of: number): Markup {
  return html`<svg viewBox="-7 -7 14 14" aria-hidden="true"><path d="${shape(of)}" class="of${of % 8} mark"/></svg>`;
}

/** What colours and shapes stand for. */
export function legend(labels: readonly (readonly [of: number, label: string])[]): Markup {
  return html`<ul class="legend">${labels.map(([of, label]) => html`<li>${markOf(of)}${label}</li>`)}</ul>`;
}

const SHAPES: readonly SymbolType[] = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolStar,
  symbolWye,
];

function shape(of: number): string {
  return (
    symbol()
      .type(SHAPES[of % SHAPES.length]!)
      .size(64)() ?? ''
  );
}

function isOn(value: number, { scale }: Axis): boolean {
  return Number.isFinite(value) && (scale === 'linear' || value > 0);
}

function scaleOf({ scale }: Axis, values: readonly number[], range: [number, number]) {
  const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [1, 10];
  if (scale === 'linear') {
    return scaleLinear()
      .domain([0, high || 1])
      .range(range)
      .nice(5);
  }
  // A little room, so that no mark lies on the frame.
  const room = Math.max((high / low) ** 0.06, 1.15);
  return scaleLog()
    .domain([low / room, high * room])
    .range(range);
}

function ticksOf({ scale, ticks }: Axis, [low, high]: readonly number[]): readonly number[] {
  if (ticks) return ticks.filter((value) => value >= low! && value <= high!);
  if (scale === 'linear') return scaleLinear().domain([low!, high!]).ticks(5);
  const decades = Math.log10(high! / low!);
  const [steps, every] =
    decades < 0.7 ? [[1, 1.5, 2, 3, 4, 5, 6, 8], 1] : decades < 2.5 ? [[1, 2, 5], 1] : [[1], Math.ceil(decades / 6)];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low!)); power <= Math.log10(high!); power++) {
    if (power % every !== 0) continue;
    for (const step of steps) found.push(Number(`${step}e${power}`));
  }
  return found.filter((value) => value >= low! && value <= high!);
}

/** 0.001, 500, 20k, 1e6. */
function short(value: number): string {
  if (value >= 1e6 || (value > 0 && value < 1e-4)) return value.toExponential().replace('e+', 'e');
  return value >= 1e4 ? `${value / 1e3}k` : String(value);
}

interface Mark {
  readonly at: Point;
  readonly name: string | undefined;
}

/** Names beside their marks where none lies on another, or on a mark. */
function placed(marks: readonly Mark[]): { text: string; at: Point }[] {
  const boxes = marks.map(({ at: [a, b] }) => [a - 4, b - 4, a + 4, b + 4] as const);
  const found: { text: string; at: Point }[] = [];
  for (const { at, name } of marks) {
    if (!name) continue;
    const half = name.length * 3;
    for (const [dx, dy] of [
      [0, -7],
      [0, 14],
      [half + 7, 3.5],
      [-half - 7, 3.5],
    ] as const) {
      const [a, b] = [at[0] + dx, at[1] + dy];
      const box = [a - half, b - 8, a + half, b + 1] as const;
      const isFree = boxes.every(
        (other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3],
      );
      if (!isFree || box[2] > FRAME.right + 6 || box[0] < FRAME.left || box[1] < FRAME.top - 12) continue;
      boxes.push(box);
      found.push({ text: name, at: [a, b] });
      break;
    }
  }
  return found;
}

function n(value: number): number {
  return Math.round(value * 10) / 10;
}
