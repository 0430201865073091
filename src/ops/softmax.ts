/**
 * softmax: turns scores along one dimension into probabilities.
 *
 *   y[c] = e^x[c] / Σ_k e^x[k]        computed with x − max x, so that no e^x overflows
 *
 *   x, y (any shape)   C: the size of the dimension that sums to 1
 *
 * Chapter: docs/learn/13-cross-entropy.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 *
 * @example
 * F.softmax(tensor([0, 0, 0, 0], [1, 4]), 1)
 * // → [[0.25,0.25,0.25,0.25]]
 */
import type { FloatArray } from './accumulate.js';
import { normalizeDim, numel, type Shape } from './shape.js';

export interface SoftmaxSizes {
  /** The product of the sizes before the dimension (outer), its own size (C), and the product of those after it (inner):
   *  element c of row (o, i) is at (o · C + c) · inner + i. */
  readonly outer: number;
  readonly C: number;
  readonly inner: number;
}

export function softmaxSizes(operation: string, x: Shape, dim: number): SoftmaxSizes {
  const d = normalizeDim(operation, dim, x.length);
  return { outer: numel(x.slice(0, d)), C: x[d], inner: numel(x.slice(d + 1)) };
}

/** Writes y. */
export function softmaxForward(y: FloatArray, x: FloatArray, s: SoftmaxSizes): void {
  forEachRow(s, (start) => {
    const { max, logSum } = logSumExp(x, start, s);
    for (let c = 0; c < s.C; c++) y[start + c * s.inner] = Math.exp(x[start + c * s.inner] - max - logSum);
  });
}

/** Writes dx. dy[k]/dx[c] = y[k] · (1 if k = c else 0) − y[k] · y[c], so  dx[c] = y[c] · (dy[c] − Σ_k y[k] · dy[k]). */
export function softmaxBackward(dx: FloatArray, dy: FloatArray, y: FloatArray, s: SoftmaxSizes): void {
  forEachRow(s, (start) => {
    let dot = 0;
    for (let c = 0; c < s.C; c++) dot += y[start + c * s.inner] * dy[start + c * s.inner];
    for (let c = 0; c < s.C; c++) {
      const i = start + c * s.inner;
      dx[i] = y[i] * (dy[i] - dot);
    }
  });
}

/** Visits every row along the dimension: its elements are at start + c · inner. */
export function forEachRow({ outer, C, inner }: SoftmaxSizes, visit: (start: number) => void): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) visit(o * C * inner + i);
  }
}

/** The two parts of log Σ_c e^x[c] of one row, max x and log Σ_c e^(x[c] − max). They stay apart, because the sum of a large
 *  maximum and a small logarithm is the maximum alone: whoever needs x − log Σ e^x takes one after the other from x. */
export function logSumExp(
  x: FloatArray,
  start: number,
  { C, inner }: Omit<SoftmaxSizes, 'outer'>,
): { max: number; logSum: number } {
  let max = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < C; c++) max = Math.max(max, x[start + c * inner]);
  let sum = 0;
  for (let c = 0; c < C; c++) sum += Math.exp(x[start + c * inner] - max);
  return { max, logSum: Math.log(sum) };
}
