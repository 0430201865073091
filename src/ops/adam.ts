/**
 * adam: one step of Adam, and of AdamW.
 *
 *   g = dparam + weightDecay · param                AdamW ("decoupled"): g = dparam, and  param −= lr · weightDecay · param
 *   expAvg   = β1 · expAvg   + (1 − β1) · g         running mean of the gradients,   m̂ = expAvg / (1 − β1^t)
 *   expAvgSq = β2 · expAvgSq + (1 − β2) · g²        running mean of their squares,   v̂ = expAvgSq / (1 − β2^t)
 *   param −= lr · m̂ / (√v̂ + eps)                   t: the number of this step, from 1
 *
 *   param, expAvg, expAvgSq, dparam (any shape)
 *
 * Chapter: docs/learn/6-mnist-net.en.md
 *
 * Source: Kingma & Ba, "Adam" (2015), https://arxiv.org/abs/1412.6980; Loshchilov & Hutter, "Decoupled Weight Decay
 * Regularization" (2019), https://arxiv.org/abs/1711.05101; https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
import type { FloatArray } from './accumulate.js';
import { keep, looksForNegligible, negligible, negligibleSquare } from './negligible.js';

export interface AdamStep {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Decay the parameter itself instead of adding the decay to its gradient: AdamW. */
  readonly decoupled: boolean;
  /** t: 1 for the first step that this parameter takes. */
  readonly step: number;
}

/** What a step has in common for all elements of a parameter. */
export interface AdamFactors {
  readonly beta1: number;
  /** 1 − β1 */
  readonly gain1: number;
  readonly beta2: number;
  /** 1 − β2 */
  readonly gain2: number;
  /** weightDecay where it is added to the gradient, else 0. */
  readonly weightDecay: number;
  /** AdamW's lr · weightDecay, by which the parameter itself is shortened; else 0. */
  readonly shrink: number;
  /** lr / (1 − β1^t): lr with the correction of m̂. */
  readonly stepSize: number;
  /** 1 / √(1 − β2^t): √v̂ = √expAvgSq · rootScale. */
  readonly rootScale: number;
  readonly eps: number;
  /** Below these, expAvg, expAvgSq and param become 0, in every 16th step or so; 0 in the others: negligible.ts. */
  readonly leastMean: number;
  readonly leastSquare: number;
  readonly leastParam: number;
}

/** Computed once, in f64, for every backend. */
export function adamFactors({ lr, beta1, beta2, eps, weightDecay, decoupled, step }: AdamStep): AdamFactors {
  const looks = looksForNegligible(step, beta1, beta2, weightDecay > 0 ? 1 - lr * weightDecay : 1);
  return {
    beta1,
    gain1: 1 - beta1,
    beta2,
    gain2: 1 - beta2,
    weightDecay: decoupled ? 0 : weightDecay,
    shrink: decoupled ? lr * weightDecay : 0,
    stepSize: lr / (1 - beta1 ** step),
    rootScale: 1 / Math.sqrt(1 - beta2 ** step),
    eps,
    leastMean: looks ? negligible : 0,
    leastSquare: looks ? negligibleSquare : 0,
    leastParam: looks && weightDecay > 0 ? negligible : 0,
  };
}

/** Updates param, expAvg and expAvgSq in place. What is negligible becomes 0; a parameter only if it decays: negligible.ts. */
export function adamForward(
  param: FloatArray,
  expAvg: FloatArray,
  expAvgSq: FloatArray,
  dparam: FloatArray,
  s: AdamStep,
): void {
  const f = adamFactors(s);
  for (let i = 0; i < param.length; i++) {
    const g = dparam[i] + f.weightDecay * param[i];
    const m = f.beta1 * expAvg[i] + f.gain1 * g;
    const v = f.beta2 * expAvgSq[i] + f.gain2 * g * g;
    keep(expAvg, i, m, f.leastMean);
    keep(expAvgSq, i, v, f.leastSquare);
    const moved = param[i] - f.shrink * param[i] - (f.stepSize * m) / (Math.sqrt(v) * f.rootScale + f.eps);
    keep(param, i, moved, f.leastParam);
  }
}
