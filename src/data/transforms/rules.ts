/** What the options of transforms must be; see `requireOptions`. */
import type { Rule } from '../../ops/options.js';
import { ShapeError } from '../../ops/shape.js';

/** [least, largest]: a number is drawn uniformly between the two. */
export type Range = readonly [least: number, largest: number];

/** A pixel's value: one number for all channels, or one for each. */
export type Fill = number | readonly number[];

export const probability: Rule = {
  what: 'a probability, 0 to 1',
  holds: (value) => isBetween(value, 0, 1),
};

export const fill: Rule = {
  what: 'a whole number from 0 to 255, or one for each channel',
  holds: (value) => {
    const isByte = (one: unknown) => Number.isInteger(one) && isBetween(one, 0, 255);
    return Array.isArray(value) ? value.length > 0 && value.every(isByte) : isByte(value);
  },
};

/** [least, largest], both within `from` and `to`. */
export function range(from: number, to: number): Rule {
  const bounds = to === Infinity ? `${from} ≤ least ≤ largest` : `${from} ≤ least ≤ largest ≤ ${to}`;
  return { what: `[least, largest] with ${bounds}`, holds: (value) => isRange(value, from, to) };
}

/** Ranges of ratios, whose logarithms are drawn: [least, largest], both greater than 0. */
export const ratio: Rule = {
  what: '[least, largest] with 0 < least ≤ largest',
  holds: (value) => isRange(value, Number.MIN_VALUE, Number.MAX_VALUE),
};

export function isRange(value: unknown, from: number, to: number): value is Range {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return value.every((one) => isBetween(one, from, to) && Number.isFinite(one)) && value[0] <= value[1];
}

function isBetween(value: unknown, from: number, to: number): boolean {
  return typeof value === 'number' && value >= from && value <= to;
}

/** `fill` for each of C channels. */
export function fillOf(transform: string, fill: Fill, C: number): readonly number[] {
  if (typeof fill === 'number') return new Array<number>(C).fill(fill);
  if (fill.length === C) return fill;
  throw new ShapeError(`${transform}: fill has ${fill.length} values, but the picture has ${C} channels`);
}

/** The nearest whole number; of two, the even one, as Python rounds. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
