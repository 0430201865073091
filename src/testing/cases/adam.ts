import type { AdamStep } from '../../ops/adam.js';
import type { Shape } from '../../ops/shape.js';
import { gamma } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { extents } from '../extents.js';
import type { Draft, Fill } from '../problem.js';
import { leastState, tiny } from './vanishing.js';

/** `mean` fills expAvg, and `values` param; there are no gradients if one is given. */
function step(param: Shape, s: Partial<AdamStep>, mean?: () => number, values?: Fill): Draft<AdamStep> {
  const sizes = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decoupled: false, step: 1, ...s };
  // Running means are 0 before the first step.
  const before = (fill?: (random: () => number) => number) => ({
    shape: param,
    fill: sizes.step === 1 ? () => 0 : fill,
  });
  return {
    arrays: {
      param: { shape: param, fill: values },
      expAvg: before(mean),
      expAvgSq: before((random) => (mean ? 2 ** -126 : random())),
      dparam: { shape: param, fill: mean && (() => 0) },
    },
    sizes: () => sizes,
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'rows', 'columns'),
      lr: fc.constantFrom(1e-3, 0.1),
      beta1: fc.constantFrom(0.9, 0.5, 0),
      beta2: fc.constantFrom(0.999, 0.9),
      eps: fc.constantFrom(1e-8, 1e-3),
      weightDecay: fc.constantFrom(0, 0.01),
      decoupled: fc.boolean(),
      step: fc.constantFrom(1, 2, 10, 1000),
    })
    .map(({ s: { rows, columns }, ...options }) => step([rows, columns], options));

export const adam: OperationCase<AdamStep> = {
  operation: 'adam',
  forward: { writes: ['param', 'expAvg', 'expAvgSq'], reads: ['dparam'] },
  laws: ['forward', 'equation'],

  drafts,
  named: {
    'first step': step([10, 1, 5, 5], {}),
    'a later step': step([17], { step: 100 }),
    'means on their way to 0': step([9], { step: 912 }, () => 2 ** -90),
    'tiny parameters that decay': step([9], { decoupled: true, weightDecay: 0.01, step: 912 }, () => 0, tiny),
    'tiny parameters between two looks': step([9], { decoupled: true, weightDecay: 0.01, step: 911 }, () => 0, tiny),
    'tiny parameters that decay fast': step([9], { lr: 1, decoupled: true, weightDecay: 0.9, step: 3 }, () => 0, tiny),
    "tiny parameters that don't decay": step([9], { step: 912 }, () => 0, tiny),
    AdamW: step([33], { decoupled: true, weightDecay: 0.01, step: 2 }),
  },
  layers: { 'ResNet-18 512 channels': step([512, 512, 3, 3], { step: 2 }) },

  outputs: () => ({}),
  // As PyTorch writes it: the corrections make a step size and a denominator.
  equation({ param, expAvg, expAvgSq, dparam }, s) {
    const g = (i: number) => (s.decoupled ? dparam[i] : dparam[i] + s.weightDecay * param[i]);
    const m = (i: number) => expAvg[i] + (1 - s.beta1) * (g(i) - expAvg[i]);
    const v = (i: number) => expAvgSq[i] * s.beta2 + g(i) ** 2 * (1 - s.beta2);
    const stepSize = s.lr / (1 - s.beta1 ** s.step);
    const least = leastState(s.step, s.beta1, s.beta2, 1 - s.lr * s.weightDecay);
    return {
      param(i) {
        const decayed = s.decoupled ? param[i] * (1 - s.lr * s.weightDecay) : param[i];
        const moved = decayed - (stepSize * m(i)) / (Math.sqrt(v(i)) / Math.sqrt(1 - s.beta2 ** s.step) + s.eps);
        return s.weightDecay > 0 && Math.abs(moved) < least.state ? 0 : moved;
      },
      expAvg: (i) => (Math.abs(m(i)) < least.state ? 0 : m(i)),
      expAvgSq: (i) => (v(i) < least.square ? 0 : v(i)),
    };
  },

  /*
   * expAvg and expAvgSq are sums of products: errors dm and dv. In the step, m / (r + eps) with r = √(v / correction2), an
   * error of v moves r by at most dr = √dv / √correction2 near v = 0 and by half of dv / √v elsewhere; a few roundings more.
   */
  budget({ given: { param, expAvg, expAvgSq, dparam }, exact, s, u }) {
    const decay = s.decoupled ? 0 : s.weightDecay;
    const correction1 = 1 - s.beta1 ** s.step;
    const root2 = Math.sqrt(1 - s.beta2 ** s.step);
    const g = (i: number) => Math.abs(dparam[i]) + decay * Math.abs(param[i]);
    const dm = (i: number) =>
      gamma(5, u) * (s.beta1 * Math.abs(expAvg[i]) + (1 - s.beta1) * g(i)) + u * Math.abs(exact.expAvg[i]);
    const dv = (i: number) => gamma(7, u) * (s.beta2 * expAvgSq[i] + (1 - s.beta2) * g(i) ** 2) + u * exact.expAvgSq[i];
    return {
      param(i) {
        const root = Math.sqrt(exact.expAvgSq[i]);
        const dr = Math.min(Math.sqrt(dv(i)), root > 0 ? dv(i) / root : Number.POSITIVE_INFINITY) / root2;
        const denominator = root / root2 + s.eps;
        const least = denominator - dr;
        if (least <= 0) return Number.POSITIVE_INFINITY;
        const go = (s.lr / correction1) * Math.abs(exact.expAvg[i]);
        const dgo = (s.lr / correction1) * dm(i);
        return (
          dgo / least +
          (go * dr) / (least * denominator) +
          gamma(10, u) * (go / denominator) +
          4 * u * (Math.abs(param[i]) + Math.abs(exact.param[i]))
        );
      },
      expAvg: dm,
      expAvgSq: dv,
    };
  },
  flops: ({ param }) => ({ forward: 14 * param.length, backward: 0 }),
};
