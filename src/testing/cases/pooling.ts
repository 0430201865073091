/** What the cases of the pooling operations share. */
import type { Arbitrary } from 'fast-check';
import type { Pair, Shape } from '../../ops/shape.js';
import type { PoolOptions, PoolSizes } from '../../ops/windows.js';
import type { FastCheck } from '../case.js';
import { batch, capped, extents, pairs, unravel, windowDirection } from '../extents.js';

export interface Pooling {
  readonly x: Shape;
  readonly kernel: Pair;
  readonly options: PoolOptions;
}

export function poolings(fc: FastCheck, maxDilation: number): Arbitrary<Pooling> {
  const halfKernel = (K: number) => Math.floor(K / 2);
  return fc
    .record({
      N: batch(fc),
      s: extents(fc, 'C', 'H_out', 'W_out'),
      h: windowDirection(fc, halfKernel, maxDilation),
      w: windowDirection(fc, halfKernel, maxDilation),
      ceilMode: fc.boolean(),
    })
    .map(({ N, s, h, w, ceilMode }) => {
      const { C, H_out, W_out } = capped(s, 1_000, (t) => t.C * t.H_out * t.W_out);
      const { kernel, ...options } = pairs(h(H_out), w(W_out));
      return { x: [N, C, h(H_out).size, w(W_out).size], kernel, options: { ...options, ceilMode } };
    });
}

/** Every pixel under the window of output i: its place in x, in the window's order. */
export function pixelsUnder(i: number, s: PoolSizes): { xi: number; h: number; w: number }[] {
  const [plane, ho, wo] = unravel(i, s.N * s.C, s.H_out, s.W_out);
  const pixels = [];
  for (let kh = 0; kh < s.K_h; kh++) {
    for (let kw = 0; kw < s.K_w; kw++) {
      const h = ho * s.S_h + kh * s.D_h - s.P_h;
      const w = wo * s.S_w + kw * s.D_w - s.P_w;
      if (h >= 0 && h < s.H && w >= 0 && w < s.W) pixels.push({ xi: (plane * s.H + h) * s.W + w, h, w });
    }
  }
  return pixels;
}
