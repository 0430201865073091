/**
 * Depthwise convolution: every output channel sees one input channel (groups = C_in = C_out). There is no sum over channels, so
 * four of them are computed side by side, and a tap is one vector times another.
 *
 *   x4 (H_seen, W_seen, 4): four channels of an image     w4 (C / 4, K, 4)     y[p] = Σ_k w4[k] · x4[p + taps[k]]
 *
 * The gradients are sums over taps and over pixels, as in conv2d.ts.
 */
import { SEGMENT, SEGMENT_BYTES } from './conv2d';
import { biasLanes, planeToLanes, rowFromLanes } from './lanes4';
import { madd } from './madd';
import { Optional } from './optional';

/** Where taps and pixels lie; steps are in bytes. The kernels copy x with zeros around it, four channels at a time. */
@unmanaged
class DepthwiseSizes {
  N: i32;
  C: i32;
  /** Taps: the kernel's pixels. */
  K: i32;
  /** Rows and columns of the image that is computed. */
  rows: i32;
  columns: i32;
  /** Steps in x4: to the row and column that the next output sees. */
  xRow: i32;
  xStep: i32;
  /** The size of a plane of x, its size with zeros around it, and where it lies in that. */
  H: i32;
  W: i32;
  H_seen: i32;
  W_seen: i32;
  top: i32;
  left: i32;
}

@unmanaged
export class DepthwiseForwardSizes extends DepthwiseSizes {
  /** Steps in y: to the next image, channel, row and column; and where the first pixel is. */
  yImage: i32;
  yPlane: i32;
  yRow: i32;
  yStep: i32;
  yStart: i32;
}

@unmanaged
export class DepthwiseWeightGradientSizes extends DepthwiseSizes {}

/** Pixels of a tile. The last tile of a row reads up to five pixels behind the row's end, and drops their results. */
export const DEPTHWISE_TILE: i32 = 6;

/** Computes the six pixels of a tile, whose pixels of x4 are `step` bytes apart (16: neighbours). */
@inline
function tile(out: usize, x: usize, step: usize, taps: usize, K: i32, w: usize): void {
  const zero = f32x4.splat(0);
  let a = zero,
    b = zero,
    c = zero,
    d = zero,
    e = zero,
    f = zero;
  const end = taps + ((<usize>K) << 2);
  if (step == 16) {
    for (; taps < end; taps += 4) {
      const v = v128.load(w);
      const p = x + load<i32>(taps);
      a = madd(v128.load(p), v, a);
      b = madd(v128.load(p, 16), v, b);
      c = madd(v128.load(p, 32), v, c);
      d = madd(v128.load(p, 48), v, d);
      e = madd(v128.load(p, 64), v, e);
      f = madd(v128.load(p, 80), v, f);
      w += 16;
    }
  } else {
    for (; taps < end; taps += 4) {
      const v = v128.load(w);
      const p = x + load<i32>(taps);
      a = madd(v128.load(p), v, a);
      b = madd(v128.load(p + step), v, b);
      c = madd(v128.load(p + 2 * step), v, c);
      d = madd(v128.load(p + 3 * step), v, d);
      e = madd(v128.load(p + 4 * step), v, e);
      f = madd(v128.load(p + 5 * step), v, f);
      w += 16;
    }
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, e, 64);
  v128.store(out, f, 80);
}

/** Writes y, at the places that `s` gives. It also computes the gradient of x, with dy for x and dx for y. A task is one image and
 *  one block of four channels. `scratch`: `perThread` bytes for each thread, for a segment (see conv2d.ts) and x4. */
export function depthwiseForward(
  y: usize,
  x: usize,
  w4: usize,
  taps: usize,
  bias: Optional,
  scratch: usize,
  perThread: i32,
  s: DepthwiseForwardSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const blocks = (s.C + 3) >> 2;
  const block = task % blocks;
  const n = task / blocks;
  const c = block << 2;
  const channels = min(4, s.C - c);
  const out = scratch + <usize>(thread * perThread);
  const x4 = out + SEGMENT_BYTES;
  planeToLanes(x4, plane(x, n, c, s), channels, s.H, s.W, s.H_seen, s.W_seen, s.top, s.left);
  const w = w4 + ((<usize>(block * s.K)) << 4);
  const b = biasLanes(bias ? bias + ((<usize>c) << 2) : 0, channels);
  const step = <usize>s.xStep;
  for (let row = 0; row < s.rows; row++) {
    let from = x4 + <usize>(row * s.xRow);
    let to = y + <usize>(n * s.yImage + c * s.yPlane + row * s.yRow + s.yStart);
    for (let column = 0; column < s.columns; column += SEGMENT) {
      const count = min(SEGMENT, s.columns - column);
      for (let p = 0; p < count; p += DEPTHWISE_TILE) tile(out + ((<usize>p) << 4), from + <usize>p * step, step, taps, s.K, w);
      rowFromLanes(to, s.yPlane, s.yStep, out, channels, count, b);
      from += <usize>SEGMENT * step;
      to += <usize>(SEGMENT * s.yStep);
    }
  }
}

/** Where channel c of image n begins, in planes of H x W. */
@inline
function plane(x: usize, n: i32, c: i32, s: DepthwiseSizes): usize {
  return x + ((<usize>((n * s.C + c) * s.H * s.W)) << 2);
}

/** Writes dw4 (C / 4, K', 4), where K' is K rounded up to a multiple of 4; `taps` has K' entries. A task is one block of four
 *  channels. `scratch`: `perThread` bytes for each thread, for x4 and dy4. */
export function depthwiseWeightGradient(
  dw4: usize,
  x: usize,
  dy: usize,
  taps: usize,
  scratch: usize,
  perThread: i32,
  s: DepthwiseWeightGradientSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const x4 = scratch + <usize>(thread * perThread);
  const dy4 = x4 + ((<usize>(s.H_seen * s.W_seen)) << 4);
  const c = task << 2;
  const channels = min(4, s.C - c);
  const K4 = (s.K + 3) & ~3;
  const dw = dw4 + ((<usize>(task * K4)) << 4);
  memory.fill(dw, 0, (<usize>K4) << 4);
  for (let n = 0; n < s.N; n++) {
    planeToLanes(x4, plane(x, n, c, s), channels, s.H, s.W, s.H_seen, s.W_seen, s.top, s.left);
    const gradient = dy + ((<usize>((n * s.C + c) * s.rows * s.columns)) << 2);
    planeToLanes(dy4, gradient, channels, s.rows, s.columns, s.rows, s.columns, 0, 0);
    for (let k = 0; k < s.K; k += 4) fourTaps(dw + ((<usize>k) << 4), x4, dy4, taps + ((<usize>k) << 2), s);
  }
}

function fourTaps(dw: usize, x4: usize, dy4: usize, taps: usize, s: DepthwiseSizes): void {
  const step = <usize>s.xStep;
  let a = v128.load(dw);
  let b = v128.load(dw, 16);
  let c = v128.load(dw, 32);
  let d = v128.load(dw, 48);
  for (let row = 0; row < s.rows; row++) {
    const line = x4 + <usize>(row * s.xRow);
    let x0 = line + load<i32>(taps);
    let x1 = line + load<i32>(taps, 4);
    let x2 = line + load<i32>(taps, 8);
    let x3 = line + load<i32>(taps, 12);
    for (let p = 0; p < s.columns; p++) {
      const v = v128.load(dy4);
      dy4 += 16;
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
  v128.store(dw, a);
  v128.store(dw, b, 16);
  v128.store(dw, c, 32);
  v128.store(dw, d, 48);
}
