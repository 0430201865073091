/**
 * rmsprop: one step of RMSprop.
 *
 *   g = dparam + weightDecay · param
 *   squareAvg = α · squareAvg + (1 − α) · g²              running mean of the squares, v
 *   gradAvg   = α · gradAvg   + (1 − α) · g               centered: running mean of the gradients;  v = squareAvg − gradAvg²
 *   go = g / (√v + eps)
 *   momentumBuffer = momentum · momentumBuffer + go       with momentum, and then it stands for go
 *   param −= lr · go
 *
 *   param, squareAvg, gradAvg, momentumBuffer, dparam (any shape); gradAvg is null unless the step is centered, momentumBuffer where
 *   momentum is 0. A variance v is never negative; where roundings make it so, it is taken for 0 (PyTorch's becomes NaN).
 *
 * Chapter: docs/learn/6-mnist-net.en.md
 *
 * Source: Tieleman & Hinton, "Lecture 6.5: rmsprop" (2012); Graves, "Generating Sequences With Recurrent Neural Networks" (2013),
 * https://arxiv.org/abs/1308.0850, for the centered one; https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
import type { FloatArray } from './accumulate.js';
import { keep, looksForNegligible, negligible, negligibleSquare } from './negligible.js';

export interface RmspropStep {
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly momentum: number;
  /** The number of this step, from 1. */
  readonly step: number;
}

/** Below these, squareAvg, gradAvg, momentumBuffer and param become 0, in every 16th step or so; 0 in the others: negligible.ts. */
export interface RmspropLeast {
  readonly leastSquare: number;
  /** The root of leastSquare: it is the square of gradAvg that is taken away. */
  readonly leastMean: number;
  readonly leastMomentum: number;
  readonly leastParam: number;
}

export function rmspropLeast({ lr, alpha, weightDecay, momentum, step }: RmspropStep): RmspropLeast {
  const shrink = weightDecay > 0 ? 1 - lr * weightDecay : 1;
  const looks = looksForNegligible(step, alpha ** 2, momentum > 0 ? momentum : 1, shrink);
  return {
    leastSquare: looks ? negligibleSquare : 0,
    leastMean: looks ? Math.sqrt(negligibleSquare) : 0,
    leastMomentum: looks ? negligible : 0,
    leastParam: looks && weightDecay > 0 ? negligible : 0,
  };
}

/** Updates param, squareAvg, gradAvg and momentumBuffer in place. What is negligible becomes 0; a parameter only if it decays:
 *  negligible.ts. */
export function rmspropForward(
  param: FloatArray,
  squareAvg: FloatArray,
  gradAvg: FloatArray | null,
  momentumBuffer: FloatArray | null,
  dparam: FloatArray,
  s: RmspropStep,
): void {
  const { leastSquare, leastMean, leastMomentum, leastParam } = rmspropLeast(s);
  for (let i = 0; i < param.length; i++) {
    const g = dparam[i] + s.weightDecay * param[i];
    let v = s.alpha * squareAvg[i] + (1 - s.alpha) * g * g;
    keep(squareAvg, i, v, leastSquare);
    if (gradAvg) {
      const m = s.alpha * gradAvg[i] + (1 - s.alpha) * g;
      keep(gradAvg, i, m, leastMean);
      v = Math.max(0, v - m * m);
    }
    let go = g / (Math.sqrt(v) + s.eps);
    if (momentumBuffer) {
      go += s.momentum * momentumBuffer[i];
      keep(momentumBuffer, i, go, leastMomentum);
    }
    keep(param, i, param[i] - s.lr * go, leastParam);
  }
}
