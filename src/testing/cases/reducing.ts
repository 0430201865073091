/** What the cases of sum and mean share: a shape, and the dimensions that go. */

import { type ReduceSizes, reduceSizes } from '../../ops/reduce.js';
import { numel, type Shape } from '../../ops/shape.js';
import type { Arrays, FastCheck } from '../case.js';
import { shape } from '../extents.js';
import { type Draft, type Fill, withOffsets } from '../problem.js';

export function reducing(operation: 'sum' | 'mean') {
  const reduction = (x: Shape, dim: number[] | undefined, keepdim = false, fill?: Fill): Draft<ReduceSizes> => ({
    arrays: { x: { shape: x, fill } },
    sizes: () => reduceSizes(operation, x, dim, keepdim),
  });
  const drafts = (fc: FastCheck) =>
    shape(fc).chain((x) =>
      fc
        .record({ dims: fc.subarray([...x.keys()]), all: fc.boolean(), keepdim: fc.boolean() })
        .map(({ dims, all, keepdim }) => reduction(x, all ? undefined : dims, keepdim)),
    );
  return {
    operation,
    forward: { writes: ['y'], reads: ['x'] },
    backward: { writes: ['dx'], reads: ['dy'] },
    drafts,
    kinds: [...withOffsets, 'scaled', 'denormal'],
    named: {
      'all of 17': reduction([17], undefined),
      'every channel': reduction([2, 3, 5, 7], [0, 2, 3]),
      rows: reduction([4, 33], [1]),
      columns: reduction([33, 4], [0]),
      'all of thousands': reduction([5003], undefined),
      'a hundred thousand equal numbers': reduction([100_003], undefined, false, () => 0.1),
      'columns of thousands': reduction([3001, 3], [0]),
    },
    layers: { 'every channel, batch 64': reduction([64, 16, 12, 12], [0, 2, 3]) },
    outputs: (_: Arrays, s: ReduceSizes) => ({ y: numel(s.reduced) }),
    linearIn: () => [['x']],
    flops: ({ x }: Readonly<Record<string, ArrayLike<number>>>) => ({ forward: x.length, backward: x.length }),
  } as const;
}

/** The sum of every x whose coordinates, without the reduced ones, are those of element i of y. */
export function sumInto(i: number, x: Float64Array, s: ReduceSizes): number {
  let sum = 0;
  for (let xi = 0; xi < x.length; xi++) {
    let yi = 0;
    for (let d = s.shape.length - 1, rest = xi; d >= 0; d--) {
      yi += (rest % s.shape[d]) * s.yStrides[d];
      rest = Math.floor(rest / s.shape[d]);
    }
    if (yi === i) sum += x[xi];
  }
  return sum;
}
