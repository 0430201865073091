/** Bars with whiskers, one below the other, as an SVG picture that is as wide as a phone. */
import { type Content, html, type Markup } from './markup.js';

export interface Bar {
  readonly label: string;
  /** What stands at its end, with its unit. */
  readonly text: string;
  /** null: there is none. */
  readonly value: number | null;
  /** Half the whisker's length. */
  readonly spread?: number;
  /** A class of the style sheet: `of0`. */
  readonly colour: string;
  /** Of the label. */
  readonly tone?: 'bad';
}

export interface BarOptions {
  readonly title: string;
  /** Labels stand above their bars, or beside them in a column that is so wide. Default: above. */
  readonly labels?: 'above' | number;
  /** A line across all bars, at a value. */
  readonly limit?: { readonly value: number; readonly label: string };
}

const WIDTH = 340;
const THICKNESS = 10;
/** A bar that is so many times as long as the middle one is cut off: it would leave the others too small to compare. */
const MOST = 12;

/** Where the axis ends, and so which bars are cut. */
function endOf(bars: readonly Bar[]): number {
  const sizes = bars.flatMap(({ value, spread = 0 }) => (value && Number.isFinite(value) ? [value + spread] : []));
  if (sizes.length === 0) return 1;
  sizes.sort((a, b) => a - b);
  const middle = sizes[Math.floor((sizes.length - 1) / 2)]!;
  const uncut = sizes.filter((value) => value <= MOST * middle);
  const longest = uncut.at(-1)!;
  if (uncut.length === sizes.length) return longest;
  // One that is left alone must not look nearly as long as those that are cut.
  return uncut.length > 1 ? longest * 1.15 : longest * 3;
}

export function isCut(bars: readonly Bar[]): boolean {
  const end = endOf(bars);
  return bars.some(({ value }) => value !== null && value > end);
}

export function barChart(bars: readonly Bar[], { title, labels = 'above', limit }: BarOptions): Markup {
  // Beside a limit, it is the limit that bars are read against.
  const end = limit ? limit.value * 1.25 : endOf(bars);
  const isAbove = labels === 'above';
  const left = isAbove ? 0 : labels;
  const right = WIDTH - (isAbove ? 118 : 62);
  const row = isAbove ? 34 : 20;
  const top = limit ? 18 : 2;
  const height = top + bars.length * row + 2;
  const x = (value: number) => left + (right - left) * Math.min(1, value / end);
  const at = limit && x(limit.value);
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<desc>${bars.map(({ label, text }) => `${label}: ${text}`).join('; ')}</desc>
${bars.map((bar, i) => {
  const y = top + i * row;
  const barY = y + (isAbove ? 18 : 5);
  const textY = barY + 9;
  return html`<g class="${bar.colour}"><title>${bar.label}: ${bar.text}</title>
<text y="${isAbove ? y + 13 : textY}" class="${bar.tone ?? 'quiet'}">${bar.label}</text>
<text x="${WIDTH}" y="${textY}" class="end">${bar.text}</text>
<rect x="${left}" y="${barY}" width="${right - left}" height="${THICKNESS}" class="track"/>
${drawn(bar, barY, x, end)}
</g>
`;
})}${
  at !== undefined &&
  limit !== undefined &&
  html`<line x1="${n(at)}" x2="${n(at)}" y1="${top}" y2="${height}" class="limit"/>
<text x="${n(at)}" y="12" class="middle quiet">${limit.label}</text>`
}
</svg>`;
}

function drawn({ value, spread = 0 }: Bar, y: number, x: (value: number) => number, end: number): Content {
  if (value === null || Number.isNaN(value)) return null;
  const isTorn = value > end;
  const [to, middle] = [x(value), y + THICKNESS / 2];
  const width = value > 0 ? Math.max(1, to - x(0)) : 0;
  const bar = html`<rect x="${n(x(0))}" y="${y}" width="${n(width)}" height="${THICKNESS}" class="fill"/>`;
  if (isTorn) {
    const gap = to - 22;
    return [bar, html`<path d="M${n(gap)} ${y + THICKNESS}l4 ${-THICKNESS}h5l-4 ${THICKNESS}z" class="gap"/>`];
  }
  if (!(spread > 0)) return bar;
  const [from, until] = [x(Math.max(0, value - spread)), x(value + spread)];
  return [
    bar,
    html`<path d="M${n(from)} ${middle}H${n(until)}M${n(from)} ${middle - 3}v6M${n(until)} ${middle - 3}v6" class="whisker"/>`,
  ];
}

function n(value: number): number {
  return Math.round(value * 10) / 10;
}
