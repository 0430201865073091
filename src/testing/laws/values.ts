/** Laws of single operations: what their results have to be, whatever the numbers. */
import type { BatchNormSizes } from '../../ops/batchNorm2d.js';
import type { CatSizes } from '../../ops/cat.js';
import { catBackward } from '../../ops/cat.js';
import type { CrossEntropySizes } from '../../ops/crossEntropy.js';
import { logSoftmaxForward } from '../../ops/logSoftmax.js';
import { nllLossForward } from '../../ops/nllLoss.js';
import type { PadSizes } from '../../ops/pad.js';
import type { SgdStep } from '../../ops/sgd.js';
import type { SoftmaxSizes } from '../../ops/softmax.js';
import { exact, gamma } from '../budget.js';
import { total, unravel } from '../extents.js';
import { withInputs, withNumbers } from '../problem.js';
import { backwardGiven, dyName, gradientNames, owedBackward, owedForward, runBackward, runForward } from '../run.js';
import type { Law } from './law.js';

/** Applied to its own result, it changes nothing more. */
export const idempotent: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const { y } = await runForward(subject, problem);
    const again = await runForward(subject, withInputs(problem, { x: y as Float32Array }));
    subject.compare('f(f(x))', again.y, y, exact);
  },
};

/** Σ p = 1 along the dimension; of logarithms, Σ e^y = 1. */
export const sumsToOne: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const s = problem.sizes as SoftmaxSizes;
    const isLog = subject.operation.operation === 'logSoftmax';
    const { y } = await runForward(subject, problem);
    const { budget, exact: owed } = owedForward(subject, problem);
    // An error δ of y is one of e^y·δ of e^y.
    const p = (i: number) => (isLog ? Math.exp(y[i]) : y[i]);
    const pBudget = (i: number) => (isLog ? Math.exp(owed.y[i]) * Math.expm1(budget.y(i)) : budget.y(i));
    const at = (row: number, c: number) => {
      const [outer, inner] = unravel(row, s.outer, s.inner);
      return (outer * s.C + c) * s.inner + inner;
    };
    const rows = Array.from({ length: s.outer * s.inner }, (_, row) => row);
    const sums = rows.map((row) => total(s.C, (c) => p(at(row, c))));
    subject.compare(
      'Σ p',
      sums,
      sums.map(() => 1),
      (row) => total(s.C, (c) => pBudget(at(row, c))) + 1e-13,
    );
  },
};

/** Adding the same to every score changes nothing: on integers, where x + c is exact. */
export const shiftOfScores: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const p = withNumbers(problem, { kind: 'integers' });
    const shifted = withInputs(p, { x: p.inputs.x!.map((score) => score + 64) as Float32Array });
    const [{ y }, { y: y2 }] = [await runForward(subject, p), await runForward(subject, shifted)];
    const [{ budget: b }, { budget: b2 }] = [p, shifted].map((q) => owedForward(subject, q));
    subject.compare('f(x + 64)', y2, y, (i) => b.y(i) + b2.y(i));
  },
};

/** crossEntropy is nllLoss of logSoftmax; smoothing mixes in, with share ε, the mean of the losses of all classes. */
export const logLikelihood: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const s = problem.sizes as CrossEntropySizes;
    const { loss } = await runForward(subject, problem);
    const { budget } = owedForward(subject, problem);
    const target = problem.inputs.target as Int32Array;
    const weight = problem.inputs.weight && Float64Array.from(problem.inputs.weight);
    const logp = new Float64Array(problem.inputs.x!.length);
    logSoftmaxForward(logp, Float64Array.from(problem.inputs.x!), { outer: s.N, C: s.C, inner: s.inner });

    const summed = { ...s, reduction: s.reduction === 'none' ? 'none' : 'sum' } as const;
    const nll = (classOf: (t: number) => number) => {
      const result = new Float64Array(loss.length);
      nllLossForward(
        result,
        logp,
        target.map((t) => (t === s.ignoreIndex ? t : classOf(t))),
        weight,
        summed,
      );
      return result;
    };
    // A class that is itself the ignored index can't be asked about, so those losses are added up from logp.
    const spread = new Float64Array(loss.length);
    target.forEach((t, ti) => {
      if (t === s.ignoreIndex) return;
      const start = Math.floor(ti / s.inner) * s.C * s.inner + (ti % s.inner);
      spread[s.reduction === 'none' ? ti : 0] += total(s.C, (c) => -(weight?.[c] ?? 1) * logp[start + c * s.inner]);
    });
    const right = nll((t) => t);
    const counted = [...target].filter((t) => t !== s.ignoreIndex);
    const divisor = s.reduction === 'mean' ? counted.reduce((sum, t) => sum + (weight?.[t] ?? 1), 0) : 1;
    const expected = right.map((r, i) => ((1 - s.labelSmoothing) * r + (s.labelSmoothing / s.C) * spread[i]) / divisor);
    subject.compare('crossEntropy', loss, expected, (i) => budget.loss(i) + 1e-12 * Math.abs(expected[i]));
  },
};

