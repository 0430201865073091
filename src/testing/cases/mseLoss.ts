import { type MseLossSizes, mseLossSizes } from '../../ops/mseLoss.js';
import type { Reduction } from '../../ops/nllLoss.js';
import type { Shape } from '../../ops/shape.js';
import { gamma, sumSteps } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { extents, total } from '../extents.js';
import { type Draft, withOffsets } from '../problem.js';

function loss(x: Shape, reduction: Reduction = 'mean'): Draft<MseLossSizes> {
  return { arrays: { x: { shape: x }, target: { shape: x } }, sizes: () => mseLossSizes(x, x, reduction) };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({ s: extents(fc, 'N', 'C'), reduction: fc.constantFrom<Reduction>('mean', 'sum', 'none') })
    .map(({ s, reduction }) => loss([s.N, s.C], reduction));

export const mseLoss: OperationCase<MseLossSizes> = {
  operation: 'mseLoss',
  forward: { writes: ['loss'], reads: ['x', 'target'] },
  backward: { writes: ['dx', 'dtarget'], reads: ['dloss', 'x', 'target'] },
  laws: ['forward', 'backward', 'equation', 'gradient'],

  drafts,
  kinds: withOffsets,
  named: { 'ten numbers': loss([10]), 'one number': loss([1]), 'thousands of numbers': loss([5003]) },
  layers: { 'batch 64': loss([64, 1000]) },

  outputs: ({ x }, s) => ({ loss: s.reduction === 'none' ? x.length : 1 }),
  equation({ x, target }, { reduction }) {
    const square = (i: number) => (x[i] - target[i]) ** 2;
    const sum = total(x.length, square);
    return { loss: (i) => ({ none: square(i), sum, mean: sum / x.length })[reduction] };
  },
  // Three roundings a square, which is positive; their sum; the division.
  budget: ({ given: { x }, exact: { loss: y }, s, u }) => ({
    loss: (i) => (gamma(s.reduction === 'none' ? 3 : sumSteps(x.length) + 6, u) + u) * y[i],
  }),
  gradientBudget: ({ exact: { dx, dtarget }, u }) => ({
    dx: (i) => 6 * u * Math.abs(dx[i]),
    dtarget: (i) => 6 * u * Math.abs(dtarget[i]),
  }),
  flops: ({ x }) => ({ forward: 3 * x.length, backward: 3 * x.length }),
};
