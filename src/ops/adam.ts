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
 * Source: Kingma & Ba, "Adam" (2015), https://arxiv.org/abs/1412.6980; Loshchilov & Hutter, "Decoupled Weight Decay
 * Regularization" (2019), https://arxiv.org/abs/1711.05101; https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
import type { FloatArray } from './accumulate.js';

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

/** Updates param, expAvg and expAvgSq in place. */
export function adamForward(
  param: FloatArray,
  expAvg: FloatArray,
  expAvgSq: FloatArray,
  dparam: FloatArray,
  s: AdamStep,
): void {
  const correction1 = 1 - s.beta1 ** s.step;
  const correction2 = 1 - s.beta2 ** s.step;
  for (let i = 0; i < param.length; i++) {
    const p = s.decoupled ? param[i] - s.lr * s.weightDecay * param[i] : param[i];
    const g = s.decoupled ? dparam[i] : dparam[i] + s.weightDecay * p;
    const m = s.beta1 * expAvg[i] + (1 - s.beta1) * g;
    const v = s.beta2 * expAvgSq[i] + (1 - s.beta2) * g * g;
    expAvg[i] = m;
    expAvgSq[i] = v;
    param[i] = p - (s.lr * (m / correction1)) / (Math.sqrt(v / correction2) + s.eps);
  }
}
