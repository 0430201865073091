/**
 * sgd: one step of stochastic gradient descent.
 *
 *   g = dparam + weightDecay · param
 *   momentumBuffer = g at the first step, then  momentum · momentumBuffer + (1 − dampening) · g
 *   param −= lr · momentumBuffer                          nesterov: param −= lr · (g + momentum · momentumBuffer)
 *
 *   param, dparam, momentumBuffer (any shape); momentumBuffer is null where momentum is 0, and then stands for g.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html; Sutskever et al., "On the importance of
 * initialization and momentum in deep learning" (2013)
 */
import type { FloatArray } from './accumulate.js';

export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** The first step that this parameter takes, when there is no momentumBuffer yet. */
  readonly first: boolean;
}

/** Updates param and momentumBuffer in place. */
export function sgdForward(param: FloatArray, momentumBuffer: FloatArray | null, dparam: FloatArray, s: SgdStep): void {
  for (let i = 0; i < param.length; i++) {
    const g = dparam[i] + s.weightDecay * param[i];
    let step = g;
    if (momentumBuffer) {
      const v = s.first ? g : s.momentum * momentumBuffer[i] + (1 - s.dampening) * g;
      momentumBuffer[i] = v;
      step = s.nesterov ? g + s.momentum * v : v;
    }
    param[i] -= s.lr * step;
  }
}