/**
 * In training, a channel that was normalised has mean bias, and variance weight² · var / (var + eps). An error of y by
 * its budget b moves the mean by at most max b, and the deviation by as much.
 */
export const moments: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const s = problem.sizes as BatchNormSizes;
    if (!s.training) return;
    const { y } = await runForward(subject, problem);
    const { x, weight, bias } = problem.inputs;
    const { budget } = owedForward(subject, problem);
    for (let c = 0; c < s.C; c++) {
      const elements = Array.from(y.keys()).filter((i) => Math.floor(i / s.pixels) % s.C === c);
      const worst = Math.max(...elements.map(budget.y));
      const [mean, deviation] = momentsOf(elements.map((i) => y[i]));
      const [, deviationOfX] = momentsOf(elements.map((i) => x![i]));
      const expected = (Math.abs(weight?.[c] ?? 1) * deviationOfX) / Math.sqrt(deviationOfX ** 2 + s.eps);
      const slack = 1e-12 * (1 + expected);
      subject.compare(
        `the mean of channel ${c}`,
        [mean],
        [bias?.[c] ?? 0],
        () => worst + slack + 1e-12 * Math.abs(mean),
      );
      subject.compare(`the deviation of channel ${c}`, [deviation], [expected], () => worst + slack);
    }
  },
};

/** Mean and standard deviation. */
function momentsOf(values: readonly number[]): [number, number] {
  const mean = total(values.length, (i) => values[i]) / values.length;
  return [mean, Math.sqrt(total(values.length, (i) => (values[i] - mean) ** 2) / values.length)];
}

/** What was joined comes out again as it went in. */
export const split: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const { y } = await runForward(subject, problem);
    const x = problem.inputs.x!;
    const out = new Float32Array(x.length);
    catBackward(out, y as Float32Array, problem.sizes as CatSizes);
    subject.compare('the part that is x', out, x, exact);
  },
};

/** The inside of a padded image is the image. */
export const crop: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const s = problem.sizes as PadSizes;
    const { y } = await runForward(subject, problem);
    const inside = Float32Array.from(problem.inputs.x!);
    for (let i = 0; i < inside.length; i++) {
      const [n, h, w] = unravel(i, s.N, s.H, s.W);
      const [ho, wo] = [h + s.top, w + s.left];
      if (ho >= 0 && ho < s.H_out && wo >= 0 && wo < s.W_out) inside[i] = y[(n * s.H_out + ho) * s.W_out + wo];
    }
    subject.compare('the inside of y', inside, problem.inputs.x!, exact);
  },
};

/**
 * One number that isn't finite is seen by the results that look at it, and by no other: in the first input, and in the gradient of
 * y. Zeros around an image, and what fills up a tile, aren't looked at: 0 · ∞ is NaN.
 */
export const notFinite: Law = {
  needs: ['forward', 'backward'],
  async check(subject, problem) {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][problem.seed % 3];
    const withOne = (array: ArrayLike<number>) => {
      const changed = Float32Array.from(array);
      if (changed.length > 0) changed[problem.seed % changed.length] = special;
      return changed;
    };
    const p = withNumbers(problem, { kind: 'integers' });
    const { operation: c } = subject;
    const usual = backwardGiven(c, p);
    const [x] = c.forward.reads;
    const one = withInputs(p, { [x]: withOne(p.inputs[x]!) });
    const { exact: y, budget } = owedForward(subject, one);
    const got = await runForward(subject, one);
    subject.compare('y', got.y, y.y, budget.y);
    const given = { ...usual, [dyName(c)]: withOne(usual[dyName(c)]!) };
    const wanted = gradientNames(c, p);
    const owed = owedBackward(subject, given, p.sizes);
    const gradients = await runBackward(subject, given, wanted, p.sizes);
    for (const name of wanted) subject.compare(name, gradients[name], owed.exact[name], owed.budget[name]);
  },
};

/** y may be a: gradients are added up in place. */
export const alias: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const { operation, candidate } = subject;
    const { exact: owed, budget } = owedForward(subject, problem);
    const [a, b] = [problem.inputs.a!, problem.inputs.b!];
    if (a.length !== owed.y.length) return; // a is stretched
    const both = { name: 'y = a', values: a };
    const [y] = await candidate.run(
      operation.operation,
      'forward',
      [both, both, { name: 'b', values: b }],
      problem.sizes,
    );
    subject.compare('y, being a', y!, owed.y, budget.y);
  },
};

/** Without momentum and decay, a step is param − lr·g. */
export const plainStep: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const p = withInputs(
      { ...problem, sizes: { ...(problem.sizes as SgdStep), momentum: 0, nesterov: false, weightDecay: 0 } },
      { momentumBuffer: null },
    );
    const { param, dparam } = p.inputs;
    const { lr } = p.sizes as SgdStep;
    const { param: moved } = await runForward(subject, p);
    const expected = Array.from(param!, (x, i) => x - lr * dparam![i]);
    subject.compare(
      'param',
      moved,
      expected,
      (i) => gamma(4, subject.u) * (Math.abs(param![i]) + Math.abs(lr * dparam![i])),
    );
  },
};
