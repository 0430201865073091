/**
 * sum: the sum over some dimensions, or over all.
 *
 *   y[rest] = Σ_dims x[rest, dims]
 *
 *   x (any shape)   y: the shape of x without `dims`, or with size 1 there (`keepdim`).
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.sum.html
 *
 * @example
 * tensor([1,2, 3,4], [2, 2]).sum(1)
 * // → [3,7]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { forEachReduced, type ReduceSizes } from './reduce.js';

/** Writes y. */
export function sumForward(y: FloatArray, x: FloatArray, s: ReduceSizes): void {
  const sum = accumulatorFor(y);
  forEachReduced(s, (xi, yi) => {
    sum[yi] += x[xi];
  });
  store(y, sum);
}

/** Writes dx. As y += x for every x of the sum,  dx += dy  there. */
export function sumBackward(dx: FloatArray, dy: FloatArray, s: ReduceSizes): void {
  forEachReduced(s, (xi, yi) => {
    dx[xi] = dy[yi];
  });
}
