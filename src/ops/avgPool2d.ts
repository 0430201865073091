/**
 * avgPool2d: the mean of each window.
 *
 *   y[n,c,ho,wo] = (1 / divisor) · Σ_kh Σ_kw x[n,c,h,w]   with h = ho·S_h + kh − P_h  and  w = wo·S_w + kw − P_w;
 *   x is 0 outside the image.
 *
 *   x (N, C, H, W)   y (N, C, H_out, W_out)   H_out = ⌊(H + 2·P_h − K_h) / S_h⌋ + 1, or ⌈…⌉ in ceil mode.
 *
 * The divisor is the number of taps in the padded image (`countIncludePad`, the default), or in the image alone, or
 * `divisorOverride`. Taps that overhang even the padding (ceil mode) never count.
 *
 * Chapter: docs/learn/5-pooling.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 *
 * @example
 * F.avgPool2d(tensor([3,4,6,5, 2,4,6,8, 1,6,7,8, 9,7,4,6], [1, 1, 4, 4]), 2)
 * // → [[[[3.25,6.25], [5.75,6.25]]]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { type Pair, type Shape, ShapeError } from './shape.js';
import { type PoolOptions, type PoolSizes, poolSizes } from './windows.js';

export interface AvgPool2dOptions extends Omit<PoolOptions, 'dilation'> {
  /** Let the zeros of the padding count in the divisor. Default true. */
  countIncludePad?: boolean;
  /** Divide by this number instead, which isn't 0. Default null: by the number of taps. */
  divisorOverride?: number | null;
}

export interface AvgPool2dSizes extends PoolSizes {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

export function avgPool2dSizes(x: Shape, kernelSize: Pair, options: AvgPool2dOptions = {}): AvgPool2dSizes {
  const divisorOverride = options.divisorOverride ?? null;
  if (divisorOverride !== null && !(Number.isFinite(divisorOverride) && divisorOverride !== 0)) {
    throw new ShapeError(`avgPool2d: divisorOverride must be a number other than 0, but is ${divisorOverride}`);
  }
  const countIncludePad = options.countIncludePad ?? true;
  const { stride, padding, ceilMode } = options;
  return { ...poolSizes('avgPool2d', x, kernelSize, { stride, padding, ceilMode }), countIncludePad, divisorOverride };
}

/** Writes y. */
export function avgPool2dForward(y: FloatArray, x: FloatArray, s: AvgPool2dSizes): void {
  forEachWindow(s, (yi, x_plane, h0, h1, w0, w1, divisor) => {
    let sum = 0;
    for (let h = h0; h < h1; h++) {
      for (let w = w0; w < w1; w++) sum += x[x_plane + h * s.W + w];
    }
    y[yi] = sum / divisor;
  });
}

/** Writes dx. As y += x / divisor in every window,  dx += dy / divisor  there. */
export function avgPool2dBackward(dx: FloatArray, dy: FloatArray, s: AvgPool2dSizes): void {
  const sum = accumulatorFor(dx);
  forEachWindow(s, (yi, x_plane, h0, h1, w0, w1, divisor) => {
    const share = dy[yi] / divisor;
    for (let h = h0; h < h1; h++) {
      for (let w = w0; w < w1; w++) sum[x_plane + h * s.W + w] += share;
    }
  });
  store(dx, sum);
}

/** Visits every window, cut to the image: rows h0 ≤ h < h1, columns w0 ≤ w < w1, and what to divide by. */
function forEachWindow(
  s: AvgPool2dSizes,
  visit: (yi: number, x_plane: number, h0: number, h1: number, w0: number, w1: number, divisor: number) => void,
): void {
  const { N, C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w } = s;
  let yi = 0;
  for (let plane = 0; plane < N * C; plane++) {
    for (let ho = 0; ho < H_out; ho++) {
      const top = ho * S_h - P_h;
      const bottom = Math.min(top + K_h, H + P_h);
      const h0 = Math.max(top, 0);
      const h1 = Math.min(bottom, H);
      for (let wo = 0; wo < W_out; wo++) {
        const left = wo * S_w - P_w;
        const right = Math.min(left + K_w, W + P_w);
        const w0 = Math.max(left, 0);
        const w1 = Math.min(right, W);
        const taps = s.countIncludePad ? (bottom - top) * (right - left) : (h1 - h0) * (w1 - w0);
        visit(yi++, plane * H * W, h0, h1, w0, w1, s.divisorOverride ?? taps);
      }
    }
  }
}
