/**
 * Broadcasting, as NumPy and PyTorch do it: shapes are aligned at their last dimension, and a size of 1 is stretched to
 * the other's. A stretched dimension has stride 0: walking along it stays on the same element.
 *
 *   a (2, 3, 1)                 strides (3, 1, 0)
 *   b    (1, 4)  → (2, 3, 4)    strides (0, 0, 1)
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/notes/broadcasting.html
 */
import { formatShape, numel, type Shape, ShapeError } from './shape.js';

export interface BroadcastSizes {
  /** The shape of y. */
  readonly shape: Shape;
  /** How far a and b move for a step along each dimension of y. */
  readonly aStrides: readonly number[];
  readonly bStrides: readonly number[];
}

export function broadcastSizes(operation: string, a: Shape, b: Shape): BroadcastSizes {
  const shape = broadcastShape(operation, a, b);
  return { shape, aStrides: broadcastStrides(a, shape), bStrides: broadcastStrides(b, shape) };
}

export function broadcastShape(operation: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, d) => {
    const sizeA = a[a.length - rank + d] ?? 1;
    const sizeB = b[b.length - rank + d] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        `${operation}: ${formatShape(a)} and ${formatShape(b)} don't broadcast: ${sizeA} and ${sizeB} differ and neither is 1`,
      );
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** How far a tensor of shape `from` moves for a step along each dimension of the shape `to` that it is stretched to. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = new Array<number>(to.length).fill(0);
  let stride = 1;
  for (let d = 1; d <= from.length; d++) {
    const size = from[from.length - d];
    if (size !== 1) strides[to.length - d] = stride;
    stride *= size;
  }
  return strides;
}

/** Visits every element of `shape` in order, with the elements of a and b that it meets. */
export function forEachElement(
  { shape, aStrides, bStrides }: BroadcastSizes,
  visit: (yi: number, ai: number, bi: number) => void,
): void {
  const rank = shape.length;
  if (rank === 0) {
    visit(0, 0, 0);
    return;
  }
  const last = rank - 1;
  const rows = numel(shape.slice(0, last));
  const index = new Array<number>(last).fill(0);
  let yi = 0;
  let aRow = 0;
  let bRow = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < shape[last]; i++) visit(yi++, aRow + i * aStrides[last], bRow + i * bStrides[last]);
    // On to the next row, like an odometer: a wheel that is full goes back to 0 and turns the one before it.
    for (let d = last - 1; d >= 0; d--) {
      aRow += aStrides[d];
      bRow += bStrides[d];
      if (++index[d] < shape[d]) break;
      aRow -= aStrides[d] * shape[d];
      bRow -= bStrides[d] * shape[d];
      index[d] = 0;
    }
  }
}
