import { type AdagradStep, adagradFactors } from '../../ops/adagrad.js';
import type { Shape } from '../../ops/shape.js';
import { gamma } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { extents } from '../extents.js';
import type { Draft, Fill } from '../problem.js';

/** `param` fills the parameter; there are no gradients then. */
function step(shape: Shape, s: Partial<AdagradStep>, param?: Fill): Draft<AdagradStep> {
  const sizes = { lr: 0.01, lrDecay: 0, eps: 1e-10, weightDecay: 0, step: 1, ...s };
  return {
    arrays: {
      param: { shape, fill: param },
      // Nothing has been summed before the first step.
      sum: { shape, fill: sizes.step === 1 ? () => 0 : (random) => Math.abs(random()) },
      dparam: { shape, fill: param && (() => 0) },
    },
    sizes: () => sizes,
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'rows', 'columns'),
      lr: fc.constantFrom(0.01, 0.5),
      lrDecay: fc.constantFrom(0, 0.1),
      eps: fc.constantFrom(1e-10, 1e-3),
      weightDecay: fc.constantFrom(0, 0.01),
      step: fc.constantFrom(1, 2, 16, 1000),
    })
    .map(({ s: { rows, columns }, ...options }) => step([rows, columns], options));

export const adagrad: OperationCase<AdagradStep> = {
  operation: 'adagrad',
  forward: { writes: ['param', 'sum'], reads: ['dparam'] },
  laws: ['forward', 'equation'],

  drafts,
  named: {
    'first step': step([10, 1, 5, 5], {}),
    'a later step': step([17], { step: 100, lrDecay: 0.1 }),
    'a parameter on its way to 0': step([9], { step: 912, weightDecay: 0.1 }, () => 2 ** -91),
  },
  layers: { 'ResNet-18 512 channels': step([512, 512, 3, 3], { step: 2 }) },

  outputs: () => ({}),
  equation({ param, sum, dparam }, s) {
    const g = (i: number) => dparam[i] + s.weightDecay * param[i];
    const v = (i: number) => sum[i] + g(i) ** 2;
    return {
      param(i) {
        const moved = param[i] - ((s.lr / (1 + (s.step - 1) * s.lrDecay)) * g(i)) / (Math.sqrt(v(i)) + s.eps);
        return Math.abs(moved) < adagradFactors(s).leastParam ? 0 : moved;
      },
      sum: v,
    };
  },

  /*
   * The sum's error is dv, of a sum of products. In the step, g / r with r = √sum + eps, dv moves r by at most √dv near 0 and by half
   * of dv / √sum elsewhere; a few roundings more.
   */
  budget({ given: { param, sum, dparam }, exact, s, u }) {
    const { rate } = adagradFactors(s);
    const g = (i: number) => Math.abs(dparam[i]) + s.weightDecay * Math.abs(param[i]);
    const dv = (i: number) => gamma(6, u) * (sum[i] + g(i) ** 2) + u * exact.sum[i];
    return {
      param(i) {
        const root = Math.sqrt(exact.sum[i]);
        const dr = Math.min(Math.sqrt(dv(i)), root > 0 ? dv(i) / root : Number.POSITIVE_INFINITY);
        const denominator = root + s.eps;
        const least = denominator - dr;
        if (least <= 0) return Number.POSITIVE_INFINITY;
        const go = rate * g(i);
        return (
          (gamma(4, u) * go) / least +
          (go * dr) / (least * denominator) +
          gamma(10, u) * (go / denominator) +
          4 * u * (Math.abs(param[i]) + Math.abs(exact.param[i]))
        );
      },
      sum: dv,
    };
  },
  flops: ({ param }) => ({ forward: 9 * param.length, backward: 0 }),
};
