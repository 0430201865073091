import {
  type AvgPool2dOptions,
  type AvgPool2dSizes,
  avgPool2dBackward,
  avgPool2dForward,
  avgPool2dSizes,
} from '../../ops/avgPool2d.js';
import type { Pair, Shape } from '../../ops/shape.js';
import { rounded, sumSteps } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { unravel } from '../extents.js';
import { type Draft, type Fill, withOffsets } from '../problem.js';
import { pixelsUnder, poolings } from './pooling.js';

function pooling(x: Shape, kernel: Pair, options: AvgPool2dOptions, fill?: Fill): Draft<AvgPool2dSizes> {
  return { arrays: { x: { shape: x, fill } }, options, sizes: () => avgPool2dSizes(x, kernel, options) };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      p: poolings(fc, 1),
      countIncludePad: fc.boolean(),
      divisorOverride: fc.constantFrom(null, null, null, 3),
    })
    .map(({ p: { x, kernel, options }, ...rest }) => {
      const { dilation, ...others } = options;
      return pooling(x, kernel, { ...others, ...rest });
    });

/** Taps from `start` on that are inside the padded image. */
function tapsInPadding(start: number, K: number, size: number, P: number): number {
  let taps = 0;
  for (let k = 0; k < K; k++) if (start + k >= -P && start + k < size + P) taps++;
  return taps;
}

export const avgPool2d: OperationCase<AvgPool2dSizes> = {
  operation: 'avgPool2d',
  forward: { writes: ['y'], reads: ['x'] },
  backward: { writes: ['dx'], reads: ['dy'] },
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
    'constantImage',
  ],
  linearIn: () => [['x']],

  drafts,
  kinds: [...withOffsets, 'scaled', 'denormal'],
  named: {
    'Inception, 3x3': pooling([2, 10, 12, 12], 3, { stride: 1, padding: 1 }),
    'DenseNet transition': pooling([1, 8, 8, 8], 2, {}),
    'ceil mode at the edge': pooling([1, 1, 5, 5], 2, { ceilMode: true, padding: 1, countIncludePad: false }),
    'a window of a large plane': pooling([1, 1, 224, 224], 224, {}, () => 0.1),
    'long windows that overlap': pooling([1, 1, 1, 600], [1, 300], { stride: 1 }, () => 0.1),
    'long windows that overlap, two pixels apart': pooling([1, 1, 3, 600], [3, 300], { stride: 2 }, () => 0.1),
  },
  layers: {
    'incep1, batch 64': pooling([64, 10, 12, 12], 3, { stride: 1, padding: 1 }),
    'incep2, batch 64': pooling([64, 20, 4, 4], 3, { stride: 1, padding: 1 }),
  },

  outputs: (_, s) => ({ y: s.N * s.C * s.H_out * s.W_out }),
  equation: ({ x }, s) => ({
    y(i) {
      const [, ho, wo] = unravel(i, s.N * s.C, s.H_out, s.W_out);
      const pixels = pixelsUnder(i, s);
      const padded =
        tapsInPadding(ho * s.S_h - s.P_h, s.K_h, s.H, s.P_h) * tapsInPadding(wo * s.S_w - s.P_w, s.K_w, s.W, s.P_w);
      const divisor = s.divisorOverride ?? (s.countIncludePad ? padded : pixels.length);
      return pixels.reduce((sum, { xi }) => sum + x[xi], 0) / divisor;
    },
  }),
  // A sum of at most K_h·K_w terms and a division (WGSL: 2.5 ULP); a pixel is under at most as many windows.
  budget({ given: { x }, exact: { y }, s, u }) {
    const magnitude = new Float64Array(y.length);
    avgPool2dForward(magnitude, x.map(Math.abs), s);
    return { y: rounded(y, u, sumSteps(s.K_h * s.K_w) + 2, magnitude) };
  },
  gradientBudget({ given: { dy }, exact: { dx }, s, u }) {
    const magnitude = new Float64Array(dx.length);
    avgPool2dBackward(magnitude, dy.map(Math.abs), s);
    return { dx: rounded(dx, u, sumSteps(s.K_h * s.K_w) + 2, magnitude) };
  },
  flops(_, s) {
    const visits = s.N * s.C * s.H_out * s.W_out * s.K_h * s.K_w;
    return { forward: visits, backward: visits };
  },
};
