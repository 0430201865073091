import type { ReduceSizes } from '../../ops/reduce.js';
import { sumForward } from '../../ops/sum.js';
import { exact, sums } from '../budget.js';
import type { OperationCase } from '../case.js';
import { reducing, sumInto } from './reducing.js';

export const sum: OperationCase<ReduceSizes> = {
  ...reducing('sum'),
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity'],
  equation: ({ x }, s) => ({ y: (i) => sumInto(i, x, s) }),
  budget: ({ given: { x }, exact: { y }, s, u }) => ({ y: sums(y, u, (all, of) => sumForward(all, of(x), s)) }),
  gradientBudget: () => ({ dx: exact }),
};
