import { type LinearSizes, linearBackward, linearForward, linearSizes } from '../../ops/linear.js';
import { sums, sumsOfProducts } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { capped, extents, total, unravel } from '../extents.js';
import { type Draft, type Fill, withScales } from '../problem.js';

function layer(N: number, I: number, O: number, hasBias = true, fill?: Fill): Draft<LinearSizes> {
  const [x, weight, bias] = [[N, I], [O, I], hasBias ? [O] : null];
  return {
    arrays: { x: { shape: x, fill }, weight: { shape: weight }, bias: bias && { shape: bias } },
    sizes: () => linearSizes(x, weight, bias),
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'N', 'I', 'O'),
      tall: fc.constantFrom(1, 1, 1, 4, 7),
      empty: fc.constantFrom('', '', '', '', '', 'N', 'I'),
      hasBias: fc.boolean(),
    })
    .map(({ s, tall, empty, hasBias }) => {
      const { N, I, O } = capped({ ...s, I: s.I * tall }, 20_000, (t) => t.N * t.I * t.O);
      return layer(empty === 'N' ? 0 : N, empty === 'I' ? 0 : I, O, hasBias);
    });

export const linear: OperationCase<LinearSizes> = {
  operation: 'linear',
  forward: { writes: ['y'], reads: ['x', 'weight', 'bias'] },
  backward: { writes: ['dx', 'dweight', 'dbias'], reads: ['dy', 'x', 'weight'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'notFinite'],
  linearIn: () => [
    ['x', 'bias'],
    ['weight', 'bias'],
  ],

  drafts,
  kinds: withScales,
  named: {
    'MNIST net, fc': layer(4, 320, 10),
    'Inception net, fc': layer(2, 1408, 10),
    'one number': layer(1, 1, 1),
    'thousands of rows': layer(9001, 1, 2),
  },
  layers: {
    'MNIST net, fc, batch 64': layer(64, 320, 10),
    'Inception net, fc, batch 64': layer(64, 1408, 10),
    'MLP 784 → 512, batch 64': layer(64, 784, 512),
    'ResNet-18, fc': layer(16, 512, 1000),
  },

  outputs: (_, s) => ({ y: s.N * s.O }),
  equation: ({ x, weight, bias }, { N, I, O }) => ({
    y(at) {
      const [n, o] = unravel(at, N, O);
      return (bias?.[o] ?? 0) + total(I, (i) => weight[o * I + i] * x[n * I + i]);
    },
  }),
  budget: ({ given: { x, weight, bias }, exact: { y }, s, u }) => ({
    y: sumsOfProducts(y, u, (sum, of) => linearForward(sum, of(x), of(weight), of(bias), s)),
  }),
  gradientBudget: ({ given: { dy, x, weight }, exact: { dx, dweight, dbias }, s, u }) => ({
    dx: sumsOfProducts(dx, u, (sum, of) => linearBackward(sum, null, null, of(dy), of(x), of(weight), s)),
    dweight: sumsOfProducts(dweight, u, (sum, of) => linearBackward(null, sum, null, of(dy), of(x), of(weight), s)),
    ...(dbias && {
      dbias: sums(dbias, u, (sum, of) => linearBackward(null, null, sum, of(dy), x, weight, s)),
    }),
  }),
  flops: (_, { N, I, O }) => ({ forward: 2 * N * I * O, backward: 4 * N * I * O }),
};
