/**
 * cat: joins tensors along one dimension, as an Inception module joins the channels of its branches.
 *
 *   y[…, offset + i, …] = x[…, i, …]   for each x in turn; offset: the sum of the L of those before it
 *
 *   x (…, L, …)   y (…, L_1 + L_2 + …, …).   The other dimensions are equal.
 *
 * Chapters: docs/learn/8-inception.en.md, docs/learn/10-densenet.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.cat.html
 *
 * @example
 * F.cat([tensor([1,2, 3,4], [2, 2]), tensor([5,6], [2, 1])], 1)
 * // → [[1,2,5], [3,4,6]]
 */
import type { FloatArray } from './accumulate.js';
import { formatShape, normalizeDim, numel, type Shape, ShapeError } from './shape.js';

/** Where one of the joined tensors goes. Both are `outer` blocks of elements: those of x are copied into those of y. */
export interface CatSizes {
  readonly outer: number;
  /** Elements of a block of x. */
  readonly length: number;
  /** Elements of a block of y. */
  readonly total: number;
  /** Where x begins in a block of y. */
  readonly offset: number;
}

/** The shape of y, and the place of each x in it. */
export function catSizes(shapes: readonly Shape[], dim: number): { shape: Shape; places: CatSizes[] } {
  if (shapes.length === 0) throw new ShapeError('cat: there is no tensor to join');
  const first = shapes[0];
  const d = normalizeDim('cat', dim, first.length);
  for (const shape of shapes) {
    if (shape.length !== first.length || shape.some((size, i) => i !== d && size !== first[i])) {
      throw new ShapeError(`cat: ${formatShape(first)} and ${formatShape(shape)} may differ in dim ${d} only`);
    }
  }
  const inner = numel(first.slice(d + 1));
  const outer = numel(first.slice(0, d));
  const joined = shapes.reduce((sum, shape) => sum + shape[d], 0);
  let offset = 0;
  const places = shapes.map((shape) => {
    const place = { outer, length: shape[d] * inner, total: joined * inner, offset };
    offset += place.length;
    return place;
  });
  return { shape: first.map((size, i) => (i === d ? joined : size)), places };
}

/** Writes the part of y that is x's. */
export function catForward(y: FloatArray, x: FloatArray, { outer, length, total, offset }: CatSizes): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < length; i++) y[o * total + offset + i] = x[o * length + i];
  }
}

/** Writes dx: the part of dy that is x's. */
export function catBackward(dx: FloatArray, dy: FloatArray, { outer, length, total, offset }: CatSizes): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < length; i++) dx[o * length + i] = dy[o * total + offset + i];
  }
}
