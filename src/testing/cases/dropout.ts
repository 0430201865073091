import { type DropoutSizes, dropoutSizes } from '../../ops/dropout.js';
import type { Shape } from '../../ops/shape.js';
import { rounded } from '../budget.js';
import type { OperationCase } from '../case.js';
import { shape } from '../extents.js';
import type { Draft } from '../problem.js';

function layer(x: Shape, p: number): Draft<DropoutSizes> {
  const keep = (random: () => number) => (random() < p ? 0 : 1);
  return { arrays: { x: { shape: x }, mask: { shape: x, fill: keep } }, sizes: () => dropoutSizes(p) };
}

export const dropout: OperationCase<DropoutSizes> = {
  operation: 'dropout',
  forward: { writes: ['y'], reads: ['x', 'mask'] },
  backward: { writes: ['dx'], reads: ['dy', 'mask'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity'],
  linearIn: () => [['x']],

  drafts: (fc) => fc.tuple(shape(fc), fc.constantFrom(0.5, 0.1, 0.9, 0, 1)).map(([x, p]) => layer(x, p)),
  named: { 'GoogLeNet, before fc': layer([2, 64], 0.2), 'all dropped': layer([5], 1) },
  layers: { 'GoogLeNet, before fc, batch 64': layer([64, 1024], 0.2) },

  outputs: ({ x }) => ({ y: x.length }),
  equation: ({ x, mask }, { p }) => ({ y: (i) => (mask[i] ? x[i] / (1 - p) : 0) }),
  // Divided by 1 − p, or multiplied by its reciprocal.
  budget: ({ exact: { y }, u }) => ({ y: rounded(y, u, 3) }),
  gradientBudget: ({ exact: { dx }, u }) => ({ dx: rounded(dx, u, 3) }),
  flops: ({ x }) => ({ forward: x.length, backward: x.length }),
};
