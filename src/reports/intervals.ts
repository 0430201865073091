/** Ratios with the intervals in which they lie, below each other, as an SVG picture that is as wide as a phone. */
import { scaleLog } from 'd3-scale';
import { html, type Markup } from './markup.js';

export interface Interval {
  readonly label: string;
  /** Stands behind the label. */
  readonly about: string;
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number];
  /** What stands at the right. */
  readonly text: string;
  /** A class of the style sheet. */
  readonly colour: string;
}

const WIDTH = 340;
const ROW = 34;
const TOP = 20;

/** A logarithmic axis, on which twice as slow and twice as fast are equally far from the line at 1. */
export function intervalChart(rows: readonly Interval[], title: string): Markup {
  const ends = rows
    .flatMap(({ ratio, interval }) => [ratio, ...interval])
    .filter((end) => end > 0 && Number.isFinite(end));
  const far = Math.max(1.25, ...ends.map((end) => Math.max(end, 1 / end)));
  const x = scaleLog()
    .domain([1 / far, far])
    .range([8, WIDTH - 8]);
  const height = TOP + rows.length * ROW;
  const ticks = [0.01, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 100].filter((tick) => tick >= 1 / far && tick <= far);
  const shown = ticks.length <= 7 ? ticks : ticks.filter((tick) => [0.01, 0.1, 0.5, 1, 2, 10, 100].includes(tick));
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<desc>${rows.map(({ label, about, text }) => `${label}, ${about}: ${text}`).join('; ')}</desc>
${shown.map(
  (
    tick,
  ) => html`<path d="M${n(x(tick))} ${TOP - 4}V${height}" class="${tick === 1 ? 'limit' : 'grid'}"/><text x="${n(x(tick))}" y="11" class="middle quiet">${tick}</text>
`,
)}${rows.map(({ label, about, ratio, interval: [low, high], text, colour }, i) => {
  const y = TOP + i * ROW;
  return html`<g class="${colour}"><title>${label}, ${about}: ${text}</title>
<text y="${y + 13}" class="halo">${label}, ${about}</text><text x="${WIDTH}" y="${y + 13}" class="end halo">${text}</text>
<path d="M${n(x(Math.max(low, 1 / far)))} ${y + 23}H${n(x(Math.min(high, far)))}" class="stroke"/><circle cx="${n(x(ratio))}" cy="${y + 23}" r="4" class="mark"/>
</g>
`;
})}</svg>`;
}

function n(value: number): number {
  return Math.round(value * 10) / 10;
}
