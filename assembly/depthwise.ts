/**
 * Convolution in which every channel goes its own way (groups = C_in = C_out): there is no sum over channels, so four of them
 * are computed side by side, and a tap is one vector times another.
 *
 *   x4 (N, C / 4, H, W, 4), padded     w4 (C / 4, K, 4)     y[p] = Σ_k w4[k] · x4[p + taps[k]]
 *
 * The gradients are walks over taps and over pixels, as in conv2d.ts.
 */
import { TapsSizes } from './conv2d';
import { rowFromLanes } from './lanes4';
import { madd } from './madd';
import { share } from './share';

/** Six pixels, `step` bytes apart. What lies behind the last pixel of a row may be read, but is used for nothing. */
@inline
function tile(out: usize, x: usize, step: usize, taps: usize, K: i32, w: usize): void {
  const zero = f32x4.splat(0);
  let a = zero,
    b = zero,
    c = zero,
    d = zero,
    e = zero,
    f = zero;
  for (let k = 0; k < K; k++) {
    const v = v128.load(w + ((<usize>k) << 4));
    let p = x + load<i32>(taps + ((<usize>k) << 2));
    a = madd(v128.load(p), v, a);
    p += step;
    b = madd(v128.load(p), v, b);
    p += step;
    c = madd(v128.load(p), v, c);
    p += step;
    d = madd(v128.load(p), v, d);
    p += step;
    e = madd(v128.load(p), v, e);
    p += step;
    f = madd(v128.load(p), v, f);
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, e, 64);
  v128.store(out, f, 80);
}

/** Pixels that are computed in a row before they are transposed into y: a multiple of 6. */
const run = 60;

/** Writes y where `sizes` says, G counting the blocks of four channels and `lanes` the channels. A task is one image, one
 *  block, one part of the rows. `scratch`: 2 KiB for each thread. */
export function depthwiseTaps(
  y: usize,
  x4: usize,
  w4: usize,
  taps: usize,
  bias: usize,
  scratch: usize,
  sizes: usize,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const s = changetype<TapsSizes>(sizes);
  const part = task % s.parts;
  const block = (task / s.parts) % s.G;
  const n = task / s.parts / s.G;
  const c = block << 2;
  const out = scratch + ((<usize>thread) << 11);
  const w = w4 + ((<usize>(block * s.K)) << 4);
  const b = bias ? bias + ((<usize>c) << 2) : 0;
  const step = <usize>s.xStep;
  const end = share(s.rows, part + 1, s.parts);
  for (let row = share(s.rows, part, s.parts); row < end; row++) {
    let x = x4 + <usize>(n * s.xImage + block * s.xGroup + row * s.xRow);
    let to = y + <usize>(n * s.yImage + c * s.yPlane + row * s.yRow + s.yStart);
    for (let column = 0; column < s.columns; column += run) {
      const count = min(run, s.columns - column);
      for (let p = 0; p < count; p += 6) tile(out + ((<usize>p) << 4), x + <usize>p * step, step, taps, s.K, w);
      rowFromLanes(to, s.yPlane, s.yStep, out, min(4, s.lanes - c), count, b);
      x += <usize>run * step;
      to += <usize>(run * s.yStep);
    }
  }
}

/** dw4 (C / 4, K', 4), K' being K up to the next multiple of 4 (and so many taps are given); dy4 (N, C / 4, rows · columns, 4).
 *  A task is one block of four channels. */
export function depthwisePixels(
  dw4: usize,
  x4: usize,
  dy4: usize,
  taps: usize,
  sizes: usize,
  task: i32,
  tasks: i32,
): void {
  const s = changetype<TapsSizes>(sizes);
  const step = <usize>s.xStep;
  const pixels = (<usize>(s.rows * s.columns)) << 4;
  for (let k = 0; k < s.K; k += 4) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    const tap = taps + ((<usize>k) << 2);
    for (let n = 0; n < s.N; n++) {
      const image = x4 + <usize>(n * s.xImage + task * s.xGroup);
      let dy = dy4 + <usize>(n * s.G + task) * pixels;
      for (let row = 0; row < s.rows; row++) {
        let x0 = image + <usize>(row * s.xRow) + load<i32>(tap);
        let x1 = image + <usize>(row * s.xRow) + load<i32>(tap, 4);
        let x2 = image + <usize>(row * s.xRow) + load<i32>(tap, 8);
        let x3 = image + <usize>(row * s.xRow) + load<i32>(tap, 12);
        for (let p = 0; p < s.columns; p++) {
          const v = v128.load(dy);
          dy += 16;
          a = madd(v128.load(x0), v, a);
          b = madd(v128.load(x1), v, b);
          c = madd(v128.load(x2), v, c);
          d = madd(v128.load(x3), v, d);
          x0 += step;
          x1 += step;
          x2 += step;
          x3 += step;
        }
      }
    }
    const to = dw4 + ((<usize>(task * ((s.K + 3) & ~3) + k)) << 4);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}
