import { type SoftmaxSizes, softmaxSizes } from '../../ops/softmax.js';
import { expError, gamma } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { capped, extents, total } from '../extents.js';
import { type Draft, type Fill, withOffsets } from '../problem.js';

export function rows(outer: number, C: number, inner: number, fill?: Fill): Draft<SoftmaxSizes> {
  const x = [outer, C, inner];
  return { arrays: { x: { shape: x, fill } }, sizes: () => softmaxSizes('softmax', x, 1) };
}

/** The softmax of any dimension: `inner` is 1 for the last. */
export const rowDrafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'outer', 'C', 'inner'),
      last: fc.boolean(),
      empty: fc.constantFrom(false, false, false, false, true),
    })
    .map(({ s, last, empty }) => {
      const { outer, C, inner } = capped(s, 2_000, (t) => t.outer * t.C * t.inner);
      return rows(empty ? 0 : outer, C, last ? 1 : inner);
    });

/** A row of scores, and how well its probabilities can be known. */
export interface Row {
  /** The place of class c. */
  at(c: number): number;
  readonly max: number;
  /** log Σ e^z */
  readonly logSum: number;
  /** The probability of class c. */
  p(c: number): number;
  /** Relative error of p(c), and of Σ e^x alone. */
  pError(c: number): number;
  readonly sumError: number;
}

/**
 * With z = x − max, a term e^z is relatively within e(z) = u·|z| + expError(z), and their sum within the mean of that,
 * weighted by p, and γ_C. The maximum isn't added back to log Σ: where it is large, nothing would be left of the logarithm.
 */
export function row(x: Float64Array, start: number, C: number, inner: number, u: number): Row {
  const at = (c: number) => start + c * inner;
  let max = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < C; c++) max = Math.max(max, x[at(c)]);
  const logSum = Math.log(total(C, (c) => Math.exp(x[at(c)] - max)));
  const p = (c: number) => Math.exp(x[at(c)] - max - logSum);
  const e = (z: number) => u * Math.abs(z) + expError(z, u);
  const sumError = total(C, (c) => p(c) * e(x[at(c)] - max)) + gamma(C, u);
  return { at, max, logSum, p, sumError, pError: (c) => e(x[at(c)] - max) + sumError + 3 * u };
}

/** Row and class of element i. */
export function place(i: number, s: SoftmaxSizes): { start: number; c: number } {
  const c = Math.floor(i / s.inner) % s.C;
  return { start: i - c * s.inner, c };
}

export const softmax: OperationCase<SoftmaxSizes> = {
  operation: 'softmax',
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
      return 1 / total(s.C, (k) => Math.exp(x[start + k * s.inner] - x[i]));
    },
  }),
  budget: ({ given: { x }, exact: { y }, s, u }) => ({
    y(i) {
      const { start, c } = place(i, s);
      return y[i] * (row(x, start, s.C, s.inner, u).pError(c) + u);
    },
  }),
  // The dot product of C terms is subtracted from dy, and the difference multiplied by y.
  gradientBudget: ({ given: { dy, y }, exact: { dx }, s, u }) => ({
    dx(i) {
      const { start } = place(i, s);
      const dot = total(s.C, (k) => Math.abs(y[start + k * s.inner] * dy[start + k * s.inner]));
      return y[i] * (gamma(s.C, u) * dot + 2 * u * (Math.abs(dy[i]) + dot)) + u * Math.abs(dx[i]);
    },
  }),
  flops: ({ x }) => ({ forward: 5 * x.length, backward: 4 * x.length }),
};
