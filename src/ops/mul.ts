/**
 * mul: the product, element by element.
 *
 *   y = a · b
 *
 *   a, b of shapes that broadcast to y's (broadcast.ts). An element that is stretched is used several times, and its
 *   gradient is the sum over its uses.
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.mul.html
 *
 * @example
 * tensor([1,2, 3,4], [2, 2]).mul(tensor([10,20], [2]))
 * // → [[10,40], [30,80]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { type BroadcastSizes, forEachElement } from './broadcast.js';

/** Writes y. */
export function mulForward(y: FloatArray, a: FloatArray, b: FloatArray, s: BroadcastSizes): void {
  forEachElement(s, (yi, ai, bi) => {
    y[yi] = a[ai] * b[bi];
  });
}

/** Writes the gradients that are asked for (not null). As y = a · b,  da += b · dy  and  db += a · dy. */
export function mulBackward(
  da: FloatArray | null,
  db: FloatArray | null,
  dy: FloatArray,
  a: FloatArray,
  b: FloatArray,
  s: BroadcastSizes,
): void {
  if (da) {
    const sum = accumulatorFor(da);
    forEachElement(s, (yi, ai, bi) => {
      sum[ai] += b[bi] * dy[yi];
    });
    store(da, sum);
  }
  if (db) {
    const sum = accumulatorFor(db);
    forEachElement(s, (yi, ai, bi) => {
      sum[bi] += a[ai] * dy[yi];
    });
    store(db, sum);
  }
}
