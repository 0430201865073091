/**
 * Sizes that know about lanes and tiles. Kernels go wrong where a size stops being a multiple of 4, 8 or 16, and where it
 * is smaller than one of them. At most two sizes of a problem are as large as a tile, so that it takes about a millisecond.
 */
import type { Arbitrary } from 'fast-check';
import type { Pair } from '../ops/shape.js';
import type { FastCheck } from './case.js';

const small = [1, 2, 3, 4, 5];
const wide = [1, 4, 6, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33];

/** A size for each name. */
export function extents<Name extends string>(fc: FastCheck, ...names: Name[]): Arbitrary<Record<Name, number>> {
  const sizes = fc.tuple(...names.map(() => fc.constantFrom(...small)));
  const large = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...wide)), { maxLength: 2 });
  return fc.tuple(sizes, large).map(([values, replaced]) => {
    const drawn = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    for (const [name, size] of replaced) drawn[name] = size;
    return drawn as Record<Name, number>;
  });
}

/** Halves the largest size until the cost is below the limit: 33 becomes 17, then 9. */
export function capped<Sizes extends Record<string, number>>(
  s: Sizes,
  limit: number,
  cost: (s: Sizes) => number,
): Sizes {
  while (cost(s) > limit) {
    const [name, size] = Object.entries(s).reduce((largest, entry) => (entry[1] > largest[1] ? entry : largest));
    if (size <= 1) break;
    s = { ...s, [name]: Math.ceil(size / 2) };
  }
  return s;
}

/** Mostly one or two, and now and then none at all. */
export const batch = (fc: FastCheck) => fc.constantFrom(1, 2, 1, 2, 3, 1, 2, 0);

/** A shape of up to four dimensions, one of them empty now and then. */
export const shape = (fc: FastCheck): Arbitrary<number[]> =>
  fc
    .record({
      s: extents(fc, 'a', 'b', 'c', 'd'),
      rank: fc.integer({ min: 0, max: 4 }),
      empty: fc.constantFrom(4, 3, 4, 4, 4, 4),
    })
    .map(({ s, rank, empty }) => [s.a, s.b, s.c, s.d].map((size, d) => (d === empty ? 0 : size)).slice(4 - rank));

/** One direction of a sliding window, and an image that it fits: `out` windows and perhaps a rest. */
export interface WindowDirection {
  readonly size: number;
  readonly K: number;
  readonly S: number;
  readonly P: number;
  readonly D: number;
}

/** `limit` is the largest padding for a kernel size. */
export function windowDirection(
  fc: FastCheck,
  limit: (K: number) => number,
  maxDilation = 3,
): Arbitrary<(out: number) => WindowDirection> {
  return fc
    .record({
      K: fc.constantFrom(1, 3, 2, 5, 4, 7),
      S: fc.constantFrom(1, 2, 3),
      D: fc.integer({ min: 1, max: maxDilation }),
      padding: fc.nat({ max: 8 }),
      rest: fc.nat({ max: 2 }),
    })
    .map(({ K, S, D, padding, rest }) => (out: number) => {
      const P = Math.min(padding, limit(K));
      // At least D pixels, so that no dilated window steps over the image.
      const size = Math.max(D, (out - 1) * S + D * (K - 1) + 1 - 2 * P + (rest % S));
      return { size, K, S, P, D };
    });
}

/** Two directions as options. */
export const pairs = (
  h: WindowDirection,
  w: WindowDirection,
): { kernel: Pair; stride: Pair; padding: Pair; dilation: Pair } => ({
  kernel: [h.K, w.K],
  stride: [h.S, w.S],
  padding: [h.P, w.P],
  dilation: [h.D, w.D],
});

/** The coordinates of element i of an array of this shape. */
export function unravel(i: number, ...sizes: number[]): number[] {
  const coordinates = sizes.slice();
  for (let d = sizes.length - 1; d >= 0; d--) {
    coordinates[d] = i % sizes[d];
    i = Math.floor(i / sizes[d]);
  }
  return coordinates;
}

/** The sum of term(i) over first ≤ i < end. */
export function total(end: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < end; i++) sum += term(i);
  return sum;
}
