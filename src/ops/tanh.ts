/**
 * tanh: squeezes any number into −1 … 1.
 *
 *   y = (e^x − e^(−x)) / (e^x + e^(−x))
 *
 *   x, y (any shape)
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 *
 * @example
 * F.tanh(tensor([0], [1]))
 * // → [0]
 */
import type { FloatArray } from './accumulate.js';

/** Writes y. */
export function tanhForward(y: FloatArray, x: FloatArray): void {
  for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i]);
}

/** Writes dx. dy/dx = 1 − y², so  dx = (1 − y²) · dy. */
export function tanhBackward(dx: FloatArray, dy: FloatArray, y: FloatArray): void {
  for (let i = 0; i < dx.length; i++) dx[i] = (1 - y[i] * y[i]) * dy[i];
}
