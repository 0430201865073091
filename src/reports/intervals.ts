/** A ratio with the interval in which it lies, as a small SVG picture for a cell of a table, and the axis for the column's head. */
import { scaleLog } from 'd3-scale';
import { html, type Markup } from './markup.js';

export interface Interval {
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number];
}

export interface Pictures {
  readonly axis: Markup;
  /** The colour is a class of the style sheet. */
  of(one: Interval, colour: string): Markup;
}

const WIDTH = 200;
const HEIGHT = 18;
/** Twice as slow and twice as fast are equally far from 1. */
const TICKS = [0.01, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 100];

/** Pictures that share an axis. */
export function intervalPictures(all: readonly Interval[]): Pictures {
  const ends = all
    .flatMap(({ ratio, interval }) => [ratio, ...interval])
    .filter((end) => end > 0 && Number.isFinite(end));
  const far = Math.max(1.3, ...ends.map((end) => Math.max(end, 1 / end) * 1.03));
  const scale = scaleLog()
    .domain([1 / far, far])
    .range([6, WIDTH - 6])
    .clamp(true);
  const x = (value: number) => Math.round(scale(Math.max(value, Number.MIN_VALUE)) * 10) / 10;
  const inside = TICKS.filter((tick) => tick > 1 / far && tick < far);
  const ticks = inside.length > 3 ? [inside[0]!, 1, inside.at(-1)!] : inside;
  const lines = ticks.map((tick) => html`<path d="M${x(tick)} 0V${HEIGHT}" class="${tick === 1 ? 'limit' : 'grid'}"/>`);
  const box = html`viewBox="0 0 ${WIDTH} ${HEIGHT}" class="cell"`;
  return {
    axis: html`<svg ${box} aria-hidden="true">${ticks.map(
      (tick) => html`<text x="${x(tick)}" y="13" class="middle quiet">${tick}</text>`,
    )}</svg>`,
    of: ({ ratio, interval: [low, high] }, colour) =>
      html`<svg ${box} aria-hidden="true">${lines}<g class="${colour}"><path d="M${x(low)} 9H${x(high)}" class="stroke"/><circle cx="${x(ratio)}" cy="9" r="3.5" class="mark"/></g></svg>`,
  };
}
