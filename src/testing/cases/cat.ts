import { type CatSizes, catSizes } from '../../ops/cat.js';
import type { Shape } from '../../ops/shape.js';
import { exact } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { capped, extents } from '../extents.js';
import { type Draft, ordinary } from '../problem.js';

/** One call puts one of the joined tensors, the `which`-th, into y, and leaves the rest of y as it is. */
function joining(shapes: readonly Shape[], dim: number, which: number): Draft<CatSizes> {
  const { shape, places } = catSizes(shapes, dim);
  return { arrays: { y: { shape }, x: { shape: shapes[which] } }, sizes: () => places[which] };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'a', 'b', 'c'),
      dim: fc.constantFrom(0, 1, 2),
      lengths: fc.array(fc.constantFrom(1, 2, 3, 4, 5, 8, 9, 0), { minLength: 1, maxLength: 4 }),
      which: fc.nat({ max: 3 }),
    })
    .map(({ s, dim, lengths, which }) => {
      const { a, b, c } = capped(s, 500, (t) => t.a * t.b * t.c);
      const shapes = lengths.map((length) => [a, b, c].map((size, d) => (d === dim ? length : size)));
      return joining(shapes, dim, which % shapes.length);
    });

const inception = [16, 24, 24, 24].map((C) => [2, C, 4, 4]);

/** Whether element i of y is x's, and which one of x. */
export function owner(i: number, { length, total, offset }: CatSizes): number | null {
  const [o, place] = [Math.floor(i / total), (i % total) - offset];
  return place >= 0 && place < length ? o * length + place : null;
}

export const cat: OperationCase<CatSizes> = {
  operation: 'cat',
  forward: { writes: ['y'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'split'],
  linearIn: () => [['x']],

  drafts,
  kinds: [...ordinary, 'special'],
  named: {
    'Inception, first branch': joining(inception, 1, 0),
    'Inception, last branch': joining(inception, 1, 3),
    'one after the other': joining([[5], [3]], 0, 1),
  },
  layers: {
    'Inception, batch 64': joining(
      [16, 24, 24, 24].map((C) => [64, C, 12, 12]),
      1,
      1,
    ),
  },

  outputs: () => ({}),
  equation: ({ x, y }, s) => ({
    y(i) {
      const xi = owner(i, s);
      return xi === null ? y[i] : x[xi];
    },
  }),
  budget: () => ({ y: exact }),
  gradientBudget: () => ({ dx: exact }),
  flops: () => ({ forward: 0, backward: 0 }),
};
