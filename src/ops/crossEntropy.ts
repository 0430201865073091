/**
 * crossEntropy: the loss of a classifier; logSoftmax and nllLoss in one.
 *
 *   logp[c] = x[c] − log Σ_k e^x[k]
 *   loss[n] = Σ_c q[c] · (−weight[c] · logp[n,c])   with q = (1 − ε) · (1 if c = t else 0) + ε / C,   t = target[n];
 *   loss[n] = 0 where t = ignoreIndex.   ε: labelSmoothing
 *   'mean': Σ_n loss[n] / Σ_n weight[t]    'sum': Σ_n loss[n]    'none': every loss[n]
 *
 *   x (N, C) or (N, C, d1, …), logits   target (N) or (N, d1, …), class indices   weight (C)
 *   loss () or the shape of target
 *
 * Chapter: docs/learn/13-cross-entropy.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html; label smoothing: Szegedy et al.,
 * "Rethinking the Inception Architecture" (2016), https://arxiv.org/abs/1512.00567
 *
 * @example A second class with probability 0 costs nothing.
 * F.crossEntropy(tensor([1000, 0], [1, 2]), [0])
 * // → 0
 */
import type { FloatArray } from './accumulate.js';
import { forEachTarget, type NllLossOptions, type NllLossSizes, nllLossSizes, targetWeights } from './nllLoss.js';
import { type Shape, ShapeError } from './shape.js';
import { logSumExp } from './softmax.js';

export interface CrossEntropyOptions extends NllLossOptions {
  /** ε: the share of the target that is spread over all classes. Default 0. */
  labelSmoothing?: number;
}

export interface CrossEntropySizes extends NllLossSizes {
  readonly labelSmoothing: number;
}

export function crossEntropySizes(
  x: Shape,
  target: ArrayLike<number>,
  weight: Shape | null,
  options: CrossEntropyOptions,
): CrossEntropySizes {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ShapeError(`crossEntropy: labelSmoothing must be in 0 … 1, but is ${labelSmoothing}`);
  }
  return { labelSmoothing, ...nllLossSizes('crossEntropy', x, target, weight, options) };
}

/** Writes loss. */
export function crossEntropyForward(
  loss: FloatArray,
  x: FloatArray,
  target: Int32Array,
  weight: FloatArray | null,
  s: CrossEntropySizes,
): void {
  const shares = crossEntropyShares(s);
  let sum = 0;
  if (s.reduction === 'none') loss.fill(0);
  forEachTarget(target, s, (ti, start, t) => {
    const { max, logSum } = logSumExp(x, start, s);
    let cost = 0;
    for (let c = 0; c < s.C; c++) {
      const q = share(c, t, shares);
      // A class that has no share costs nothing, even where its logit is −∞.
      if (q > 0) cost += q * (weight ? weight[c] : 1) * (logSum - (x[start + c * s.inner] - max));
    }
    if (s.reduction === 'none') loss[ti] = cost;
    sum += cost;
  });
  if (s.reduction === 'sum') loss[0] = sum;
  if (s.reduction === 'mean') loss[0] = sum / targetWeights(target, weight, s);
}

/**
 * Writes dx. −dlogp[k]/dx[c] = e^logp[c] − (1 if k = c else 0), so with the costs q·weight of all classes k
 *   dx[c] = (e^logp[c] · Σ_k q[k]·weight[k] − q[c]·weight[c]) · dloss;  the mean divides that by Σ weight[t].
 */
export function crossEntropyBackward(
  dx: FloatArray,
  dloss: FloatArray,
  x: FloatArray,
  target: Int32Array,
  weight: FloatArray | null,
  s: CrossEntropySizes,
): void {
  dx.fill(0);
  const shares = crossEntropyShares(s);
  const divisor = s.reduction === 'mean' ? targetWeights(target, weight, s) : 1;
  forEachTarget(target, s, (ti, start, t) => {
    const { max, logSum } = logSumExp(x, start, s);
    const scale = dloss[s.reduction === 'none' ? ti : 0] / divisor;
    let all = 0;
    for (let k = 0; k < s.C; k++) all += share(k, t, shares) * (weight ? weight[k] : 1);
    for (let c = 0; c < s.C; c++) {
      const i = start + c * s.inner;
      dx[i] = (Math.exp(x[i] - max - logSum) * all - share(c, t, shares) * (weight ? weight[c] : 1)) * scale;
    }
  });
}

/** The two parts of q. */
export interface CrossEntropyShares {
  /** ε / C: what every class has. */
  readonly spread: number;
  /** 1 − ε: what the target's class has on top of it. */
  readonly peak: number;
}

export function crossEntropyShares({ labelSmoothing, C }: CrossEntropySizes): CrossEntropyShares {
  return { spread: labelSmoothing / C, peak: 1 - labelSmoothing };
}

/** q[c]. */
function share(c: number, t: number, { spread, peak }: CrossEntropyShares): number {
  return spread + (c === t ? peak : 0);
}
