import { type CrossEntropyOptions, type CrossEntropySizes, crossEntropySizes } from '../../ops/crossEntropy.js';
import { gamma, sumSteps } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { total } from '../extents.js';
import { type Draft, withOffsets } from '../problem.js';
import { logProbabilityError } from './logSoftmax.js';
import { classes, classWeight, counted, lossDrafts } from './nllLoss.js';
import { row } from './softmax.js';

function loss(
  N: number,
  C: number,
  inner: number,
  hasWeight = false,
  options: CrossEntropyOptions = {},
): Draft<CrossEntropySizes> {
  const x = inner === 1 ? [N, C] : [N, C, inner];
  const weight = hasWeight ? [C] : null;
  return {
    arrays: {
      x: { shape: x },
      target: { shape: [N * inner], fill: classes(C, options.ignoreIndex ?? -100), int32: true },
      weight: weight && { shape: weight, fill: classWeight },
    },
    sizes: ({ target }) => crossEntropySizes(x, target!, weight, options),
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .tuple(lossDrafts(fc), fc.constantFrom(0, 0.1, 1))
    .map(([{ N, C, inner, hasWeight, ...options }, labelSmoothing]) =>
      loss(N, C, inner, hasWeight, { ...options, labelSmoothing }),
    );

/** The share of class c, where t is right: most for t, and ε spread over all. */
function share(c: number, t: number, { labelSmoothing, C }: CrossEntropySizes): number {
  const spread = labelSmoothing / C;
  return c === t ? 1 - labelSmoothing + spread : spread;
}

export const crossEntropy: OperationCase<CrossEntropySizes> = {
  operation: 'crossEntropy',
  forward: { writes: ['loss'], reads: ['x', 'target', 'weight'] },
  backward: { writes: ['dx'], reads: ['dloss', 'x', 'target', 'weight'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'logLikelihood'],

  drafts,
  kinds: [...withOffsets, 'scaled'],
  named: {
    'ten classes': loss(8, 10, 1),
    'a thousand classes': loss(2, 1000, 1, false, { labelSmoothing: 0.1 }),
    'a class for every pixel': loss(2, 3, 20, true),
    'thousands of targets': loss(2501, 7, 1, true),
  },
  layers: { 'ten classes, batch 64': loss(64, 10, 1), 'a thousand classes, batch 64': loss(64, 1000, 1) },

  outputs: (_, s) => ({ loss: s.reduction === 'none' ? s.N * s.inner : 1 }),
  equation(given, s) {
    const { x, weight } = given;
    const costs = counted(given, s).map(({ ti, t, start, w }) => {
      const scores = Array.from({ length: s.C }, (_, c) => x[start + c * s.inner]);
      const max = Math.max(...scores);
      const logSum = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0));
      const cost = (c: number) => (weight?.[c] ?? 1) * (logSum - (scores[c] - max));
      return { ti, w, cost: (1 - s.labelSmoothing) * cost(t) + (s.labelSmoothing / s.C) * total(s.C, cost) };
    });
    const sum = costs.reduce((all, { cost }) => all + cost, 0);
    const weights = costs.reduce((all, { w }) => all + w, 0);
    return {
      loss: (i) =>
        s.reduction === 'none'
          ? (costs.find(({ ti }) => ti === i)?.cost ?? 0)
          : s.reduction === 'sum'
            ? sum
            : sum / weights,
    };
  },

  /* A target's cost is a sum of C products of q·weight, known up to a few roundings, with −log p, known up to its own
   * error. All costs are positive, so what sums of them round is relative to their value. */
  budget({ given, exact: { loss: y }, s, u }) {
    const { x, weight } = given;
    const targets = counted(given, s);
    const error = new Float64Array(y.length);
    for (const { ti, t, start } of targets) {
      const r = row(x, start, s.C, s.inner, u);
      error[s.reduction === 'none' ? ti : 0] += total(s.C, (c) => {
        const q = share(c, t, s) * (weight?.[c] ?? 1);
        return q * (logProbabilityError(r, x, c, u) + gamma(s.C + 6, u) * Math.abs(r.logSum - (x[r.at(c)] - r.max)));
      });
    }
    const divisor = s.reduction === 'mean' ? targets.reduce((all, { w }) => all + w, 0) : 1;
    const K = s.reduction === 'none' ? 1 : 2 * sumSteps(targets.length);
    return { loss: (i) => error[i] / divisor + (gamma(K, u) + 4 * u) * Math.abs(y[i]) };
  },

  // p · Σ q·weight − q·weight, each side with the errors of its factors, times dloss and the mean's divisor.
  gradientBudget({ given, exact: { dx }, s, u }) {
    const { x, dloss, weight } = given;
    const targets = counted(given, s);
    const error = new Float64Array(dx.length);
    const divisor = s.reduction === 'mean' ? targets.reduce((all, { w }) => all + w, 0) : 1;
    for (const { ti, t, start } of targets) {
      const r = row(x, start, s.C, s.inner, u);
      const q = (c: number) => share(c, t, s) * (weight?.[c] ?? 1);
      const all = total(s.C, q);
      const scale = Math.abs(dloss[s.reduction === 'none' ? ti : 0]) / divisor;
      for (let c = 0; c < s.C; c++) {
        error[r.at(c)] = scale * (r.p(c) * all * (r.pError(c) + gamma(s.C + 5, u)) + 6 * u * q(c));
      }
    }
    const K = s.reduction === 'mean' ? targets.length : 0;
    return { dx: (i) => error[i] + (gamma(sumSteps(K), u) + 5 * u) * Math.abs(dx[i]) };
  },
  flops: (_, s) => ({ forward: 5 * s.N * s.C * s.inner, backward: 7 * s.N * s.C * s.inner }),
};
