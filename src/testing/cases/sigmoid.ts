import { expError, gamma } from '../budget.js';
import type { OperationCase } from '../case.js';
import { unary } from './unary.js';

export const sigmoid: OperationCase<undefined> = {
  operation: 'sigmoid',
  ...unary(),
  laws: ['forward', 'backward', 'equation', 'gradient'],
  equation: ({ x }) => ({ y: (i) => 0.5 + 0.5 * Math.tanh(x[i] / 2) }),
  // y' = y·(1 − y) as a function of −x, so a relative error of e^(−x) counts y·(1 − y) times; then a sum and a quotient.
  budget: ({ given: { x }, exact: { y }, u }) => ({
    y: (i) => y[i] * (1 - y[i]) * expError(x[i], u) + 5 * u * y[i],
  }),
  gradientBudget: ({ exact: { dx }, u }) => ({ dx: (i) => (gamma(3, u) + u) * Math.abs(dx[i]) }),
  flops: ({ x }) => ({ forward: 4 * x.length, backward: 3 * x.length }),
};
