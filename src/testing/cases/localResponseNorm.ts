import {
  type LocalResponseNormOptions,
  type LocalResponseNormSizes,
  localResponseNormSizes,
} from '../../ops/localResponseNorm.js';
import type { Shape } from '../../ops/shape.js';
import { expError, gamma, logError } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { capped, extents, total } from '../extents.js';
import type { Draft, Fill } from '../problem.js';

function layer(
  x: Shape,
  size: number,
  options: LocalResponseNormOptions = {},
  fill?: Fill,
): Draft<LocalResponseNormSizes> {
  return { arrays: { x: { shape: x, fill } }, sizes: () => localResponseNormSizes(x, size, options) };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'N', 'C', 'H', 'W'),
      size: fc.constantFrom(1, 2, 3, 4, 5, 9),
      alpha: fc.constantFrom(1, 1e-4, 0.5),
      beta: fc.constantFrom(0.75, 1, 0.5),
      k: fc.constantFrom(1, 2),
    })
    .map(({ s, size, ...options }) => {
      const { N, C, H, W } = capped(s, 2_000, (t) => t.N * t.C * t.H * t.W);
      return layer([N, C, H, W], size, options);
    });

/** The channels that channel c's D looks at: `size` of them around it, one more before than after if that is even. */
function neighbours(c: number, { C, size }: LocalResponseNormSizes): number[] {
  const before = Math.floor(size / 2);
  return Array.from({ length: size }, (_, j) => c - before + j).filter((j) => j >= 0 && j < C);
}

/** D of element i. */
function strength(x: Float64Array, i: number, s: LocalResponseNormSizes): number {
  const c = Math.floor(i / s.pixels) % s.C;
  return s.k + (s.alpha / s.size) * neighbours(c, s).reduce((sum, j) => sum + x[i + (j - c) * s.pixels] ** 2, 0);
}

/** Relative error of D^(−power) = e^(−power · log D): that of D, a sum of positive terms, and of the logarithm count
 *  `power` times, and then e^… has its own. */
function powerError(D: number, power: number, s: LocalResponseNormSizes, u: number): number {
  const log = Math.log(D);
  return power * (gamma(s.size + 4, u) + logError(log, u)) + expError(power * log, u);
}

export const localResponseNorm: OperationCase<LocalResponseNormSizes> = {
  operation: 'localResponseNorm',
  forward: { writes: ['y'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy', 'x'] },
  laws: ['forward', 'backward', 'equation', 'gradient'],

  drafts,
  named: {
    AlexNet: layer([1, 12, 5, 5], 5),
    'a strong response': layer([1, 8, 3, 3], 3, { alpha: 2, beta: 0.75, k: 1 }),
    // Of D beyond 2^±64, f32 lacks what is made of it, unless a kernel is careful.
    'D is very large': layer([2, 6, 1, 3], 3, { alpha: 1 }, (random) => 2 ** 40 * (2 * random() - 1)),
    'D is very small': layer([2, 6, 1, 3], 4, { alpha: 8e-20, k: 1e-21 }),
  },
  layers: { 'AlexNet, conv1': layer([1, 96, 55, 55], 5) },

  outputs: ({ x }) => ({ y: x.length }),
  equation: ({ x }, s) => ({ y: (i) => x[i] / strength(x, i, s) ** s.beta }),
  budget: ({ given: { x }, exact: { y }, s, u }) => ({
    y: (i) => Math.abs(y[i]) * (powerError(strength(x, i, s), s.beta, s, u) + 3 * u),
  }),
  // Every term of dx carries the error of its own power, and the sum of size + 1 of them theirs.
  gradientBudget({ given: { dy, x }, exact: { dx }, s, u }) {
    const D = x.map((_, i) => strength(x, i, s));
    const error = (i: number, power: number) => powerError(D[i], power, s, u) + gamma(s.size + 6, u);
    return {
      dx(i) {
        const c = Math.floor(i / s.pixels) % s.C;
        const seenBy = Array.from({ length: s.C }, (_, other) => other).filter((other) =>
          neighbours(other, s).includes(c),
        );
        const through = seenBy.map((other) => i + (other - c) * s.pixels);
        const own = D[i] ** -s.beta * Math.abs(dy[i]) * error(i, s.beta);
        const scale = ((2 * s.alpha * s.beta) / s.size) * Math.abs(x[i]);
        const others = total(through.length, (t) => {
          const at = through[t];
          return Math.abs(x[at] * dy[at]) * D[at] ** (-s.beta - 1) * error(at, s.beta + 1);
        });
        return own + scale * others + u * Math.abs(dx[i]);
      },
    };
  },
  flops: ({ x }, s) => ({ forward: x.length * (2 * s.size + 2), backward: x.length * (7 * s.size + 2) }),
};
