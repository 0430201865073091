/**
 * logSoftmax: the logarithm of softmax, computed in one formula, which loses fewer digits than softmax and then log.
 *
 *   y[c] = x[c] − log Σ_k e^x[k]
 *
 *   x, y (any shape)   C: the size of the dimension whose e^y sums to 1
 *
 * Chapter: docs/learn/13-cross-entropy.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
 *
 * @example One class has probability 1 whatever its score, and log 1 = 0.
 * F.logSoftmax(tensor([7], [1, 1]), 1)
 * // → [[0]]
 */
import type { FloatArray } from './accumulate.js';
import { forEachRow, logSumExp, type SoftmaxSizes } from './softmax.js';

/** Writes y. */
export function logSoftmaxForward(y: FloatArray, x: FloatArray, s: SoftmaxSizes): void {
  forEachRow(s, (start) => {
    const { max, logSum } = logSumExp(x, start, s);
    for (let c = 0; c < s.C; c++) y[start + c * s.inner] = x[start + c * s.inner] - max - logSum;
  });
}

/** Writes dx. dy[k]/dx[c] = (1 if k = c else 0) − e^y[c], so  dx[c] = dy[c] − e^y[c] · Σ_k dy[k]. */
export function logSoftmaxBackward(dx: FloatArray, dy: FloatArray, y: FloatArray, s: SoftmaxSizes): void {
  forEachRow(s, (start) => {
    let sum = 0;
    for (let c = 0; c < s.C; c++) sum += dy[start + c * s.inner];
    for (let c = 0; c < s.C; c++) {
      const i = start + c * s.inner;
      dx[i] = dy[i] - Math.exp(y[i]) * sum;
    }
  });
}
