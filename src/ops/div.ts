/**
 * div: the quotient, element by element.
 *
 *   y = a / b
 *
 *   a, b of shapes that broadcast to y's (broadcast.ts). An element that is stretched is used several times, and its
 *   gradient is the sum over its uses.
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.div.html
 *
 * @example
 * tensor([10,40, 30,80], [2, 2]).div(tensor([10,20], [2]))
 * // → [[1,2], [3,4]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { type BroadcastSizes, forEachElement } from './broadcast.js';

/** Writes y. */
export function divForward(y: FloatArray, a: FloatArray, b: FloatArray, s: BroadcastSizes): void {
  forEachElement(s, (yi, ai, bi) => {
    y[yi] = a[ai] / b[bi];
  });
}

/** Writes the gradients that are asked for (not null). As y = a / b,  da += dy / b  and  db −= a · dy / b². */
export function divBackward(
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
      sum[ai] += dy[yi] / b[bi];
    });
    store(da, sum);
  }
  if (db) {
    const sum = accumulatorFor(db);
    forEachElement(s, (yi, ai, bi) => {
      sum[bi] -= (a[ai] * dy[yi]) / (b[bi] * b[bi]);
    });
    store(db, sum);
  }
}
