/**
 * adagrad: one step of Adagrad.
 *
 *   g = dparam + weightDecay · param
 *   sum += g²                                             of all steps
 *   param −= lr / (1 + (t − 1) · lrDecay) · g / (√sum + eps)          t: the number of this step, from 1
 *
 *   param, sum, dparam (any shape)
 *
 * Chapter: docs/learn/6-mnist-net.en.md
 *
 * Source: Duchi, Hazan & Singer, "Adaptive Subgradient Methods" (2011), https://jmlr.org/papers/v12/duchi11a.html;
 * https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
import type { FloatArray } from './accumulate.js';
import { keep, looksForNegligible, negligible } from './negligible.js';

export interface AdagradStep {
  readonly lr: number;
  readonly lrDecay: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** t: 1 for the first step that this parameter takes. */
  readonly step: number;
}

/** What a step has in common for all elements of a parameter. */
export interface AdagradFactors {
  /** lr / (1 + (t − 1) · lrDecay) */
  readonly rate: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Below it, param becomes 0, in every 16th step or so where it decays; else 0: negligible.ts. The sum never shrinks. */
  readonly leastParam: number;
}

/** Computed once, in f64, for every backend. */
export function adagradFactors({ lr, lrDecay, eps, weightDecay, step }: AdagradStep): AdagradFactors {
  const looks = weightDecay > 0 && looksForNegligible(step, 1 - lr * weightDecay);
  return { rate: lr / (1 + (step - 1) * lrDecay), eps, weightDecay, leastParam: looks ? negligible : 0 };
}

/** Updates param and sum in place. A parameter that decays becomes 0 where it is negligible: negligible.ts. */
export function adagradForward(param: FloatArray, sum: FloatArray, dparam: FloatArray, s: AdagradStep): void {
  const { rate, eps, weightDecay, leastParam } = adagradFactors(s);
  for (let i = 0; i < param.length; i++) {
    const g = dparam[i] + weightDecay * param[i];
    const v = sum[i] + g * g;
    sum[i] = v;
    keep(param, i, param[i] - (rate * g) / (Math.sqrt(v) + eps), leastParam);
  }
}
