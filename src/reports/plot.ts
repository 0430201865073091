/** Points and lines between two axes, as an SVG picture that is as wide as a phone. */
import { scaleLinear, scaleLog } from 'd3-scale';
import {
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
import { type Content, html, type Markup } from './markup.js';

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
}

export interface PlotOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
}

const WIDTH = 340;
const HEIGHT = 250;
/** Beyond the largest value, so that no mark lies on the frame. */
const ROOM = 1.09;
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
  const at = ([a, b]: Point): Point => [n(toX(a)), n(toY(b))];
  const path = (line: readonly Point[]) => `M${line.filter(isShown).map(at).join('L')}`;
  const marks = series.flatMap(({ of, points, names, details }) =>
    points.flatMap((point, i) =>
      isShown(point) ? [{ of, at: at(point), name: names?.[i], detail: details?.[i] }] : [],
    ),
  );
  const parts: Content[] = [
    html`<text x="0" y="13" class="quiet">${y.title}</text>`,
    html`<text x="${FRAME.right}" y="${HEIGHT - 6}" class="end quiet">${x.title}</text>`,
    ...ticksOf(x, toX.domain()).map((value) => tick('middle', short(value), n(toX(value)))),
    ...ticksOf(y, toY.domain()).map((value) => tick('end', short(value), n(toY(value)))),
    html`<path d="M${FRAME.left} ${FRAME.top}V${FRAME.bottom}H${FRAME.right}" class="frame"/>`,
    ...guides.map(({ of, points, isDashed }) => {
      const kind = of === null ? 'frame' : `${colourOf(of)} stroke`;
      return html`<path d="${path(points)}" class="${kind}${isDashed ? ' dashed' : ''}"/>`;
    }),
    ...series
      .filter(({ isScattered }) => !isScattered)
      .map(({ of, points }) => html`<path d="${path(points)}" class="${colourOf(of)} stroke"/>`),
    ...marks.map(({ of, at: [a, b], detail }) => {
      const told = detail === undefined ? null : html`<title>${detail}</title>`;
      return html`<path d="${shape(of)}" transform="translate(${a} ${b})" class="${colourOf(of)} mark">${told}</path>`;
    }),
    ...named(marks).map(({ text, at: [a, b] }) => {
      return html`<text x="${n(a)}" y="${n(b)}" class="small middle halo">${text}</text>`;
    }),
  ];
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<title>${title}</title>
<desc>${series.map(({ label, details }) => (details ? details.join('; ') : label)).join('; ')}</desc>
${parts.map((part) => [part, '\n'])}</svg>`;
}

/** A line across the frame with its number: from the axis below, or from the one at the left. */
function tick(anchor: 'middle' | 'end', label: string, at: number): Markup {
  const { left, right, top, bottom } = FRAME;
  return anchor === 'middle'
    ? html`<path d="M${at} ${top}V${bottom}" class="grid"/><text x="${at}" y="${bottom + 16}" class="middle quiet">${label}</text>`
    : html`<path d="M${left} ${at}H${right}" class="grid"/><text x="${left - 6}" y="${at + 4}" class="end quiet">${label}</text>`;
}

/** The mark of a series, as a picture of its own. */
export function markOf(of: number): Markup {
  return html`<svg viewBox="-7 -7 14 14" aria-hidden="true"><path d="${shape(of)}" class="${colourOf(of)} mark"/></svg>`;
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

/** A class of the style sheet. */
export function colourOf(series: number): string {
  return `of${series % 8}`;
}

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
      .domain([0, high * ROOM || 1])
      .range(range);
  }
  const room = Math.max((high / low) ** (ROOM - 1), 1.2);
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

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Names beside their marks, where they cover neither another name nor a mark. */
function named(marks: readonly Mark[]): { text: string; at: Point }[] {
  const taken = marks.map(({ at: [a, b] }): Box => [a - 4, b - 4, a + 4, b + 4]);
  const isFree = (box: Box) =>
    box[0] > FRAME.left &&
    box[1] > FRAME.top - 12 &&
    box[2] < FRAME.right + 8 &&
    box[3] < FRAME.bottom &&
    taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
  const found: { text: string; at: Point }[] = [];
  for (const {
    at: [a, b],
    name: text,
  } of marks) {
    if (!text) continue;
    // Half of about what it takes in a font that isn't known here, and a little room.
    const half = text.length * 2.8 + 2;
    const places: Point[] = [
      [a, b - 7],
      [a, b + 14],
      [a + half + 7, b + 3.5],
      [a - half - 7, b + 3.5],
    ];
    for (const at of places) {
      const box: Box = [at[0] - half, at[1] - 8, at[0] + half, at[1] + 1];
      if (!isFree(box)) continue;
      taken.push(box);
      found.push({ text, at });
      break;
    }
  }
  return found;
}

function n(value: number): number {
  return Math.round(value * 10) / 10;
}
