/**
 * sigmoid: squeezes any number into 0 … 1.
 *
 *   y = 1 / (1 + e^(−x))
 *
 *   x, y (any shape)
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 *
 * @example
 * F.sigmoid(tensor([0], [1]))
 * // → [0.5]
 */
import type { FloatArray } from './accumulate.js';

/** Writes y. */
export function sigmoidForward(y: FloatArray, x: FloatArray): void {
  for (let i = 0; i < y.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
}

/** Writes dx. dy/dx = y · (1 − y), so  dx = y · (1 − y) · dy. */
export function sigmoidBackward(dx: FloatArray, dy: FloatArray, y: FloatArray): void {
  for (let i = 0; i < dx.length; i++) dx[i] = y[i] * (1 - y[i]) * dy[i];
}
