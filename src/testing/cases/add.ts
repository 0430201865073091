import { addBackward } from '../../ops/add.js';
import type { BroadcastSizes } from '../../ops/broadcast.js';
import { rounded, sums } from '../budget.js';
import type { OperationCase } from '../case.js';
import { broadcasting, seen } from './broadcasting.js';

export const add: OperationCase<BroadcastSizes> = {
  ...broadcasting('add'),
  forward: { writes: ['y'], reads: ['a', 'b'] },
  backward: { writes: ['da', 'db'], reads: ['dy'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'alias'],
  linearIn: () => [['a', 'b']],
  equation: ({ a, b }, s) => ({
    y(i) {
      const [ai, bi] = seen(i, s);
      return a[ai] + b[bi];
    },
  }),
  budget: ({ exact: { y }, u }) => ({ y: rounded(y, u, 1) }),
  gradientBudget: ({ given: { dy }, exact: { da, db }, s, u }) => ({
    da: sums(da, u, (sum, of) => addBackward(sum, null, of(dy), s)),
    db: sums(db, u, (sum, of) => addBackward(null, sum, of(dy), s)),
  }),
};
