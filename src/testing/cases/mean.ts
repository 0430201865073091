import type { ReduceSizes } from '../../ops/reduce.js';
import { sumForward } from '../../ops/sum.js';
import { rounded, sumSteps } from '../budget.js';
import type { OperationCase } from '../case.js';
import { reducing, sumInto } from './reducing.js';

export const mean: OperationCase<ReduceSizes> = {
  ...reducing('mean'),
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity'],
  equation: ({ x }, s) => ({ y: (i) => sumInto(i, x, s) / s.count }),
  // count − 1 additions and a division (WGSL: 2.5 ULP).
  budget({ given: { x }, exact: { y }, s, u }) {
    const magnitude = new Float64Array(y.length);
    sumForward(magnitude, x.map(Math.abs), s);
    return {
      y: rounded(
        y,
        u,
        sumSteps(s.count) + 2,
        magnitude.map((all) => all / s.count),
      ),
    };
  },
  gradientBudget: ({ exact: { dx }, u }) => ({ dx: rounded(dx, u, 3) }),
};
