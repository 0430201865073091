/**
 * gradNorm: the length of all gradients taken as one vector, and their shortening to a length that is allowed.
 *
 *   squares = Σ_parameters Σ_i dparam[i]²
 *   dparam *= min(1, maxNorm / (√squares + 1e-6))
 *
 *   dparam (any shape)   squares (1), which stays on the device: clipping reads nothing back
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

/** Shortens one gradient in place. */
export function clipGradForward(dparam: FloatArray, squares: FloatArray, s: ClipSizes): void {
  const scale = s.maxNorm / (Math.sqrt(squares[0]) + 1e-6);
  // As PyTorch does, a NaN or infinite norm is let through, where the loss shows it.
  if (!(scale >= 1)) for (let i = 0; i < dparam.length; i++) dparam[i] *= scale;
}
