import { type BatchNormOptions, type BatchNormSizes, batchNorm2dSizes } from '../../ops/batchNorm2d.js';
import type { Shape } from '../../ops/shape.js';
import { type Budget, exact as exactly, gamma, rounded, sumSteps } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { capped, extents, total } from '../extents.js';
import { type Draft, type Fill, withOffsets } from '../problem.js';

interface Given {
  readonly affine: boolean;
  readonly running: boolean;
}

function layer(x: Shape, options: BatchNormOptions, { affine, running }: Given, fill?: Fill): Draft<BatchNormSizes> {
  const C = { shape: [x[1]] };
  const shapes = {
    runningMean: running ? [x[1]] : null,
    runningVar: running ? [x[1]] : null,
    weight: affine ? [x[1]] : null,
    bias: affine ? [x[1]] : null,
  };
  return {
    arrays: {
      x: { shape: x, fill },
      runningMean: running ? C : null,
      runningVar: running ? { ...C, fill: (random) => 0.25 + random() } : null,
      weight: affine ? C : null,
      bias: affine ? C : null,
    },
    sizes: () => batchNorm2dSizes(x, shapes, options),
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'N', 'C', 'H', 'W'),
      training: fc.boolean(),
      momentum: fc.constantFrom(0.1, 0.5, 0, 1),
      eps: fc.constantFrom(1e-5, 1e-3),
      affine: fc.boolean(),
      running: fc.boolean(),
    })
    .map(({ s, affine, running, ...options }) => {
      const { N, C, H, W } = capped(s, 4_000, (t) => t.N * t.C * t.H * t.W);
      // One value has no variance to train with.
      const width = N * H * W === 1 ? 2 : W;
      return layer([N, C, H, width], options, { affine, running: running || !options.training });
    });

/** Numbers that are large and lie close together: f32 loses as much of their mean as of their deviations. */
const large: Fill = (random) => 10_000 + 0.1 * (2 * random() - 1);

/** Numbers that grow, so that parts of a channel have means of their own. */
const growing: Fill = (random, i) => i / 1000 + random();

const usual: Given = { affine: true, running: true };

/** The elements of one channel. */
const channelSum = (s: BatchNormSizes, c: number, term: (i: number) => number) =>
  total(s.N, (n) => total(s.pixels, (pixel) => term((n * s.C + c) * s.pixels + pixel)));

const channelOf = (s: BatchNormSizes, i: number) => Math.floor(i / s.pixels) % s.C;

