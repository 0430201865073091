/**
 * relu: the rectifier; it keeps what is positive. NaN stays NaN.
 *
 *   y = max(0, x)
 *
 *   x, y (any shape)
 *
 * Chapter: docs/learn/6-mnist-net.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 *
 * @example
 * F.relu(tensor([-1,0,2], [3]))
 * // → [0,0,2]
 */
import type { FloatArray } from './accumulate.js';

/** Writes y. */
export function reluForward(y: FloatArray, x: FloatArray): void {
  for (let i = 0; i < y.length; i++) y[i] = Math.max(0, x[i]);
}

/** Writes dx. As y = x where y > 0 and y = 0 elsewhere,  dx = dy  there and  dx = 0  elsewhere. */
export function reluBackward(dx: FloatArray, dy: FloatArray, y: FloatArray): void {
  for (let i = 0; i < dx.length; i++) dx[i] = y[i] <= 0 ? 0 : dy[i];
}
