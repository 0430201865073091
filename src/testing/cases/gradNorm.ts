import type { Shape } from '../../ops/shape.js';
import { gamma, sumSteps } from '../budget.js';
import type { OperationCase } from '../case.js';
import { shape, total } from '../extents.js';
import type { Draft } from '../problem.js';

function squared(dparam: Shape): Draft<undefined> {
  return {
    arrays: { squares: { shape: [1], fill: (random) => random() }, dparam: { shape: dparam } },
    sizes: () => undefined,
  };
}

export const gradNorm: OperationCase<undefined> = {
  operation: 'gradNorm',
  forward: { writes: ['squares'], reads: ['dparam'] },
  laws: ['forward', 'equation'],

  drafts: (fc) => fc.oneof(shape(fc), fc.constantFrom([15], [16], [17], [100])).map(squared),
  named: {
    'MNIST net, conv1': squared([10, 1, 5, 5]),
    'one number': squared([1]),
    'thousands of numbers': squared([5003]),
  },
  layers: { 'ResNet-18 512 channels': squared([512, 512, 3, 3]) },

  outputs: () => ({}),
  equation: ({ squares, dparam }) => ({ squares: () => squares[0] + total(dparam.length, (i) => dparam[i] ** 2) }),
  // A sum of positive products.
  budget: ({ given: { dparam }, exact: { squares }, u }) => ({
    squares: () => (gamma(sumSteps(dparam.length) + 2, u) + u) * squares[0],
  }),
  flops: ({ dparam }) => ({ forward: 2 * dparam.length, backward: 0 }),
};
