import {
  type AdaptivePoolSizes,
  adaptiveAvgPool2dBackward,
  adaptiveAvgPool2dForward,
  adaptiveAvgPool2dSizes,
} from '../../ops/adaptiveAvgPool2d.js';
import type { Shape } from '../../ops/shape.js';
import { rounded, sumSteps } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { batch, capped, extents, unravel } from '../extents.js';
import { type Draft, type Fill, withOffsets } from '../problem.js';

function pooling(x: Shape, H_out: number, W_out: number, fill?: Fill): Draft<AdaptivePoolSizes> {
  return { arrays: { x: { shape: x, fill } }, sizes: () => adaptiveAvgPool2dSizes(x, [H_out, W_out]) };
}

const drafts = (fc: FastCheck) =>
  fc.record({ N: batch(fc), s: extents(fc, 'C', 'H', 'W', 'H_out', 'W_out') }).map(({ N, s }) => {
    const { C, H, W, H_out, W_out } = capped(s, 2_000, (t) => t.C * Math.max(t.H, t.H_out) * Math.max(t.W, t.W_out));
    return pooling([N, C, H, W], H_out, W_out);
  });

/** The rows (or columns) of cell o: those that share some of the stretch from o / out to (o + 1) / out of the image. */
function cell(o: number, size: number, out: number): number[] {
  return Array.from({ length: size }, (_, i) => i).filter((i) => (i + 1) * out > o * size && i * out < (o + 1) * size);
}

export const adaptiveAvgPool2d: OperationCase<AdaptivePoolSizes> = {
  operation: 'adaptiveAvgPool2d',
  forward: { writes: ['y'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'constantImage', 'globalMean'],
  linearIn: () => [['x']],

  drafts,
  kinds: [...withOffsets, 'scaled', 'denormal'],
  named: {
    'ResNet, global mean': pooling([2, 16, 7, 7], 1, 1),
    'global mean of a power of 2': pooling([1, 2, 8, 8], 1, 1),
    'global mean of a large plane': pooling([1, 1, 224, 224], 1, 1, () => 0.1),
    'one pixel in many cells': pooling([1, 1, 1, 2], 60, 90),
    'cells that overlap': pooling([1, 2, 7, 5], 3, 2),
    'more cells than pixels': pooling([1, 1, 2, 3], 5, 4),
  },
  layers: {
    'ResNet-18, global mean, batch 8': pooling([8, 512, 7, 7], 1, 1),
    'GoogLeNet, global mean, batch 8': pooling([8, 1024, 7, 7], 1, 1),
  },

  outputs: (_, s) => ({ y: s.N * s.C * s.H_out * s.W_out }),
  equation: ({ x }, s) => ({
    y(i) {
      const [plane, ho, wo] = unravel(i, s.N * s.C, s.H_out, s.W_out);
      const [rows, columns] = [cell(ho, s.H, s.H_out), cell(wo, s.W, s.W_out)];
      let sum = 0;
      for (const h of rows) for (const w of columns) sum += x[(plane * s.H + h) * s.W + w];
      return sum / (rows.length * columns.length);
    },
  }),
  // A cell has at most ⌈H / H_out⌉ + 1 rows, and a row is in at most ⌈H_out / H⌉ + 1 cells; then a division.
  budget({ given: { x }, exact: { y }, s, u }) {
    const magnitude = new Float64Array(y.length);
    adaptiveAvgPool2dForward(magnitude, x.map(Math.abs), s);
    const K = (Math.ceil(s.H / s.H_out) + 1) * (Math.ceil(s.W / s.W_out) + 1);
    return { y: rounded(y, u, sumSteps(K) + 2, magnitude) };
  },
  gradientBudget({ given: { dy }, exact: { dx }, s, u }) {
    const magnitude = new Float64Array(dx.length);
    adaptiveAvgPool2dBackward(magnitude, dy.map(Math.abs), s);
    const K = (Math.ceil(s.H_out / s.H) + 1) * (Math.ceil(s.W_out / s.W) + 1);
    return { dx: rounded(dx, u, sumSteps(K) + 2, magnitude) };
  },
  flops(_, s) {
    const visits = s.N * s.C * Math.max(s.H, s.H_out) * Math.max(s.W, s.W_out);
    return { forward: visits, backward: visits };
  },
};
