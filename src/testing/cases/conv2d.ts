import { type Conv2dOptions, type Conv2dSizes, conv2dBackward, conv2dForward, conv2dSizes } from '../../ops/conv2d.js';
import type { Shape } from '../../ops/shape.js';
import { sums, sumsOfProducts } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { batch, capped, extents, pairs, unravel, windowDirection } from '../extents.js';
import { type Draft, withScales } from '../problem.js';
import { winogradInputGradient, winogradOutput, winogradWeightGradient } from '../winograd.js';

/** `K`: a square kernel's size, or [height, width]. */
function layer(
  x: Shape,
  C_out: number,
  K: number | readonly [number, number],
  options: Conv2dOptions = {},
  hasBias = true,
): Draft<Conv2dSizes> {
  const weight = [C_out, x[1] / (options.groups ?? 1), ...(typeof K === 'number' ? [K, K] : K)];
  const bias = hasBias ? [C_out] : null;
  return {
    arrays: { x: { shape: x }, weight: { shape: weight }, bias: bias && { shape: bias } },
    options,
    sizes: () => conv2dSizes(x, weight, bias, options),
  };
}

/** Of others, no sum may be taken apart: what isn't finite would spoil its neighbours. */
const areFinite = (...arrays: Float64Array[]) => arrays.every((array) => array.every(Number.isFinite));

/** More than any tap reaches without dilation, so that the outermost outputs are the bias alone. */
const padding = (K: number) => K + 1;

const drafts = (fc: FastCheck) =>
  fc
    .record({
      N: batch(fc),
      s: extents(fc, 'C_group', 'C_out_group', 'H_out', 'W_out'),
      h: windowDirection(fc, padding),
      w: windowDirection(fc, padding),
      groups: fc.constantFrom(1, 1, 1, 2, 3, 5),
      depthwise: fc.constantFrom(false, false, false, true),
      same: fc.constantFrom(false, false, false, true),
      hasBias: fc.boolean(),
    })
    .map(({ N, s, h, w, groups, depthwise, same, hasBias }) => {
      const G = depthwise ? s.C_group : groups;
      const [kh, kw] = [h(1), w(1)];
      const { C_group, C_out_group, H_out, W_out } = capped(
        depthwise ? { ...s, C_group: 1, C_out_group: Math.ceil(s.C_out_group / 4) } : s,
        30_000,
        (t) => Math.max(N, 1) * G * t.C_group * t.C_out_group * t.H_out * t.W_out * kh.K * kw.K,
      );
      const { kernel, ...options } = pairs(h(H_out), w(W_out));
      const x = [N, G * C_group, h(H_out).size, w(W_out).size];
      if (!same) return layer(x, G * C_out_group, kernel, { ...options, groups: G }, hasBias);
      const { dilation } = options;
      return layer(
        [N, G * C_group, H_out, W_out],
        G * C_out_group,
        kernel,
        { dilation, groups: G, padding: 'same' },
        hasBias,
      );
    });

/** Square kernels with stride 1 and some channels on both sides, where kernels may take Winograd's way; sizes around its
 *  tiles of 2 or 4 pixels. */
const dense = (fc: FastCheck) =>
  fc
    .record({
      N: fc.integer({ min: 1, max: 3 }),
      C_in: fc.integer({ min: 9, max: 21 }),
      C_out: fc.integer({ min: 9, max: 21 }),
      K: fc.constantFrom(3, 5),
      H_out: fc.integer({ min: 1, max: 10 }),
      W_out: fc.integer({ min: 1, max: 10 }),
      padding: fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 })),
      hasBias: fc.boolean(),
    })
    .map(({ N, C_in, C_out, K, H_out, W_out, padding: [P_h, P_w], hasBias }) => {
      const size = (out: number, P: number) => Math.max(1, out + K - 1 - 2 * P);
      return layer([N, C_in, size(H_out, P_h), size(W_out, P_w)], C_out, K, { padding: [P_h, P_w] }, hasBias);
    });

/** What networks call depthwise: 3x3 and an output as large as the image; widths around lanes. */
const depthwise3x3 = (fc: FastCheck) =>
  fc
    .record({
      N: fc.integer({ min: 1, max: 3 }),
      C: fc.integer({ min: 2, max: 5 }),
      H: fc.integer({ min: 1, max: 6 }),
      W: fc.integer({ min: 1, max: 14 }),
      hasBias: fc.boolean(),
    })
    .map(({ N, C, H, W, hasBias }) => layer([N, C, H, W], C, 3, { padding: 1, groups: C }, hasBias));

