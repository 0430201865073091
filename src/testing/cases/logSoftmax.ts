import type { SoftmaxSizes } from '../../ops/softmax.js';
import { expError, gamma, logError } from '../budget.js';
import type { OperationCase } from '../case.js';
import { total } from '../extents.js';
import { withOffsets } from '../problem.js';
import { place, type Row, row, rowDrafts, rows } from './softmax.js';

/** Absolute error of log p(c) = (x[c] − max) − log Σ: each difference rounds, and log Σ has the relative error of Σ. */
export function logProbabilityError(r: Row, x: Float64Array, c: number, u: number): number {
  const z = x[r.at(c)] - r.max;
  return 2 * u * (Math.abs(z) + r.logSum) + logError(r.logSum, u) + r.sumError;
}

export const logSoftmax: OperationCase<SoftmaxSizes> = {
  operation: 'logSoftmax',
  forward: { writes: ['y'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy', 'y'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'sumsToOne', 'shiftOfScores'],

  drafts: rowDrafts,
  kinds: [...withOffsets, 'scaled'],
  named: {
    'ten classes': rows(4, 10, 1),
    'a thousand classes': rows(1, 1000, 1),
    'one class': rows(2, 1, 3),
    'equal scores, the largest': rows(2, 4, 1, () => 3.4e38),
  },
  layers: { 'a thousand classes, batch 64': rows(64, 1000, 1) },

  outputs: ({ x }) => ({ y: x.length }),
  equation: ({ x }, s) => ({
    y(i) {
      const { start } = place(i, s);
      const scores = Array.from({ length: s.C }, (_, k) => x[start + k * s.inner]);
      const max = Math.max(...scores);
      return x[i] - max - Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0));
    },
  }),
  budget: ({ given: { x }, exact: { y }, s, u }) => ({
    y(i) {
      const { start, c } = place(i, s);
      return logProbabilityError(row(x, start, s.C, s.inner, u), x, c, u) + u * Math.abs(y[i]);
    },
  }),
  // e^y times a sum of C terms, subtracted from dy.
  gradientBudget: ({ given: { dy, y }, exact: { dx }, s, u }) => ({
    dx(i) {
      const { start } = place(i, s);
      const sum = total(s.C, (k) => Math.abs(dy[start + k * s.inner]));
      return (
        Math.exp(y[i]) * (expError(y[i], u) + gamma(s.C, u) + 2 * u) * sum + 2 * u * (Math.abs(dy[i]) + Math.abs(dx[i]))
      );
    },
  }),
  flops: ({ x }) => ({ forward: 5 * x.length, backward: 4 * x.length }),
};
