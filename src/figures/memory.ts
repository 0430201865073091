/** Where an entry of a tensor is in memory, which is one long row: row-major, as everywhere in this package. */
import { numel, type Shape } from '../ops/shape.js';

/** How many entries further the next one of each dimension lies: (784, 784, 28, 1) for (N, 1, 28, 28). PyTorch's `x.stride()`. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, d) => numel(shape.slice(d + 1)));
}

/** `placeOf` the other way round: the number of the entry at a place. */
export function indexOf(place: readonly number[], shape: Shape): number {
  const strides = stridesOf(shape);
  return place.reduce((index, at, d) => index + at * strides[d], 0);
}
