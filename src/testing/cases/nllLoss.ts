import { type NllLossOptions, type NllLossSizes, nllLossSizes, type Reduction } from '../../ops/nllLoss.js';
import { gamma, sumSteps } from '../budget.js';
import type { Arrays, FastCheck, OperationCase } from '../case.js';
import { capped, extents, total } from '../extents.js';
import type { Draft, Fill } from '../problem.js';

/** Classes, with an ignored one now and then. */
export function classes(C: number, ignoreIndex: number): Fill {
  return (random) => (random() < 0.1 ? ignoreIndex : Math.floor(random() * C));
}

/** Class weights, none of them 0. */
export const classWeight: Fill = (random) => 0.5 + random();

function loss(
  N: number,
  C: number,
  inner: number,
  hasWeight = false,
  options: NllLossOptions = {},
): Draft<NllLossSizes> {
  const x = inner === 1 ? [N, C] : [N, C, inner];
  const weight = hasWeight ? [C] : null;
  return {
    arrays: {
      x: { shape: x },
      target: { shape: [N * inner], fill: classes(C, options.ignoreIndex ?? -100), int32: true },
      weight: weight && { shape: weight, fill: classWeight },
    },
    sizes: ({ target }) => nllLossSizes('nllLoss', x, target!, weight, options),
  };
}

export const lossDrafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'N', 'C', 'inner'),
      flat: fc.boolean(),
      hasWeight: fc.boolean(),
      reduction: fc.constantFrom<Reduction>('mean', 'sum', 'none'),
      ignoreIndex: fc.constantFrom(-100, -100, 0),
    })
    .map(({ s, flat, ...rest }) => ({
      ...rest,
      ...capped({ ...s, inner: flat ? 1 : s.inner }, 2_000, (t) => t.N * t.C * t.inner),
    }));

const drafts = (fc: FastCheck) =>
  lossDrafts(fc).map(({ N, C, inner, hasWeight, ...options }) => loss(N, C, inner, hasWeight, options));

/** Every target that counts: its place, its class, the place of class c of its x, and its weight. */
export function counted({ target, weight }: Pick<Arrays, string>, s: NllLossSizes) {
  return Array.from(target, (t, ti) => {
    const [n, i] = [Math.floor(ti / s.inner), ti % s.inner];
    return { ti, t, start: n * s.C * s.inner + i, w: t === s.ignoreIndex ? 0 : (weight?.[t] ?? 1) };
  }).filter(({ t }) => t !== s.ignoreIndex);
}

export const nllLoss: OperationCase<NllLossSizes> = {
  operation: 'nllLoss',
  forward: { writes: ['loss'], reads: ['x', 'target', 'weight'] },
  backward: { writes: ['dx'], reads: ['dloss', 'target', 'weight'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity'],
  linearIn: () => [['x']],

  drafts,
  named: {
    'ten classes': loss(8, 10, 1),
    'a class for every pixel': loss(2, 3, 20, true),
    'thousands of targets': loss(5003, 3, 1, true),
  },
  layers: { 'ten classes, batch 64': loss(64, 10, 1) },

  outputs: (_, s) => ({ loss: s.reduction === 'none' ? s.N * s.inner : 1 }),
  equation(given, s) {
    const costs = counted(given, s).map(({ ti, t, start, w }) => ({ ti, w, cost: -w * given.x[start + t * s.inner] }));
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
  // A sum of K products; the mean is divided by a sum of K positive weights, and the division rounds (WGSL: 2.5 ULP).
  budget({ given, exact: { loss: y }, s, u }) {
    const targets = counted(given, s);
    const K = targets.length;
    if (s.reduction === 'none') return { loss: (i) => 2 * u * Math.abs(y[i]) };
    const magnitude = total(K, (k) => Math.abs(targets[k].w * given.x[targets[k].start + targets[k].t * s.inner]));
    const divisor = s.reduction === 'mean' ? total(K, (k) => targets[k].w) : 1;
    return {
      loss: () => (gamma(sumSteps(K), u) * magnitude) / divisor + (gamma(sumSteps(K), u) + 4 * u) * Math.abs(y[0]),
    };
  },
  gradientBudget({ given, exact: { dx }, s, u }) {
    const K = s.reduction === 'mean' ? counted(given, s).length : 0;
    return { dx: (i) => (gamma(sumSteps(K), u) + 5 * u) * Math.abs(dx[i]) };
  },
  flops: (_, s) => ({ forward: 2 * s.N * s.inner, backward: 2 * s.N * s.inner }),
};
