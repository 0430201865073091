import { exact } from '../budget.js';
import type { OperationCase } from '../case.js';
import { ordinary } from '../problem.js';
import { unary } from './unary.js';

export const relu: OperationCase<undefined> = {
  operation: 'relu',
  ...unary([...ordinary, 'special']),
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'idempotent'],
  linearIn: () => [['x']],
  equation: ({ x }) => ({ y: (i) => (x[i] > 0 || Number.isNaN(x[i]) ? x[i] : 0) }),
  budget: () => ({ y: exact }),
  gradientBudget: () => ({ dx: exact }),
  flops: ({ x }) => ({ forward: x.length, backward: x.length }),
};
