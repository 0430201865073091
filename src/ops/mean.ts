/**
 * mean: the mean over some dimensions, or over all.
 *
 *   y[rest] = (1 / count) · Σ_dims x[rest, dims]
 *
 *   x (any shape)   y: the shape of x without `dims`, or with size 1 there (`keepdim`).   count: elements of one sum.
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.mean.html
 *
 * @example
 * tensor([1,2, 3,4], [2, 2]).mean(0)
 * // → [2,3]
 */
import { accumulatorFor, type FloatArray } from './accumulate.js';
import { forEachReduced, type ReduceSizes } from './reduce.js';

/** Writes y. */
export function meanForward(y: FloatArray, x: FloatArray, s: ReduceSizes): void {
  const sum = accumulatorFor(y);
  forEachReduced(s, (xi, yi) => {
    sum[yi] += x[xi];
  });
  for (let yi = 0; yi < y.length; yi++) y[yi] = sum[yi] / s.count;
}

/** Writes dx. As y += x / count for every x of the mean,  dx += dy / count  there. */
export function meanBackward(dx: FloatArray, dy: FloatArray, s: ReduceSizes): void {
  forEachReduced(s, (xi, yi) => {
    dx[xi] = dy[yi] / s.count;
  });
}
