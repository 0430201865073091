import type { ClipSizes } from '../../ops/gradNorm.js';
import type { Shape } from '../../ops/shape.js';
import { rounded } from '../budget.js';
import type { OperationCase } from '../case.js';
import { shape } from '../extents.js';
import type { Draft } from '../problem.js';

/** `squares` is the square of a norm of 0 … 4, so that it is clipped sometimes. */
function clip(dparam: Shape, maxNorm: number): Draft<ClipSizes> {
  return {
    arrays: { dparam: { shape: dparam }, squares: { shape: [1], fill: (random) => 16 * random() ** 2 } },
    sizes: () => ({ maxNorm }),
  };
}

export const clipGrad: OperationCase<ClipSizes> = {
  operation: 'clipGrad',
  forward: { writes: ['dparam'], reads: ['squares'] },
  laws: ['forward', 'equation'],

  drafts: (fc) => fc.tuple(shape(fc), fc.constantFrom(1, 0.1, 3)).map(([dparam, maxNorm]) => clip(dparam, maxNorm)),
  named: { 'MNIST net, conv1': clip([10, 1, 5, 5], 1), 'one number': clip([1], 0.5) },
  layers: { 'ResNet-18 512 channels': clip([512, 512, 3, 3], 1) },

  outputs: () => ({}),
  equation: ({ dparam, squares }, { maxNorm }) => ({
    dparam: (i) => dparam[i] * Math.min(1, maxNorm / (Math.sqrt(squares[0]) + 1e-6)),
  }),
  // A root, a sum, a quotient and a product. Near the threshold the scale is 1 within them.
  budget: ({ exact: { dparam }, u }) => ({ dparam: rounded(dparam, u, 8) }),
  flops: ({ dparam }) => ({ forward: dparam.length, backward: 0 }),
};
