import { type PadMode, type PadSizes, padBackward, padSizes } from '../../ops/pad.js';
import type { Shape } from '../../ops/shape.js';
import { exact, sums } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { batch, capped, extents, unravel } from '../extents.js';
import { type Draft, ordinary } from '../problem.js';

function border(x: Shape, padding: readonly number[], mode: PadMode = 'constant', value = 0): Draft<PadSizes> {
  return { arrays: { x: { shape: x } }, sizes: () => padSizes(x, padding, { mode, value }) };
}

/** As much as the mode allows an image of this size, and no more than is asked for. */
function allowed(asked: number, size: number, mode: PadMode): number {
  switch (mode) {
    case 'constant':
      return Math.max(asked, -Math.floor((size - 1) / 2)); // cut on both sides, and something is left
    case 'reflect':
      return Math.min(Math.abs(asked), size - 1);
    case 'replicate':
      return Math.abs(asked);
    case 'circular':
      return Math.min(Math.abs(asked), size);
  }
}

const amount = (fc: FastCheck) => fc.integer({ min: -3, max: 5 });
const drafts = (fc: FastCheck) =>
  fc
    .record({
      N: batch(fc),
      s: extents(fc, 'C', 'H', 'W'),
      mode: fc.constantFrom<PadMode>('constant', 'reflect', 'replicate', 'circular'),
      padding: fc.tuple(amount(fc), amount(fc), amount(fc), amount(fc)),
      value: fc.constantFrom(0, -1.5),
      away: fc.constantFrom(false, false, false, false, true),
    })
    .map(({ N, s, mode, padding, value, away }) => {
      const { C, H, W } = capped(s, 1_000, (t) => t.C * t.H * t.W);
      // Cut on one side by more than the image has, and padded on the other: nothing of it is seen.
      if (away) return border([N, C, H, W], [-W - 1, W + 3, padding[2] > 0 ? H + 2 : -H, H + 1], 'constant', value);
      const sides = padding.map((asked, side) => allowed(asked, side < 2 ? W : H, mode));
      return border([N, C, H, W], sides, mode, value);
    });

/** The place shown at p, or null. */
function shown(p: number, size: number, mode: PadMode): number | null {
  const modulo = (period: number) => ((p % period) + period) % period;
  switch (mode) {
    case 'constant':
      return p < 0 || p >= size ? null : p;
    case 'replicate':
      return Math.min(Math.max(p, 0), size - 1);
    case 'circular':
      return modulo(size);
    case 'reflect': {
      if (size === 1) return 0;
      const there = modulo(2 * (size - 1)); // to the far edge and back again
      return there < size ? there : 2 * (size - 1) - there;
    }
  }
}

export const pad: OperationCase<PadSizes> = {
  operation: 'pad',
  forward: { writes: ['y'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'crop'],
  linearIn: () => [['x']],

  drafts,
  kinds: [...ordinary, 'special'],
  named: {
    'a row, reflected': border([1, 1, 1, 4], [2, 2, 0, 0], 'reflect'),
    'a border of zeros': border([2, 3, 8, 8], [1, 1, 1, 1]),
    'around the whole image': border([1, 1, 3, 3], [3, 3, 3, 3], 'circular'),
    'cut away': border([1, 2, 9, 9], [-1, -2, 3, -3]),
  },
  layers: { 'reflected border, batch 64': border([64, 16, 12, 12], [1, 1, 1, 1], 'reflect') },

  outputs: (_, s) => ({ y: s.N * s.H_out * s.W_out }),
  equation: ({ x }, s) => ({
    y(i) {
      const [n, ho, wo] = unravel(i, s.N, s.H_out, s.W_out);
      const [h, w] = [shown(ho - s.top, s.H, s.mode), shown(wo - s.left, s.W, s.mode)];
      return h === null || w === null ? s.value : x[(n * s.H + h) * s.W + w];
    },
  }),
  budget: () => ({ y: exact }),
  gradientBudget: ({ given: { dy }, exact: { dx }, s, u }) => ({
    dx: sums(dx, u, (sum, of) => padBackward(sum, of(dy), s)),
  }),
  flops: (_, s) => ({ forward: 0, backward: s.N * s.H_out * s.W_out }),
};
