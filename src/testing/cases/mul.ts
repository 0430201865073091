import type { BroadcastSizes } from '../../ops/broadcast.js';
import { mulBackward } from '../../ops/mul.js';
import { rounded, sumsOfProducts } from '../budget.js';
import type { OperationCase } from '../case.js';
import { broadcasting, seen } from './broadcasting.js';

export const mul: OperationCase<BroadcastSizes> = {
  ...broadcasting('mul'),
  forward: { writes: ['y'], reads: ['a', 'b'] },
  backward: { writes: ['da', 'db'], reads: ['dy', 'a', 'b'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity'],
  linearIn: () => [['a'], ['b']],
  equation: ({ a, b }, s) => ({
    y(i) {
      const [ai, bi] = seen(i, s);
      return a[ai] * b[bi];
    },
  }),
  budget: ({ exact: { y }, u }) => ({ y: rounded(y, u, 1) }),
  gradientBudget: ({ given: { dy, a, b }, exact: { da, db }, s, u }) => ({
    da: sumsOfProducts(da, u, (sum, of) => mulBackward(sum, null, of(dy), of(a), of(b), s)),
    db: sumsOfProducts(db, u, (sum, of) => mulBackward(null, sum, of(dy), of(a), of(b), s)),
  }),
};
