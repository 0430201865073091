/** Reductions read broadcasting backwards: along a reduced dimension y has stride 0, so many x meet the same y. */
import { broadcastStrides, forEachElement } from './broadcast.js';
import { normalizeDim, numel, type Shape, ShapeError } from './shape.js';

export interface ReduceSizes {
  /** The shape of x. */
  readonly shape: Shape;
  /** The shape of y: without the reduced dimensions, or with size 1 there (`keepdim`). */
  readonly reduced: Shape;
  /** How far y moves for a step along each dimension of x. */
  readonly yStrides: readonly number[];
  /** How many x meet one y. */
  readonly count: number;
}

/** `dim`: one dimension, several, or undefined (as in PyTorch: or none, []) for all of them. */
export function reduceSizes(
  operation: string,
  x: Shape,
  dim: number | readonly number[] | undefined,
  keepdim: boolean,
): ReduceSizes {
  const all = x.map((_, d) => d);
  const isAll = dim === undefined || (Array.isArray(dim) && dim.length === 0);
  const dims = isAll ? all : [dim].flat().map((d) => normalizeDim(operation, d, x.length));
  if (new Set(dims).size !== dims.length) throw new ShapeError(`${operation}: dim [${dims}] names a dimension twice`);
  const kept = x.map((size, d) => (dims.includes(d) ? 1 : size));
  const reduced = keepdim ? kept : x.filter((_, d) => !dims.includes(d));
  return { shape: x, reduced, yStrides: broadcastStrides(kept, x), count: numel(x) / numel(kept) };
}

/** Visits every x with the y that it is summed into. */
export function forEachReduced(s: ReduceSizes, visit: (xi: number, yi: number) => void): void {
  forEachElement({ shape: s.shape, aStrides: s.yStrides, bStrides: s.yStrides }, visit);
}