export const batchNorm2d: OperationCase<BatchNormSizes> = {
  operation: 'batchNorm2d',
  forward: { writes: ['y', 'mean', 'invStd', 'runningMean', 'runningVar'], reads: ['x', 'weight', 'bias'] },
  backward: { writes: ['dx', 'dweight', 'dbias'], reads: ['dy', 'x', 'weight', 'mean', 'invStd'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'linearity', 'moments'],
  linearIn: (s) =>
    s.training
      ? [['weight', 'bias']]
      : [
          ['x', 'bias'],
          ['weight', 'bias'],
        ],

  drafts,
  kinds: withOffsets,
  named: {
    training: layer([2, 8, 7, 7], { training: true }, usual),
    evaluation: layer([2, 8, 7, 7], {}, usual),
    'two values': layer([2, 1, 1, 1], { training: true }, usual),
    'a large batch': layer([33, 3, 4, 4], { training: true }, usual),
    'two parts, one longer by a value': layer([1, 1, 683, 3], { training: true }, usual, growing),
    'a large mean': layer([2, 3, 5, 7], { training: true }, usual, large),
    'a large mean of two parts': layer([1, 1, 683, 3], { training: true }, usual, large),
    'equal numbers': layer([1, 1, 3, 3], { training: true }, usual, () => 100),
    'channels of thousands': layer([2, 2, 57, 59], { training: true }, usual, growing),
  },
  layers: {
    'ResNet-18 stem, training, batch 8': layer([8, 64, 112, 112], { training: true }, usual),
    'ResNet-18 64 channels, training, batch 8': layer([8, 64, 56, 56], { training: true }, usual),
    'ResNet-18 64 channels, evaluation, batch 8': layer([8, 64, 56, 56], {}, usual),
    'ResNet-18 128 channels, training, batch 8': layer([8, 128, 28, 28], { training: true }, usual),
    'ResNet-18 256 channels, training, batch 8': layer([8, 256, 14, 14], { training: true }, usual),
    'ResNet-18 512 channels, training, batch 8': layer([8, 512, 7, 7], { training: true }, usual),
    'GoogLeNet conv3, training, batch 8': layer([8, 192, 56, 56], { training: true, eps: 1e-3 }, usual),
    'GoogLeNet 3a, 1x1, training, batch 8': layer([8, 64, 28, 28], { training: true, eps: 1e-3 }, usual),
  },

  outputs: ({ x }, s) => ({ y: x.length, mean: s.C, invStd: s.C }),
  equation({ x, weight, bias, runningMean, runningVar }, s) {
    const M = s.N * s.pixels;
    const batchMean = (c: number) => channelSum(s, c, (i) => x[i]) / M;
    const deviations = Array.from({ length: s.C }, (_, c) => {
      const mu = batchMean(c);
      return channelSum(s, c, (i) => (x[i] - mu) ** 2);
    });
    const mean = Array.from({ length: s.C }, (_, c) => (s.training ? batchMean(c) : runningMean[c]));
    const invStd = deviations.map((sum, c) => ((s.training ? sum / M : runningVar[c]) + s.eps) ** -0.5);
    const moved = (old: number, batch: number) => (s.training ? old + s.momentum * (batch - old) : old);
    return {
      y(i) {
        const c = channelOf(s, i);
        return (weight?.[c] ?? 1) * (x[i] - mean[c]) * invStd[c] + (bias?.[c] ?? 0);
      },
      mean: (c) => mean[c],
      invStd: (c) => invStd[c],
      runningMean: (c) => moved(runningMean[c], batchMean(c)),
      runningVar: (c) => moved(runningVar[c], deviations[c] / (M - 1)),
    };
  },

  /*
   * In evaluation: four roundings make invStd (a sum, a root, a reciprocal), and scale·x + (bias − mean·scale) may take
   * the place of scale·(x − mean) + bias, so |x| + |mean| stands where x − mean did.
   *
   * In training, the mean has two parts, a centre of f32 and the mean of the deviations from it. The centre is within 3·u of the
   * mean, and sums of M terms meet L = sumSteps(M) + 6 roundings (`sumSteps`). With the mean deviation Σ|x − mean| / M = a,
   *   - d = |computed mean − mean| ≤ γ_L · (a + 3·u·|mean|),
   *   - the variance is within v = γ_L · (√var + 3·u·|mean|)² + d² (Chan, Golub & LeVeque, "Algorithms for Computing the
   *     Sample Variance" (1983): two passes or Welford's updates; Σx² − mean² is worse, and too bad),
   *   - so invStd is relatively within r = v / (var + eps), as long as that is below ½,
   *   - and y moves by weight · invStd · d and by weight · x̂ · r.
   * Numbers that are all equal are their own mean: they and the centre are multiples of one step of f32, of which sums are exact.
   * There d = v = 0.
   */
  budget({ given: { x, weight, bias, runningMean, runningVar }, exact: { y, mean, invStd, ...running }, s, u }) {
    const M = s.N * s.pixels;
    const L = sumSteps(M) + 6;
    const far = mean.map((mu) => 3 * u * Math.abs(mu)); // from the centre
    const spread = mean.map((mu, c) => (s.training ? channelSum(s, c, (i) => Math.abs(x[i] - mu)) / M : 0));
    const d = spread.map((a, c) => (a > 0 ? gamma(L, u) * (a + far[c]) : 0));
    const variance = invStd.map((inv) => Math.max(0, inv ** -2 - s.eps));
    const v = spread.map((a, c) => {
      if (a === 0) return 0;
      return gamma(L, u) * (Math.sqrt(variance[c]) + far[c]) ** 2 + d[c] ** 2;
    });
    const r = v.map((error, c) => {
      const relative = error * invStd[c] ** 2;
      return (relative < 0.5 ? relative : Number.POSITIVE_INFINITY) + 5 * u;
    });
    const moving = (before: Float64Array, after: Float64Array, error: (c: number) => number): Budget =>
      s.training
        ? (c) =>
            s.momentum * error(c) +
            gamma(5, u) * (Math.abs(before[c]) + Math.abs(after[c] - (1 - s.momentum) * before[c]))
        : exactly;
    return {
      y(i) {
        const c = channelOf(s, i);
        const scale = Math.abs(weight?.[c] ?? 1) * invStd[c];
        const shift = Math.abs(bias?.[c] ?? 0);
        return (
          scale * (d[c] + Math.abs(x[i] - mean[c]) * r[c]) +
          gamma(8, u) *
            (scale * (s.training ? Math.abs(x[i] - mean[c]) + far[c] : Math.abs(x[i]) + Math.abs(mean[c])) + shift) +
          u * Math.abs(y[i])
        );
      },
      mean: s.training ? (c) => d[c] + u * Math.abs(mean[c]) : exactly,
      invStd: (c) => invStd[c] * (r[c] + u),
      ...(running.runningMean && {
        runningMean: moving(runningMean, running.runningMean, (c) => d[c] + u * Math.abs(mean[c])),
        runningVar: moving(runningVar, running.runningVar, (c) => (v[c] * M) / (M - 1)),
      }),
    };
  },

  /*
   * In training, the true mean is mean + rest, where rest = Σ(x − mean) / M is found again. With L = sumSteps(M) + 8 roundings,
   *   - rest is within γ_L · (a + |rest|) of the truth, where a = Σ|x − true mean| / M,
   *   - so Σ((x − mean)·dy) − rest · Σdy is within γ_L of Σ(|x − true mean| + 2·|rest|)·|dy| and of (a + |rest|)·Σ|dy|,
   *   - and likewise x̂, with (|x − true mean| + |rest|) and (a + |rest|).
   * In evaluation, rest = a = 0.
   */
  gradientBudget({ given: { dy, x, weight, mean, invStd }, exact: { dx, dweight, dbias }, s, u }) {
    const M = s.N * s.pixels;
    const rest = mean.map((mu, c) => (s.training ? channelSum(s, c, (i) => x[i] - mu) / M : 0));
    const truth = mean.map((mu, c) => mu + rest[c]);
    const uncertain = truth.map((mu, c) =>
      s.training ? channelSum(s, c, (i) => Math.abs(x[i] - mu)) / M + 3 * Math.abs(rest[c]) : 0,
    );
    const xhat = (i: number, c: number) => (Math.abs(x[i] - truth[c]) + uncertain[c]) * invStd[c];
    const sumDy = mean.map((_, c) => channelSum(s, c, (i) => Math.abs(dy[i])));
    const sumXhatDy = mean.map((_, c) => channelSum(s, c, (i) => xhat(i, c) * Math.abs(dy[i])));
    const magnitude = dy.map((g, i) => {
      const c = channelOf(s, i);
      const through = s.training ? (sumDy[c] + xhat(i, c) * sumXhatDy[c]) / M : 0;
      return Math.abs(weight?.[c] ?? 1) * invStd[c] * (Math.abs(g) + through);
    });
    return {
      dx: rounded(dx, u, s.training ? sumSteps(M) + 8 : 2, magnitude),
      ...(dweight && {
        dweight: rounded(dweight, u, sumSteps(M) + (s.training ? 8 : 3), sumXhatDy),
        dbias: rounded(dbias, u, sumSteps(M), sumDy),
      }),
    };
  },
  flops: ({ x }, s) => ({ forward: (s.training ? 8 : 2) * x.length, backward: (s.training ? 12 : 6) * x.length }),
};
