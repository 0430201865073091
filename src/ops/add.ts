/**
 * add: the sum, element by element.
 *
 *   y = a + b
 *
 *   a, b of shapes that broadcast to y's (broadcast.ts). An element that is stretched is used several times, and its
 *   gradient is the sum over its uses.
 *
 * Chapters: docs/learn/9-residual.en.md, docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.add.html
 *
 * @example
 * tensor([1,2, 3,4], [2, 2]).add(tensor([10,20], [2]))
 * // → [[11,22], [13,24]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { type BroadcastSizes, forEachElement } from './broadcast.js';

/** Writes y. */
export function addForward(y: FloatArray, a: FloatArray, b: FloatArray, s: BroadcastSizes): void {
  forEachElement(s, (yi, ai, bi) => {
    y[yi] = a[ai] + b[bi];
  });
}

/** Writes the gradients that are asked for (not null). As y = a + b,  da += dy  and  db += dy. */
export function addBackward(da: FloatArray | null, db: FloatArray | null, dy: FloatArray, s: BroadcastSizes): void {
  if (da) {
    const sum = accumulatorFor(da);
    forEachElement(s, (yi, ai) => {
      sum[ai] += dy[yi];
    });
    store(da, sum);
  }
  if (db) {
    const sum = accumulatorFor(db);
    forEachElement(s, (yi, _ai, bi) => {
      sum[bi] += dy[yi];
    });
    store(db, sum);
  }
}
