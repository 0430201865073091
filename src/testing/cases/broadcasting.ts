/** What the cases of add, sub, mul and div share: two shapes that broadcast. */
import type { Arbitrary } from 'fast-check';
import { type BroadcastSizes, broadcastSizes } from '../../ops/broadcast.js';
import { numel, type Shape } from '../../ops/shape.js';
import type { Arrays, FastCheck } from '../case.js';
import { shape } from '../extents.js';
import type { Draft, Fill } from '../problem.js';

type Name = 'add' | 'sub' | 'mul' | 'div';

/** A shape that stretches to `to`: leading dimensions left out, others shrunk to 1. */
function stretching(fc: FastCheck, to: Shape): Arbitrary<Shape> {
  const dims = fc.record({
    from: fc.constantFrom(0, 0, ...to.keys()),
    ones: fc.array(fc.constantFrom(false, false, true), { minLength: to.length, maxLength: to.length }),
  });
  return dims.map(({ from, ones }) => to.map((size, d) => (ones[d] ? 1 : size)).slice(from));
}

export function broadcasting(operation: Name, fill?: { b: Fill }) {
  const pair = (a: Shape, b: Shape): Draft<BroadcastSizes> => ({
    arrays: { a: { shape: a }, b: { shape: b, fill: fill?.b } },
    sizes: () => broadcastSizes(operation, a, b),
  });
  const drafts = (fc: FastCheck) =>
    shape(fc)
      .chain((to) => fc.tuple(stretching(fc, to), stretching(fc, to)))
      .map(([a, b]) => pair(a, b));
  return {
    operation,
    drafts,
    named: {
      'residual connection': pair([2, 16, 4, 4], [2, 16, 4, 4]),
      'a row for every row': pair([4, 17], [17]),
      'a number': pair([2, 3, 5], []),
      'outer product': pair([9, 1], [1, 8]),
      'four dimensions, stretched in turn': pair([2, 1, 3, 1], [4, 1, 5]),
      'a row for thousands of rows': pair([5000, 10], [10]),
      'a number for thousands': pair([3, 3001], []),
    },
    layers: { 'residual connection, batch 64': pair([64, 16, 12, 12], [64, 16, 12, 12]) },
    outputs: (_: Arrays, s: BroadcastSizes) => ({ y: numel(s.shape) }),
    flops: (_: unknown, s: BroadcastSizes) => ({ forward: numel(s.shape), backward: 2 * numel(s.shape) }),
  } as const;
}

/** The elements of a and b that element i of y sees. A dimension of stride 0 is stretched. */
export function seen(i: number, { shape: sizes, aStrides, bStrides }: BroadcastSizes): [number, number] {
  let [ai, bi] = [0, 0];
  for (let d = sizes.length - 1, rest = i; d >= 0; d--) {
    ai += (rest % sizes[d]) * aStrides[d];
    bi += (rest % sizes[d]) * bStrides[d];
    rest = Math.floor(rest / sizes[d]);
  }
  return [ai, bi];
}
