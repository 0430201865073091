import { type MatmulSizes, matmulBackward, matmulForward, matmulSizes } from '../../ops/matmul.js';
import { numel, type Shape } from '../../ops/shape.js';
import { sumsOfProducts } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { capped, extents, total, unravel } from '../extents.js';
import { type Draft, withScales } from '../problem.js';

function product(a: Shape, b: Shape): Draft<MatmulSizes> {
  return { arrays: { a: { shape: a }, b: { shape: b } }, sizes: () => matmulSizes(a, b) };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'M', 'K', 'N'),
      vector: fc.constantFrom('', '', '', '', 'a', 'b'),
      empty: fc.constantFrom('', '', '', '', '', 'M', 'K'),
      // Batches of both, of one only, stretched, and stretched on both sides.
      batches: fc.constantFrom<[Shape, Shape]>(
        [[], []],
        [[], []],
        [[2], [2]],
        [[3], []],
        [[], [2]],
        [
          [2, 1],
          [1, 3],
        ],
        [[1], [4]],
      ),
    })
    .map(({ s, vector, empty, batches: [aBatch, bBatch] }) => {
      const full = capped(s, 5_000, (t) => t.M * t.K * t.N);
      const { M, K, N } = { ...full, M: empty === 'M' ? 0 : full.M, K: empty === 'K' ? 0 : full.K };
      return product(vector === 'a' ? [K] : [...aBatch, M, K], vector === 'b' ? [K] : [...bBatch, K, N]);
    });

export const matmul: OperationCase<MatmulSizes> = {
  operation: 'matmul',
  forward: { writes: ['y'], reads: ['a', 'b'] },
  backward: { writes: ['da', 'db'], reads: ['dy', 'a', 'b'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'notFinite'],
  linearIn: () => [['a'], ['b']],

  drafts,
  kinds: withScales,
  named: {
    'two by two': product([2, 2], [2, 2]),
    'a long sum': product([2, 9001], [9001, 3]),
    'rows of 17': product([5, 17], [17, 33]),
    'more rows than a small tile has': product([37, 9], [9, 5]),
  },
  layers: {
    'square of 256': product([256, 256], [256, 256]),
    'batch of 16, square of 64': product([16, 64, 64], [16, 64, 64]),
  },

  outputs: (_, s) => ({ y: numel(s.shape) }),
  equation: ({ a, b }, { M, K, N, aOffsets, bOffsets }) => ({
    y(at) {
      const [batch, m, n] = unravel(at, aOffsets.length, M, N);
      return total(K, (k) => a[aOffsets[batch] + m * K + k] * b[bOffsets[batch] + k * N + n]);
    },
  }),
  budget: ({ given: { a, b }, exact: { y }, s, u }) => ({
    y: sumsOfProducts(y, u, (sum, of) => matmulForward(sum, of(a), of(b), s)),
  }),
  gradientBudget: ({ given: { dy, a, b }, exact: { da, db }, s, u }) => ({
    da: sumsOfProducts(da, u, (sum, of) => matmulBackward(sum, null, of(dy), of(a), of(b), s)),
    db: sumsOfProducts(db, u, (sum, of) => matmulBackward(null, sum, of(dy), of(a), of(b), s)),
  }),
  flops(_, { M, K, N, aOffsets }) {
    const forward = 2 * aOffsets.length * M * K * N;
    return { forward, backward: 2 * forward };
  },
};
