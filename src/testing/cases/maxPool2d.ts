import { maxPool2dBackward, maxPool2dSizes } from '../../ops/maxPool2d.js';
import type { PoolSizes } from '../../ops/windows.js';
import { exact, sums } from '../budget.js';
import type { Arrays, FastCheck, OperationCase } from '../case.js';
import { type Draft, ordinary } from '../problem.js';
import { type Pooling, pixelsUnder, poolings } from './pooling.js';

function pooling({ x, kernel, options }: Pooling): Draft<PoolSizes> {
  return { arrays: { x: { shape: x } }, options, sizes: () => maxPool2dSizes(x, kernel, options) };
}

/** Squares of two by two, the window of most networks, at sizes around four outputs. */
const squares = (fc: FastCheck) =>
  fc
    .record({
      planes: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 5 })),
      size: fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 19 })),
      ceilMode: fc.boolean(),
      padding: fc.constantFrom(0, 0, 0, 1),
    })
    .map(({ planes, size, ceilMode, padding }) =>
      pooling({ x: [...planes, ...size], kernel: 2, options: { ceilMode, padding } }),
    );

/** The place of the last NaN in the window, or else of the first of the largest. */
function maximum(i: number, { x }: Arrays, s: PoolSizes): { xi: number; h: number; w: number } {
  const pixels = pixelsUnder(i, s);
  const lastNaN = pixels.findLast(({ xi }) => Number.isNaN(x[xi]));
  return lastNaN ?? pixels.reduce((best, pixel) => (x[pixel.xi] > x[best.xi] ? pixel : best));
}

export const maxPool2d: OperationCase<PoolSizes> = {
  operation: 'maxPool2d',
  forward: { writes: ['y', 'indices'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy', 'indices'] },
  laws: ['forward', 'backward', 'equation', 'gradient', 'adjoint', 'shift', 'windows', 'kernelOfOne', 'maximum'],
  linearIn: () => [['x']],

  drafts: (fc) =>
    fc.oneof({ weight: 3, arbitrary: poolings(fc, 3).map(pooling) }, { weight: 1, arbitrary: squares(fc) }),
  kinds: [...ordinary, 'special'],
  named: {
    'MNIST net, after conv1': pooling({ x: [2, 10, 24, 24], kernel: 2, options: {} }),
    'MNIST net, after conv2': pooling({ x: [2, 20, 8, 8], kernel: 2, options: {} }),
    'GoogLeNet, ceil mode': pooling({ x: [1, 4, 15, 15], kernel: 3, options: { stride: 2, ceilMode: true } }),
    'ResNet stem': pooling({ x: [1, 4, 14, 14], kernel: 3, options: { stride: 2, padding: 1 } }),
  },
  layers: {
    'MNIST net, after conv1, batch 64': pooling({ x: [64, 10, 24, 24], kernel: 2, options: {} }),
    'MNIST net, after conv2, batch 64': pooling({ x: [64, 20, 8, 8], kernel: 2, options: {} }),
    'residual net, after conv1, batch 64': pooling({ x: [64, 16, 24, 24], kernel: 2, options: {} }),
    'residual net, after conv2, batch 64': pooling({ x: [64, 32, 8, 8], kernel: 2, options: {} }),
    'ResNet-18 stem, batch 8': pooling({ x: [8, 64, 112, 112], kernel: 3, options: { stride: 2, padding: 1 } }),
    'GoogLeNet pool1, batch 8': pooling({ x: [8, 64, 112, 112], kernel: 3, options: { stride: 2, ceilMode: true } }),
    'GoogLeNet pool2, batch 8': pooling({ x: [8, 192, 56, 56], kernel: 3, options: { stride: 2, ceilMode: true } }),
    'GoogLeNet pool3, batch 8': pooling({ x: [8, 480, 28, 28], kernel: 3, options: { stride: 2, ceilMode: true } }),
    'GoogLeNet pool4, batch 8': pooling({ x: [8, 832, 14, 14], kernel: 2, options: { ceilMode: true } }),
    'GoogLeNet 3a, batch 8': pooling({ x: [8, 192, 28, 28], kernel: 3, options: { stride: 1, padding: 1 } }),
  },

  outputs(_, s) {
    const length = s.N * s.C * s.H_out * s.W_out;
    return { y: length, indices: length };
  },
  equation: (given, s) => ({
    y: (i) => given.x[maximum(i, given, s).xi],
    indices(i) {
      const { h, w } = maximum(i, given, s);
      return h * s.W + w;
    },
  }),
  budget: () => ({ y: exact, indices: exact }),
  gradientBudget: ({ given: { dy, indices }, exact: { dx }, s, u }) => ({
    dx: sums(dx, u, (sum, of) => maxPool2dBackward(sum, of(dy), indices as unknown as Int32Array, s)),
  }),
  flops(_, s) {
    const outputs = s.N * s.C * s.H_out * s.W_out;
    return { forward: outputs * s.K_h * s.K_w, backward: outputs };
  },
};