export const conv2d: OperationCase<Conv2dSizes> = {
  operation: 'conv2d',
  forward: { writes: ['y'], reads: ['x', 'weight', 'bias'] },
  backward: { writes: ['dx', 'dweight', 'dbias'], reads: ['dy', 'x', 'weight'] },
  laws: [
    'forward',
    'backward',
    'equation',
    'gradient',
    'adjoint',
    'linearity',
    'shift',
    'windows',
    'kernelOfOne',
    'notFinite',
  ],
  linearIn: () => [
    ['x', 'bias'],
    ['weight', 'bias'],
  ],

  drafts: (fc) =>
    fc.oneof(
      { weight: 5, arbitrary: drafts(fc) },
      { weight: 1, arbitrary: dense(fc) },
      { weight: 1, arbitrary: depthwise3x3(fc) },
    ),
  kinds: withScales,
  named: {
    'MNIST net, conv1': layer([2, 1, 28, 28], 10, 5),
    'MNIST net, conv2': layer([2, 10, 12, 12], 20, 5),
    'Inception 1x1': layer([2, 10, 12, 12], 16, 1),
    'Inception 5x5': layer([1, 16, 12, 12], 24, 5, { padding: 2 }),
    'Inception 3x3': layer([1, 16, 12, 12], 24, 3, { padding: 1 }),
    'residual 3x3': layer([1, 16, 12, 12], 16, 3, { padding: 1 }),
    'residual 3x3, small image': layer([2, 32, 4, 4], 32, 3, { padding: 1 }),
    'strided, without bias': layer([1, 3, 15, 15], 8, 7, { stride: 2, padding: 3 }, false),
    'depthwise, strided': layer([2, 6, 9, 9], 6, 3, { stride: 2, padding: 1, groups: 6 }),
    'depthwise, overlapping lanes': layer([2, 3, 5, 7], 3, 3, { padding: 1, groups: 3 }),
    'depthwise, one row of one vector': layer([2, 3, 1, 4], 3, 3, { padding: 1, groups: 3 }),
    'one pixel': layer([1, 1, 1, 1], 1, 1),
    'one pixel, strided': layer([1, 4, 1, 1], 4, 1, { stride: 2 }),
  },
  layers: {
    'MNIST net, conv1, batch 64': layer([64, 1, 28, 28], 10, 5),
    'MNIST net, conv2, batch 64': layer([64, 10, 12, 12], 20, 5),
    'Inception net, conv2, batch 64': layer([64, 88, 12, 12], 20, 5),
    'incep1, 1x1, batch 64': layer([64, 10, 12, 12], 16, 1),
    'incep1, 1x1 after pool, batch 64': layer([64, 10, 12, 12], 24, 1),
    'incep1, 5x5, batch 64': layer([64, 16, 12, 12], 24, 5, { padding: 2 }),
    'incep1, first 3x3, batch 64': layer([64, 16, 12, 12], 24, 3, { padding: 1 }),
    'incep1, second 3x3, batch 64': layer([64, 24, 12, 12], 24, 3, { padding: 1 }),
    'incep2, 1x1, batch 64': layer([64, 20, 4, 4], 16, 1),
    'incep2, 1x1 after pool, batch 64': layer([64, 20, 4, 4], 24, 1),
    'incep2, 5x5, batch 64': layer([64, 16, 4, 4], 24, 5, { padding: 2 }),
    'incep2, first 3x3, batch 64': layer([64, 16, 4, 4], 24, 3, { padding: 1 }),
    'incep2, second 3x3, batch 64': layer([64, 24, 4, 4], 24, 3, { padding: 1 }),
    'residual net, conv1, batch 64': layer([64, 1, 28, 28], 16, 5),
    'residual net, conv2, batch 64': layer([64, 16, 12, 12], 32, 5),
    'rblock1, 3x3, batch 64': layer([64, 16, 12, 12], 16, 3, { padding: 1 }),
    'rblock2, 3x3, batch 64': layer([64, 32, 4, 4], 32, 3, { padding: 1 }),
    // Images of 224 x 224 pixels, eight at once.
    'ResNet-18 stem, batch 8': layer([8, 3, 224, 224], 64, 7, { stride: 2, padding: 3 }, false),
    'ResNet-18 64 → 64, batch 8': layer([8, 64, 56, 56], 64, 3, { padding: 1 }, false),
    'ResNet-18 64 → 128, stride 2, batch 8': layer([8, 64, 56, 56], 128, 3, { stride: 2, padding: 1 }, false),
    'ResNet-18 64 → 128, downsample, batch 8': layer([8, 64, 56, 56], 128, 1, { stride: 2 }, false),
    'ResNet-18 128 → 128, batch 8': layer([8, 128, 28, 28], 128, 3, { padding: 1 }, false),
    'ResNet-18 128 → 256, stride 2, batch 8': layer([8, 128, 28, 28], 256, 3, { stride: 2, padding: 1 }, false),
    'ResNet-18 256 → 256, batch 8': layer([8, 256, 14, 14], 256, 3, { padding: 1 }, false),
    'ResNet-18 256 → 512, stride 2, batch 8': layer([8, 256, 14, 14], 512, 3, { stride: 2, padding: 1 }, false),
    'ResNet-18 512 → 512, batch 8': layer([8, 512, 7, 7], 512, 3, { padding: 1 }, false),
    'ResNet-50 64 → 256, 1x1, batch 8': layer([8, 64, 56, 56], 256, 1, {}, false),
    'GoogLeNet conv2, 1x1, batch 8': layer([8, 64, 56, 56], 64, 1, {}, false),
    'GoogLeNet conv3, 3x3, batch 8': layer([8, 64, 56, 56], 192, 3, { padding: 1 }, false),
    'GoogLeNet 3a, 192 → 64, 1x1, batch 8': layer([8, 192, 28, 28], 64, 1, {}, false),
    'GoogLeNet 3a, 192 → 96, 1x1, batch 8': layer([8, 192, 28, 28], 96, 1, {}, false),
    'GoogLeNet 3a, 192 → 16, 1x1, batch 8': layer([8, 192, 28, 28], 16, 1, {}, false),
    'GoogLeNet 3a, 192 → 32, 1x1, batch 8': layer([8, 192, 28, 28], 32, 1, {}, false),
    'GoogLeNet 3a, 96 → 128, 3x3, batch 8': layer([8, 96, 28, 28], 128, 3, { padding: 1 }, false),
    'GoogLeNet 3a, 16 → 32, 3x3, batch 8': layer([8, 16, 28, 28], 32, 3, { padding: 1 }, false),
    'GoogLeNet 4a, 480 → 192, 1x1, batch 8': layer([8, 480, 14, 14], 192, 1, {}, false),
    'GoogLeNet 5b, 832 → 384, 1x1, batch 8': layer([8, 832, 7, 7], 384, 1, {}, false),
    'MobileNet depthwise 3x3, batch 8': layer([8, 128, 28, 28], 128, 3, { padding: 1, groups: 128 }, false),
  },

  outputs: (_, s) => ({ y: s.N * s.C_out * s.H_out * s.W_out }),
  equation: ({ x, weight, bias }, s) => ({
    y(i) {
      const [n, co, ho, wo] = unravel(i, s.N, s.C_out, s.H_out, s.W_out);
      const C_group = s.C_in / s.G;
      const firstChannel = Math.floor((co * s.G) / s.C_out) * C_group;
      let y = bias?.[co] ?? 0;
      for (let tap = 0; tap < C_group * s.K_h * s.K_w; tap++) {
        const [ci, kh, kw] = unravel(tap, C_group, s.K_h, s.K_w);
        const h = ho * s.S_h + kh * s.D_h - s.P_h;
        const w = wo * s.S_w + kw * s.D_w - s.P_w;
        if (h < 0 || h >= s.H || w < 0 || w >= s.W) continue;
        y += weight[co * C_group * s.K_h * s.K_w + tap] * x[((n * s.C_in + firstChannel + ci) * s.H + h) * s.W + w];
      }
      return y;
    },
  }),
  budget: ({ given: { x, weight, bias }, exact: { y }, s, u, rearranged }) => ({
    y:
      rearranged && areFinite(x, weight)
        ? winogradOutput(y, u, x, weight, s)
        : sumsOfProducts(y, u, (sum, of) => conv2dForward(sum, of(x), of(weight), of(bias), s)),
  }),
  gradientBudget: ({ given: { dy, x, weight }, exact: { dx, dweight, dbias }, s, u, rearranged }) => ({
    dx:
      rearranged && areFinite(dy, weight)
        ? winogradInputGradient(dx, u, dy, weight, s)
        : sumsOfProducts(dx, u, (sum, of) => conv2dBackward(sum, null, null, of(dy), of(x), of(weight), s)),
    dweight:
      rearranged && areFinite(dy, x)
        ? winogradWeightGradient(dweight, u, dy, x, s)
        : sumsOfProducts(dweight, u, (sum, of) => conv2dBackward(null, sum, null, of(dy), of(x), of(weight), s)),
    ...(dbias && {
      dbias: sums(dbias, u, (sum, of) => conv2dBackward(null, null, sum, of(dy), x, weight, s)),
    }),
  }),
  flops(_, s) {
    const forward = 2 * s.N * s.C_out * s.H_out * s.W_out * (s.C_in / s.G) * s.K_h * s.K_w;
    return { forward, backward: 2 * forward };
  },
};
