/**
 * sgd: one step of stochastic gradient descent.
 *
 *   g = dparam + weightDecay · param
 *   momentumBuffer = g at the first step, then  momentum · momentumBuffer + (1 − dampening) · g
 *   param −= lr · momentumBuffer                          nesterov: param −= lr · (g + momentum · momentumBuffer)
 *
 *   param, dparam, momentumBuffer (any shape); momentumBuffer is null where momentum is 0, and then stands for g.
 *
 * Chapter: docs/learn/6-mnist-net.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html; Sutskever et al., "On the importance of
 * initialization and momentum in deep learning" (2013)
 */
import type { FloatArray } from './accumulate.js';
import { keep, looksForNegligible, negligible } from './negligible.js';

export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** The first step that this parameter takes, when there is no momentumBuffer yet. */
  readonly first: boolean;
  /** The number of this step, from 1. */
  readonly step: number;
}

/** Below these, momentumBuffer and param become 0, in every 16th step or so; 0 in the others: negligible.ts. */
export function sgdLeast({ lr, momentum, weightDecay, step }: SgdStep): { leastMomentum: number; leastParam: number } {
  const looks = looksForNegligible(step, momentum > 0 ? momentum : 1, weightDecay > 0 ? 1 - lr * weightDecay : 1);
  return { leastMomentum: looks ? negligible : 0, leastParam: looks && weightDecay > 0 ? negligible : 0 };
}

/** Updates param and momentumBuffer in place. What is negligible becomes 0; a parameter only if it decays: negligible.ts. */
export function sgdForward(param: FloatArray, momentumBuffer: FloatArray | null, dparam: FloatArray, s: SgdStep): void {
  const { leastMomentum, leastParam } = sgdLeast(s);
  for (let i = 0; i < param.length; i++) {
    const g = dparam[i] + s.weightDecay * param[i];
    let step = g;
    if (momentumBuffer) {
      const v = s.first ? g : s.momentum * momentumBuffer[i] + (1 - s.dampening) * g;
      keep(momentumBuffer, i, v, leastMomentum);
      step = s.nesterov ? g + s.momentum * v : v;
    }
    keep(param, i, param[i] - s.lr * step, leastParam);
  }
}
