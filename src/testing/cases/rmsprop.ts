import { type RmspropStep, rmspropLeast } from '../../ops/rmsprop.js';
import type { Shape } from '../../ops/shape.js';
import { gamma } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { extents } from '../extents.js';
import type { Draft } from '../problem.js';

interface Choice extends RmspropStep {
  readonly centered: boolean;
}

/** `state` fills what the steps before have left; there are no gradients then. */
function step(shape: Shape, choice: Partial<Choice>, state?: () => number): Draft<RmspropStep> {
  const { centered = false, ...given } = choice;
  const s = { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, step: 1, ...given };
  const isFirst = s.step === 1;
  const fill = isFirst ? () => 0 : state;
  return {
    arrays: {
      param: { shape },
      // The mean of squares is above the square of the mean, which lies in −1 … 1.
      squareAvg: { shape, fill: isFirst ? fill : (random) => (state ? 2 ** -126 : 1 + Math.abs(random())) },
      gradAvg: centered ? { shape, fill: fill ?? ((random) => Math.sin(random())) } : null,
      momentumBuffer: s.momentum === 0 ? null : { shape, fill },
      dparam: { shape, fill: state && (() => 0) },
    },
    sizes: () => s,
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'rows', 'columns'),
      lr: fc.constantFrom(0.01, 0.5),
      alpha: fc.constantFrom(0.99, 0.5, 0),
      eps: fc.constantFrom(1e-8, 1e-3),
      weightDecay: fc.constantFrom(0, 0.01),
      momentum: fc.constantFrom(0, 0.9),
      centered: fc.boolean(),
      step: fc.constantFrom(1, 2, 16, 1000),
    })
    .map(({ s: { rows, columns }, ...options }) => step([rows, columns], options));

export const rmsprop: OperationCase<RmspropStep> = {
  operation: 'rmsprop',
  forward: { writes: ['param', 'squareAvg', 'gradAvg', 'momentumBuffer'], reads: ['dparam'] },
  laws: ['forward', 'equation'],

  drafts,
  named: {
    'first step': step([10, 1, 5, 5], {}),
    'a later step': step([17], { step: 100, weightDecay: 0.01 }),
    momentum: step([17], { step: 2, momentum: 0.9 }),
    centered: step([33], { step: 2, centered: true, momentum: 0.9 }),
    'means on their way to 0': step([9], { step: 912, centered: true, momentum: 0.9 }, () => 2 ** -90),
  },
  layers: { 'ResNet-18 512 channels': step([512, 512, 3, 3], { step: 2, momentum: 0.9 }) },

  outputs: () => ({}),
  equation({ param, squareAvg, gradAvg, momentumBuffer, dparam }, s) {
    const g = (i: number) => dparam[i] + s.weightDecay * param[i];
    const square = (i: number) => squareAvg[i] + (1 - s.alpha) * (g(i) ** 2 - squareAvg[i]);
    const mean = (i: number) => (gradAvg ? gradAvg[i] + (1 - s.alpha) * (g(i) - gradAvg[i]) : 0);
    const go = (i: number) => {
      const alone = g(i) / (Math.sqrt(Math.max(0, square(i) - mean(i) ** 2)) + s.eps);
      return momentumBuffer ? s.momentum * momentumBuffer[i] + alone : alone;
    };
    const least = rmspropLeast(s);
    const kept = (value: number, below: number) => (Math.abs(value) < below ? 0 : value);
    return {
      param: (i) => kept(param[i] - s.lr * go(i), least.leastParam),
      squareAvg: (i) => kept(square(i), least.leastSquare),
      gradAvg: (i) => kept(mean(i), least.leastMean),
      momentumBuffer: (i) => kept(go(i), least.leastMomentum),
    };
  },

  /*
   * Both means are sums of products: errors dm and dsquare. Their difference, the variance, has dv = dsquare + (2|m| + dm) · dm and a
   * rounding. In the step, g / r with r = √v + eps, dv moves r by at most √dv near 0 and by dv / √v elsewhere; a few roundings more.
   */
  budget({ given: { param, squareAvg, gradAvg, momentumBuffer, dparam }, exact, s, u }) {
    const g = (i: number) => Math.abs(dparam[i]) + s.weightDecay * Math.abs(param[i]);
    const dsquare = (i: number) =>
      gamma(7, u) * (s.alpha * squareAvg[i] + (1 - s.alpha) * g(i) ** 2) + u * exact.squareAvg[i];
    const dm = (i: number) =>
      gradAvg
        ? gamma(5, u) * (s.alpha * Math.abs(gradAvg[i]) + (1 - s.alpha) * g(i)) + u * Math.abs(exact.gradAvg[i])
        : 0;
    const dgo = (i: number) => {
      const m = gradAvg ? Math.abs(exact.gradAvg[i]) : 0;
      const v = Math.max(0, exact.squareAvg[i] - m ** 2);
      const dv = dsquare(i) + (2 * m + dm(i)) * dm(i) + gamma(2, u) * (exact.squareAvg[i] + m ** 2);
      const root = Math.sqrt(v);
      const dr = Math.min(Math.sqrt(dv), root > 0 ? dv / root : Number.POSITIVE_INFINITY);
      const denominator = root + s.eps;
      const least = denominator - dr;
      if (least <= 0) return Number.POSITIVE_INFINITY;
      const kept = momentumBuffer ? s.momentum * Math.abs(momentumBuffer[i]) : 0;
      return (
        (gamma(4, u) * g(i)) / least +
        (g(i) * dr) / (least * denominator) +
        gamma(8, u) * (g(i) / denominator) +
        gamma(3, u) * kept
      );
    };
    return {
      param(i) {
        const root = Math.sqrt(Math.max(0, exact.squareAvg[i] - (gradAvg ? exact.gradAvg[i] ** 2 : 0)));
        const kept = momentumBuffer ? s.momentum * Math.abs(momentumBuffer[i]) : 0;
        const go = g(i) / (root + s.eps) + kept;
        return s.lr * (dgo(i) + gamma(3, u) * go) + 4 * u * (Math.abs(param[i]) + Math.abs(exact.param[i]));
      },
      squareAvg: dsquare,
      gradAvg: dm,
      momentumBuffer: (i) => dgo(i) + u * Math.abs(exact.momentumBuffer[i]),
    };
  },
  flops: ({ param }) => ({ forward: 14 * param.length, backward: 0 }),
};
