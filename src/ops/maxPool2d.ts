/**
 * maxPool2d: the largest value of each window; it halves an image (kernel 2) and keeps the strongest response.
 *
 *   y[n,c,ho,wo] = max_{kh,kw} x[n,c,h,w]   with h = ho·S_h + kh·D_h − P_h  and  w = wo·S_w + kw·D_w − P_w
 *   indices[n,c,ho,wo] = h·W + w of that maximum: the first one row by row if several are equal.
 *
 *   x (N, C, H, W)   y, indices (N, C, H_out, W_out)
 *   H_out = ⌊(H + 2·P_h − D_h·(K_h − 1) − 1) / S_h⌋ + 1, or ⌈…⌉ in ceil mode.
 *
 * Padding counts as −∞, so it is never the maximum. A NaN in a window wins it.
 *
 * Chapter: docs/learn/5-pooling.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 *
 * @example The lecture's 4x4 image, kernel 2.
 * F.maxPool2d(tensor([3,4,6,5, 2,4,6,8, 1,6,7,8, 9,7,4,6], [1, 1, 4, 4]), 2)
 * // → [[[[4,8], [9,8]]]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { type Pair, type Shape, ShapeError } from './shape.js';
import { type PoolOptions, type PoolSizes, poolSizes } from './windows.js';

export function maxPool2dSizes(x: Shape, kernelSize: Pair, options: PoolOptions = {}): PoolSizes {
  const s = poolSizes('maxPool2d', x, kernelSize, options);
  if (
    !everyWindowHasATap(s.H, s.K_h, s.H_out, s.S_h, s.P_h, s.D_h) ||
    !everyWindowHasATap(s.W, s.K_w, s.W_out, s.S_w, s.P_w, s.D_w)
  ) {
    throw new ShapeError(
      `maxPool2d: dilation [${s.D_h}, ${s.D_w}] and padding [${s.P_h}, ${s.P_w}] leave a window without a single pixel of the ${s.H}x${s.W} image`,
    );
  }
  return s;
}

/** Whether every window has a tap inside the image. Where dilated taps straddle a small image, one has none, and no maximum. */
function everyWindowHasATap(size: number, K: number, out: number, S: number, P: number, D: number): boolean {
  for (let o = 0; o < out; o++) {
    let inside = false;
    for (let k = 0; k < K && !inside; k++) inside = o * S + k * D - P >= 0 && o * S + k * D - P < size;
    if (!inside) return false;
  }
  return true;
}

/** Writes y and, for the backward pass, where each maximum was found. */
export function maxPool2dForward(y: FloatArray, indices: Int32Array, x: FloatArray, s: PoolSizes): void {
  const { N, C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w } = s;
  let yi = 0;
  for (let plane = 0; plane < N * C; plane++) {
    const x_plane = plane * H * W;
    for (let ho = 0; ho < H_out; ho++) {
      for (let wo = 0; wo < W_out; wo++) {
        let max = Number.NEGATIVE_INFINITY;
        let argmax = -1;
        for (let kh = 0; kh < K_h; kh++) {
          const h = ho * S_h + kh * D_h - P_h;
          if (h < 0 || h >= H) continue;
          for (let kw = 0; kw < K_w; kw++) {
            const w = wo * S_w + kw * D_w - P_w;
            if (w < 0 || w >= W) continue;
            const value = x[x_plane + h * W + w];
            // The first tap inside the image starts the search: a window of nothing but −∞ has a maximum too.
            if (argmax < 0 || value > max || Number.isNaN(value)) {
              max = value;
              argmax = h * W + w;
            }
          }
        }
        y[yi] = max;
        indices[yi] = argmax;
        yi++;
      }
    }
  }
}

/** Writes dx. y is the value of one x, so all of dy goes to that one:  dx[indices] += dy. */
export function maxPool2dBackward(dx: FloatArray, dy: FloatArray, indices: Int32Array, s: PoolSizes): void {
  const sum = accumulatorFor(dx);
  const pixels = s.H_out * s.W_out;
  for (let yi = 0; yi < dy.length; yi++) {
    const x_plane = Math.floor(yi / pixels) * s.H * s.W;
    sum[x_plane + indices[yi]] += dy[yi];
  }
  store(dx, sum);
}
