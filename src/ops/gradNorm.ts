/**
 * gradNorm: the norm of all gradients, taken as one vector, and the clipping of that norm.
 *
 *   squares = Σ_parameters Σ_i dparam[i]²
 *   dparam *= min(1, maxNorm / (√squares + 1e-6))
 *
 *   dparam (any shape)   squares (1), which stays on the device: clipping reads nothing back. It is f32 on all of them, so a norm
 *   beyond about 1e19 is infinite, as it is in PyTorch.
 *
 * Chapter: docs/learn/6-mnist-net.en.md
 *
 * Source: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks" (2013),
 * https://arxiv.org/abs/1211.5063; https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
import type { FloatArray } from './accumulate.js';

/** Adds the squares of one gradient to `squares`. */
export function gradNormForward(squares: FloatArray, dparam: FloatArray): void {
  let sum = squares[0];
  for (let i = 0; i < dparam.length; i++) sum += dparam[i] * dparam[i];
  squares[0] = sum;
}

export interface ClipSizes {
  readonly maxNorm: number;
}

/** Scales one gradient, in place. */
export function clipGradForward(dparam: FloatArray, squares: FloatArray, s: ClipSizes): void {
  const scale = s.maxNorm / (Math.sqrt(squares[0]) + 1e-6);
  // A norm of NaN or infinity scales by NaN or 0, as in PyTorch: the loss will show that something is wrong.
  if (!(scale >= 1)) for (let i = 0; i < dparam.length; i++) dparam[i] *= scale;
}
