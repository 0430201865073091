import type { BroadcastSizes } from '../../ops/broadcast.js';
import { divBackward } from '../../ops/div.js';
import { rounded, sumsOfProducts } from '../budget.js';
import type { OperationCase } from '../case.js';
import { broadcasting, seen } from './broadcasting.js';

export const div: OperationCase<BroadcastSizes> = {
  ...broadcasting('div', { b: (random) => (random() < 0.5 ? -1 : 1) * (0.5 + random()) }),
  forward: { writes: ['y'], reads: ['a', 'b'] },
  backward: { writes: ['da', 'db'], reads: ['dy', 'a', 'b'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity'],
  linearIn: () => [['a']],
  equation: ({ a, b }, s) => ({
    y(i) {
      const [ai, bi] = seen(i, s);
      return a[ai] / b[bi];
    },
  }),
  // WGSL divides to 2.5 ULP.
  budget: ({ exact: { y }, u }) => ({ y: rounded(y, u, 3) }),
  // A term may be made in two divisions, and the square of b.
  gradientBudget: ({ given: { dy, a, b }, exact: { da, db }, s, u }) => ({
    da: sumsOfProducts(da, u, (sum, of) => divBackward(sum, null, of(dy), of(a), of(b), s), 6),
    db: sumsOfProducts(db, u, (sum, of) => divBackward(null, sum, of(dy), of(a), of(b), s), 6),
  }),
};
