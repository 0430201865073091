import { expError } from '../budget.js';
import type { OperationCase } from '../case.js';
import { unary } from './unary.js';

export const tanh: OperationCase<undefined> = {
  operation: 'tanh',
  ...unary(),
  laws: ['forward', 'backward', 'equation', 'gradient'],
  equation: ({ x }) => ({ y: (i) => Math.sign(x[i]) * (1 - 2 / (Math.exp(2 * Math.abs(x[i])) + 1)) }),
  // From e^x and e^(−x), a relative error of either counts (1 − y²) / 2 times; then a difference, a sum and a quotient.
  // It may also be made from e^(2x), whose error counts as much, and 1 − y then rounds at 1.
  budget: ({ given: { x }, exact: { y }, u }) => ({
    y: (i) => (1 - y[i] ** 2) * expError(2 * x[i], u) + 5 * u,
  }),
  // y² is rounded at its own size before 1 − y² is taken.
  gradientBudget: ({ given: { dy, y }, u }) => ({
    dx: (i) => u * (2 * y[i] ** 2 + 4 * (1 - y[i] ** 2)) * Math.abs(dy[i]),
  }),
  flops: ({ x }) => ({ forward: 6 * x.length, backward: 3 * x.length }),
};
