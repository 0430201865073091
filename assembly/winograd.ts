/**
 * Convolution with stride 1 by Winograd's way: the plane is cut into tiles whose sums are taken apart and put together again
 * so that fewer products are needed.
 *
 *   Y = Aᵀ · [ (G · w · Gᵀ) ⊙ (Bᵀ · X · B) ] · A       X: 6x6 pixels of x, Y: m x m of y, w: r x r, m + r − 1 = 6
 *
 *            r   m   products for a tile        Every tile is 6x6, from the points 0, 1, −1, 2, −2, ∞, so Bᵀ is
 *     3x3    3   4   36 instead of 144          the same for both; w is polynomials' coefficients, X ⊙ their values.
 *     5x5    5   2   36 instead of 100
 *
 * ⊙ sums over input channels, so for each of the 36 it is a matrix product (tiles x C_in) · (C_in x C_out), and that is where
 * the time goes. As Y is linear in w and in X, the gradients read the same equation from its other sides:
 *
 *   dw = Gᵀ · [ (A · dY · Aᵀ) ⊙ (Bᵀ · X · B) ] · G     summed over all tiles before Gᵀ and G
 *   dX = B · [ (G · w · Gᵀ) ⊙ (A · dY · Aᵀ) ] · Bᵀ     summed over output channels; tiles of dX overlap, and are added
 *
 * Channels are in lanes (lanes4.ts). Of T tiles at a time, f counting the 36:
 *   V (36, C_in / 4, T, 4) = Bᵀ·X·B     U (36, C_out / 4, C_in, 4) = G·w·Gᵀ     M (36, C_out / 4, T, 4) = U ⊙ V
 * and the gradients of V and M are laid out as they are.
 *
 * Rounding: the entries of Bᵀ, G and A up to 8 cost about a digit against plain sums; `src/testing/budget.ts` has the bound.
 *
 * Source: Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), https://arxiv.org/abs/1509.09308;
 * Winograd, "Arithmetic Complexity of Computations" (1980)
 */
import { biasLanes, pairFromLanes, planeToLanes, rowFromLanes } from './lanes4';
import { pixelsTile, pixelsTile4, productTile, productTile4 } from './tiles';
import { Optional } from './optional';
import { share } from './share';

/**
 * From one of the 36 to the next, in bytes, where each has `vectors`. A cache line more than they take: the 36 are written
 * one after the other, and powers of two between them would all fall into the same few sets of the cache.
 */
@inline
function apart(vectors: i32): usize {
  return ((<usize>vectors) << 4) + 64;
}

@inline
function times(x: v128, factor: f32): v128 {
  return f32x4.mul(x, f32x4.splat(factor));
}

/** Bᵀ: six vectors, `step` bytes apart, to six. */
@inline
function inputTransform(to: usize, toStep: usize, x: usize, step: usize): void {
  const x0 = v128.load(x);
  const x1 = v128.load(x + step);
  const x2 = v128.load(x + 2 * step);
  const x3 = v128.load(x + 3 * step);
  const x4 = v128.load(x + 4 * step);
  const x5 = v128.load(x + 5 * step);
  const even = f32x4.sub(x4, times(x2, 4));
  const odd = f32x4.sub(x3, times(x1, 4));
  const even2 = f32x4.sub(x4, x2);
  const odd2 = times(f32x4.sub(x3, x1), 2);
  v128.store(to, f32x4.add(f32x4.sub(times(x0, 4), times(x2, 5)), x4));
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  v128.store(to + 3 * toStep, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStep, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStep, f32x4.add(f32x4.sub(times(x1, 4), times(x3, 5)), x5));
}

/** Aᵀ: six vectors to m. */
@inline
function outputTransform(m: i32, to: usize, toStep: usize, v: usize, step: usize): void {
  const v1 = v128.load(v + step);
  const v2 = v128.load(v + 2 * step);
  const v3 = v128.load(v + 3 * step);
  const v4 = v128.load(v + 4 * step);
  const v5 = v128.load(v + 5 * step);
  const sum1 = f32x4.add(v1, v2);
  const sum2 = f32x4.add(v3, v4);
  const difference1 = f32x4.sub(v1, v2);
  const difference2 = f32x4.sub(v3, v4);
  v128.store(to, f32x4.add(f32x4.add(v128.load(v), sum1), sum2));
  const y1 = f32x4.add(difference1, times(difference2, 2));
  if (m == 2) {
    v128.store(to + toStep, f32x4.add(y1, v5));
  } else {
    v128.store(to + toStep, y1);
    v128.store(to + 2 * toStep, f32x4.add(sum1, times(sum2, 4)));
    v128.store(to + 3 * toStep, f32x4.add(f32x4.add(difference1, times(difference2, 8)), v5));
  }
}

/** A: m vectors to six. */
@inline
function gradientTransform(m: i32, to: usize, toStep: usize, d: usize, step: usize): void {
  const d0 = v128.load(d);
  const d1 = v128.load(d + step);
  let even = d0;
  let odd = d1;
  let even2 = d0;
  let odd2 = times(d1, 2);
  let last = d1;
  if (m == 4) {
    const d2 = v128.load(d + 2 * step);
    const d3 = v128.load(d + 3 * step);
    even = f32x4.add(d0, d2);
    odd = f32x4.add(d1, d3);
    even2 = f32x4.add(d0, times(d2, 4));
    odd2 = f32x4.add(odd2, times(d3, 8));
    last = d3;
  }
  v128.store(to, d0);
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  v128.store(to + 3 * toStep, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStep, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStep, last);
}

/** B: six vectors to six. */
@inline
function inputGradientTransform(to: usize, toStep: usize, v: usize, step: usize): void {
  const v0 = v128.load(v);
  const v1 = v128.load(v + step);
  const v2 = v128.load(v + 2 * step);
  const v3 = v128.load(v + 3 * step);
  const v4 = v128.load(v + 4 * step);
  const v5 = v128.load(v + 5 * step);
  const sum1 = f32x4.add(v1, v2);
  const sum2 = f32x4.add(v3, v4);
  const difference1 = f32x4.sub(v1, v2);
  const difference2 = times(f32x4.sub(v3, v4), 2);
  v128.store(to, times(v0, 4));
  v128.store(to + toStep, f32x4.sub(times(f32x4.sub(v5, difference1), 4), difference2));
  v128.store(to + 2 * toStep, f32x4.sub(times(f32x4.add(v0, sum1), -4), f32x4.add(v0, sum2)));
  v128.store(to + 3 * toStep, f32x4.sub(f32x4.add(difference1, difference2), times(v5, 5)));
  v128.store(to + 4 * toStep, f32x4.add(f32x4.add(v0, sum1), sum2));
  v128.store(to + 5 * toStep, v5);
}

/** G: r vectors to six. */
@inline
function weightTransform(r: i32, to: usize, toStep: usize, w: usize, step: usize): void {
  const w0 = v128.load(w);
  const w1 = v128.load(w + step);
  const w2 = v128.load(w + 2 * step);
  let even = f32x4.add(w0, w2);
  let odd = w1;
  let even2 = f32x4.add(w0, times(w2, 4));
  let odd2 = times(w1, 2);
  let last = w2;
  if (r == 5) {
    const w3 = v128.load(w + 3 * step);
    const w4 = v128.load(w + 4 * step);
    even = f32x4.add(even, w4);
    odd = f32x4.add(odd, w3);
    even2 = f32x4.add(even2, times(w4, 16));
    odd2 = f32x4.add(odd2, times(w3, 8));
    last = w4;
  }
  v128.store(to, times(w0, 0.25));
  v128.store(to + toStep, times(f32x4.add(even, odd), <f32>(-1.0 / 6)));
  v128.store(to + 2 * toStep, times(f32x4.sub(even, odd), <f32>(-1.0 / 6)));
  v128.store(to + 3 * toStep, times(f32x4.add(even2, odd2), <f32>(1.0 / 24)));
  v128.store(to + 4 * toStep, times(f32x4.sub(even2, odd2), <f32>(1.0 / 24)));
  v128.store(to + 5 * toStep, last);
}

/** Gᵀ: six vectors to r. */
@inline
function weightGradientTransform(r: i32, to: usize, toStep: usize, u: usize, step: usize): void {
  const u1 = v128.load(u + step);
  const u2 = v128.load(u + 2 * step);
  const u3 = v128.load(u + 3 * step);
  const u4 = v128.load(u + 4 * step);
  const u5 = v128.load(u + 5 * step);
  const sum1 = times(f32x4.add(u1, u2), <f32>(-1.0 / 6));
  const difference1 = times(f32x4.sub(u1, u2), <f32>(-1.0 / 6));
  const sum2 = times(f32x4.add(u3, u4), <f32>(1.0 / 24));
  const difference2 = times(f32x4.sub(u3, u4), <f32>(1.0 / 24));
  v128.store(to, f32x4.add(f32x4.add(times(v128.load(u), 0.25), sum1), sum2));
  v128.store(to + toStep, f32x4.add(difference1, times(difference2, 2)));
  const w2 = f32x4.add(sum1, times(sum2, 4));
  if (r == 3) {
    v128.store(to + 2 * toStep, f32x4.add(w2, u5));
  } else {
    v128.store(to + 2 * toStep, w2);
    v128.store(to + 3 * toStep, f32x4.add(difference1, times(difference2, 8)));
    v128.store(to + 4 * toStep, f32x4.add(f32x4.add(sum1, times(sum2, 16)), u5));
  }
}

/**
 * U = G · w · Gᵀ. `lanes` output channels and `K` input channels, `laneStep` and `kStep` bytes apart in w; for the gradient
 * of x the two change places. Tasks share blocks of four lanes x K. `scratch`: 1 KiB for each thread.
 */
export function winogradWeights(
  U: usize,
  w: usize,
  scratch: usize,
  r: i32,
  lanes: i32,
  K: i32,
  laneStep: i32,
  kStep: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const blocks = (lanes + 3) >> 2;
  const K4 = (K + 3) & ~3;
  const f = apart(blocks * K4);
  const taps = r * r;
  const kernel = scratch + (<usize>thread << 10);
  const half = kernel + 25 * 16;
  const end = share(blocks * K4, task + 1, tasks);
  for (let i = share(blocks * K4, task, tasks); i < end; i++) {
    const lane = (i / K4) << 2;
    const k = i % K4;
    for (let tap = 0; tap < taps; tap++) {
      const from = w + <usize>(lane * laneStep + k * kStep) + ((<usize>tap) << 2);
      const to = kernel + ((<usize>tap) << 4);
      for (let l = 0; l < 4; l++) {
        store<f32>(
          to + ((<usize>l) << 2),
          k < K && lane + l < lanes ? load<f32>(from + <usize>(l * laneStep)) : 0,
        );
      }
    }
    const to = U + ((<usize>i) << 4);
    if (r == 3) {
      for (let j: usize = 0; j < 3; j++) weightTransform(3, half + (j << 4), 48, kernel + (j << 4), 48);
      for (let j: usize = 0; j < 6; j++) weightTransform(3, to + j * 6 * f, f, half + j * 48, 16);
    } else {
      for (let j: usize = 0; j < 5; j++) weightTransform(5, half + (j << 4), 80, kernel + (j << 4), 80);
      for (let j: usize = 0; j < 6; j++) weightTransform(5, to + j * 6 * f, f, half + j * 80, 16);
    }
  }
}

/** Sizes of a convolution in tiles. Written by `src/backends/wasm/winograd.ts`, in this order. */
@unmanaged
export class WinogradSizes {
  N: i32;
  C_in: i32;
  H: i32;
  W: i32;
  C_out: i32;
  H_out: i32;
  W_out: i32;
  P_h: i32;
  P_w: i32;
  /** Side of a tile of y: 4 for 3x3, 2 for 5x5. */
  m: i32;
  /** Blocks of four input and of four output channels. */
  C_in4: i32;
  C_out4: i32;
  /** Tiles down and across an image. */
  down: i32;
  across: i32;
  /** What is worked on at a time: some small images, or a band of so many tiles' rows of one image. */
  images: i32;
  band: i32;
  /** Tiles at a time: a multiple of 4. */
  T: i32;
  /** Bytes of scratch for each thread. */
  perThread: i32;
  /** Gradient of weights: sums of their own for so many slices of the work. Both gradients: channels split so often. */
  slices: i32;
  parts: i32;

  /** Bands of an image, or 1. */
  @inline
  get bands(): i32 {
    return (this.down + this.band - 1) / this.band;
  }

  /** Pixels across x that tiles reach. */
  @inline
  get W_seen(): i32 {
    return this.m * this.across + 6 - this.m;
  }
}

/** V of tiles t0 … t0 + count − 1 of x4 (images, C_in / 4, m·rows + 6 − m, W_seen, 4), `rows` of tiles each. */
function transformInput(V: usize, x4: usize, half: usize, t0: i32, count: i32, rows: i32, s: WinogradSizes): void {
  const tilesOfImage = rows * s.across;
  const H = s.m * rows + 6 - s.m;
  const W = s.W_seen;
  const row = (<usize>W) << 4;
  const f = apart(s.C_in4 * s.T);
  for (let i = 0; i < count; i++) {
    const n = (t0 + i) / tilesOfImage;
    const tile = (t0 + i) % tilesOfImage;
    const h = (tile / s.across) * s.m;
    const w = (tile % s.across) * s.m;
    for (let c = 0; c < s.C_in4; c++) {
      const x = x4 + ((<usize>(((n * s.C_in4 + c) * H + h) * W + w)) << 4);
      const to = V + ((<usize>(c * s.T + i)) << 4);
      for (let j: usize = 0; j < 6; j++) inputTransform(half + j * 96, 16, x + j * row, 16);
      for (let j: usize = 0; j < 6; j++) inputTransform(to + j * f, 6 * f, half + (j << 4), 96);
    }
  }
}

/** dM = A · dY · Aᵀ of tiles t0 … t0 + count − 1 of dy4 (images, blocks, m·rows, m·across, 4); M (36, C_out / 4, T, 4) gets
 *  its first `blocks`. */
function transformGradient(
  M: usize,
  dy4: usize,
  half: usize,
  t0: i32,
  count: i32,
  rows: i32,
  blocks: i32,
  s: WinogradSizes,
): void {
  const tilesOfImage = rows * s.across;
  const H = s.m * rows;
  const W = s.m * s.across;
  const row = (<usize>W) << 4;
  const f = apart(s.C_out4 * s.T);
  for (let i = 0; i < count; i++) {
    const n = (t0 + i) / tilesOfImage;
    const tile = (t0 + i) % tilesOfImage;
    const h = (tile / s.across) * s.m;
    const w = (tile % s.across) * s.m;
    for (let c = 0; c < blocks; c++) {
      const dy = dy4 + ((<usize>(((n * blocks + c) * H + h) * W + w)) << 4);
      const to = M + ((<usize>(c * s.T + i)) << 4);
      if (s.m == 4) {
        for (let j: usize = 0; j < 4; j++) gradientTransform(4, half + j * 96, 16, dy + j * row, 16);
        for (let j: usize = 0; j < 6; j++) gradientTransform(4, to + j * f, 6 * f, half + (j << 4), 96);
      } else {
        for (let j: usize = 0; j < 2; j++) gradientTransform(2, half + j * 96, 16, dy + j * row, 16);
        for (let j: usize = 0; j < 6; j++) gradientTransform(2, to + j * f, 6 * f, half + (j << 4), 96);
      }
    }
  }
}

/** x of images n0 … n1 − 1, from tiles' row r0 on, `rows` of them, with channels in lanes. */
function inputToLanes(x4: usize, x: usize, n0: i32, n1: i32, r0: i32, rows: i32, s: WinogradSizes): void {
  const H = s.m * rows + 6 - s.m;
  const W = s.W_seen;
  for (let n = n0; n < n1; n++) {
    for (let c = 0; c < s.C_in; c += 4) {
      const from = x + ((<usize>((n * s.C_in + c) * s.H * s.W)) << 2);
      planeToLanes(x4, from, min(4, s.C_in - c), s.H, s.W, H, W, s.P_h - r0 * s.m, s.P_w);
      x4 += (<usize>(H * W)) << 4;
    }
  }
}

/** dy of the same, of blocks first4 … end4 − 1 of output channels. */
function gradientToLanes(
  dy4: usize,
  dy: usize,
  n0: i32,
  n1: i32,
  r0: i32,
  rows: i32,
  first4: i32,
  end4: i32,
  s: WinogradSizes,
): void {
  const H = s.m * rows;
  const W = s.m * s.across;
  for (let n = n0; n < n1; n++) {
    for (let c = first4 << 2; c < min(s.C_out, end4 << 2); c += 4) {
      const from = dy + ((<usize>((n * s.C_out + c) * s.H_out * s.W_out)) << 2);
      planeToLanes(dy4, from, min(4, s.C_out - c), s.H_out, s.W_out, H, W, -r0 * s.m, 0);
      dy4 += (<usize>(H * W)) << 4;
    }
  }
}

/** Y = Aᵀ · M · A of one tile and four output channels, to where it belongs in y. */
@inline
function storeOutput(
  m: i32,
  y: usize,
  plane: usize,
  W_out: i32,
  M: usize,
  f: usize,
  half: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  bias: v128,
): void {
  const out = half + 576;
  for (let j: usize = 0; j < 6; j++) outputTransform(m, half + (j << 4), 96, M + j * f, 6 * f);
  for (let j = 0; j < rows; j++) {
    outputTransform(m, out, 16, half + <usize>j * 96, 16);
    if (m == 2 && columns == 2) pairFromLanes(y, plane, v128.load(out), v128.load(out, 16), channels, bias);
    else rowFromLanes(y, plane, 4, out, channels, columns, bias);
    y += (<usize>W_out) << 2;
  }
}

/** y = conv2d(x, w). A task is some images, or a band of one. */
export function winogradForward(
  y: usize,
  x: usize,
  U: usize,
  bias: Optional,
  scratch: usize,
  s: WinogradSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const C_in4 = s.C_in4;
  const C_out4 = s.C_out4;
  const T = s.T;
  const half = scratch + <usize>thread * s.perThread;
  const V = half + 1024;
  const M = V + 36 * apart(C_in4 * T);
  const x4 = M + 36 * apart(C_out4 * T);

  const n0 = (task / s.bands) * s.images;
  const n1 = min(s.N, n0 + s.images);
  const r0 = (task % s.bands) * s.band;
  const rows = min(s.band, s.down - r0);
  const tilesOfImage = rows * s.across;
  inputToLanes(x4, x, n0, n1, r0, rows, s);

  const vStep = (<usize>T) << 4; // from one block of four channels to the next
  const wStep = (<usize>C_in4) << 6;
  const f = apart(C_out4 * T);
  const plane = (<usize>(s.H_out * s.W_out)) << 2;
  for (let t0 = 0; t0 < (n1 - n0) * tilesOfImage; t0 += T) {
    const count = min(T, (n1 - n0) * tilesOfImage - t0);
    transformInput(V, x4, half, t0, count, rows, s);
    for (let j: usize = 0; j < 36; j++) {
      const v = V + j * apart(C_in4 * T);
      for (let c = 0; c < C_out4; c += 2) {
        const u = U + j * apart(C_out4 * C_in4 * 4) + <usize>c * wStep;
        product(M + j * f + <usize>c * vStep, v, vStep, C_in4, u, wStep, count, c + 1 < C_out4);
      }
    }
    for (let i = 0; i < count; i++) {
      const n = n0 + (t0 + i) / tilesOfImage;
      const tile = (t0 + i) % tilesOfImage;
      const h = (r0 + tile / s.across) * s.m;
      const w = (tile % s.across) * s.m;
      const rowsOfTile = min(s.m, s.H_out - h);
      const columns = min(s.m, s.W_out - w);
      for (let c = 0; c < C_out4; c++) {
        const co = c << 2;
        const to = y + <usize>(n * s.C_out + co) * plane + ((<usize>(h * s.W_out + w)) << 2);
        const from = M + <usize>c * vStep + ((<usize>i) << 4);
        const b = biasLanes(bias ? bias + ((<usize>co) << 2) : 0, s.C_out - co);
        const channels = min(4, s.C_out - co);
        if (s.m == 4) storeOutput(4, to, plane, s.W_out, from, f, half, channels, rowsOfTile, columns, b);
        else storeOutput(2, to, plane, s.W_out, from, f, half, channels, rowsOfTile, columns, b);
      }
    }
  }
}

/** One of the 36 products, for `count` tiles and eight (or four) lanes. The last four tiles may be fewer: what is computed
 *  beyond them is never looked at. */
@inline
function product(
  to: usize,
  v: usize,
  step: usize,
  K4: i32,
  u: usize,
  uv: usize,
  count: i32,
  two: bool,
): void {
  const end = (<usize>count) << 4;
  if (two) for (let i: usize = 0; i < end; i += 64) productTile(to + i, step, v + i, step, K4, u, uv, 4);
  else for (let i: usize = 0; i < end; i += 64) productTile4(to + i, v + i, step, K4, u, 4);
}

/**
 * dU (slices, 36, C_out / 4, C_in, 4): for each slice of the work, the sum over its tiles. A task is one slice and one part of
 * the output channels.
 */
export function winogradGradient(
  dU: usize,
  x: usize,
  dy: usize,
  scratch: usize,
  s: WinogradSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const C_in4 = s.C_in4;
  const C_out4 = s.C_out4;
  const T = s.T;
  const half = scratch + <usize>thread * s.perThread;
  const V = half + 1024;
  const M = V + 36 * apart(C_in4 * T);
  const x4 = M + 36 * apart(C_out4 * T);
  const dy4 = x4 + ((<usize>(s.images * C_in4 * (s.m * s.band + 6 - s.m) * s.W_seen)) << 4);
  const slice = task / s.parts;
  const part = task % s.parts;
  // Parts are pairs of blocks, which one register tile takes together.
  const pairs = (C_out4 + 1) >> 1;
  const first4 = share(pairs, part, s.parts) << 1;
  const end4 = min(C_out4, share(pairs, part + 1, s.parts) << 1);
  const blocks = end4 - first4;

  const vStep = (<usize>T) << 4;
  const wStep = (<usize>C_in4) << 6;
  const uStep = apart(C_out4 * C_in4 * 4);
  const sums = dU + <usize>(slice * 36) * uStep + <usize>first4 * wStep;
  for (let f: usize = 0; f < 36; f++) memory.fill(sums + f * uStep, 0, <usize>blocks * wStep);

  const work = ((s.N + s.images - 1) / s.images) * s.bands;
  const end = share(work, slice + 1, s.slices);
  for (let at = share(work, slice, s.slices); at < end; at++) {
    const n0 = (at / s.bands) * s.images;
    const n1 = min(s.N, n0 + s.images);
    const r0 = (at % s.bands) * s.band;
    const rows = min(s.band, s.down - r0);
    inputToLanes(x4, x, n0, n1, r0, rows, s);
    gradientToLanes(dy4, dy, n0, n1, r0, rows, first4, end4, s);
    const tiles = (n1 - n0) * rows * s.across;
    for (let t0 = 0; t0 < tiles; t0 += T) {
      const count = min(T, tiles - t0);
      transformInput(V, x4, half, t0, count, rows, s);
      transformGradient(M, dy4, half, t0, count, rows, blocks, s);
      for (let j: usize = 0; j < 36; j++) {
        for (let c = 0; c < blocks; c += 2) {
          const d = M + j * apart(C_out4 * T) + <usize>c * vStep;
          const to = sums + j * uStep + <usize>c * wStep;
          for (let k = 0; k < C_in4; k++) {
            const v = V + j * apart(C_in4 * T) + <usize>k * vStep;
            const dw = to + ((<usize>k) << 6);
            if (c + 1 < blocks) pixelsTile<v128>(dw, wStep, 16, v, v + 4, v + 8, v + 12, d, vStep, 1, 0, count);
            else pixelsTile4<v128>(dw, 16, v, v + 4, v + 8, v + 12, d, 1, 0, count);
          }
        }
      }
    }
  }
}

/**
 * dx = B · dV · Bᵀ, the tiles added up where they overlap. A task is some images (all rows of them) and one part of the input
 * channels. U has the input channels in lanes: (36, C_in / 4, C_out, 4).
 */
export function winogradInputGradient(
  dx: usize,
  dy: usize,
  U: usize,
  scratch: usize,
  s: WinogradSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const C_out4 = s.C_out4;
  const T = s.T;
  const half = scratch + <usize>thread * s.perThread;
  const tile = half + 576;
  const M = half + 1024;
  const dV = M + 36 * apart(C_out4 * T);
  const dy4 = dV + 36 * apart(s.C_in4 * T);
  const dx4 = dy4 + ((<usize>(s.images * C_out4 * s.m * s.down * s.m * s.across)) << 4);
  const n0 = (task / s.parts) * s.images;
  const n1 = min(s.N, n0 + s.images);
  const part = task % s.parts;
  const pairs = (s.C_in4 + 1) >> 1;
  const first4 = share(pairs, part, s.parts) << 1;
  const end4 = min(s.C_in4, share(pairs, part + 1, s.parts) << 1);
  const blocks = end4 - first4;

  const H = s.m * s.down + 6 - s.m;
  const W = s.W_seen;
  const row = (<usize>W) << 4;
  gradientToLanes(dy4, dy, n0, n1, 0, s.down, 0, C_out4, s);
  memory.fill(dx4, 0, <usize>((n1 - n0) * blocks * H) * row);
  const vStep = (<usize>T) << 4;
  const wStep = (<usize>C_out4) << 6;
  const f = apart(s.C_in4 * T);
  const tilesOfImage = s.down * s.across;
  for (let t0 = 0; t0 < (n1 - n0) * tilesOfImage; t0 += T) {
    const count = min(T, (n1 - n0) * tilesOfImage - t0);
    transformGradient(M, dy4, half, t0, count, s.down, C_out4, s);
    for (let j: usize = 0; j < 36; j++) {
      const d = M + j * apart(C_out4 * T);
      for (let c = 0; c < blocks; c += 2) {
        const u = U + j * apart(s.C_in4 * C_out4 * 4) + <usize>(first4 + c) * wStep;
        product(dV + j * f + <usize>c * vStep, d, vStep, C_out4, u, wStep, count, c + 1 < blocks);
      }
    }
    for (let i = 0; i < count; i++) {
      const n = (t0 + i) / tilesOfImage;
      const place = (t0 + i) % tilesOfImage;
      const h = (place / s.across) * s.m;
      const w = (place % s.across) * s.m;
      for (let c = 0; c < blocks; c++) {
        const v = dV + <usize>c * vStep + ((<usize>i) << 4);
        const to = dx4 + ((<usize>(((n * blocks + c) * H + h) * W + w)) << 4);
        for (let j: usize = 0; j < 6; j++) inputGradientTransform(half + (j << 4), 96, v + j * f, 6 * f);
        for (let j: usize = 0; j < 6; j++) {
          inputGradientTransform(tile, 16, half + j * 96, 16);
          const line = to + j * row;
          for (let l: usize = 0; l < 96; l += 16) v128.store(line + l, f32x4.add(v128.load(line + l), v128.load(tile + l)));
        }
      }
    }
  }

  const plane = (<usize>(s.H * s.W)) << 2;
  for (let n = n0; n < n1; n++) {
    for (let c = 0; c < blocks; c++) {
      const ci = (first4 + c) << 2;
      let from = dx4 + ((<usize>((((n - n0) * blocks + c) * H + s.P_h) * W + s.P_w)) << 4);
      let to = dx + <usize>(n * s.C_in + ci) * plane;
      for (let h = 0; h < s.H; h++) {
        rowFromLanes(to, plane, 4, from, min(4, s.C_in - ci), s.W, f32x4.splat(0));
        from += row;
        to += (<usize>s.W) << 2;
      }
    }
  }
}

/** dw (C_out, C_in, r, r) = Gᵀ · (Σ of dU over the slices) · G. Tasks share blocks of four output channels x C_in. */
export function winogradGradientWeights(
  dw: usize,
  dU: usize,
  scratch: usize,
  r: i32,
  slices: i32,
  C_out: i32,
  C_in: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const blocks = (C_out + 3) >> 2;
  const K4 = (C_in + 3) & ~3;
  const f = apart(blocks * K4);
  const sum = scratch + (<usize>thread << 11);
  const half = sum + 576;
  const out = half + 480;
  const end = share(blocks * C_in, task + 1, tasks);
  for (let i = share(blocks * C_in, task, tasks); i < end; i++) {
    const co = (i / C_in) << 2;
    const ci = i % C_in;
    const from = dU + ((<usize>((co >> 2) * K4 + ci)) << 4);
    for (let j: usize = 0; j < 36; j++) {
      let v = v128.load(from + j * f);
      for (let slice = 1; slice < slices; slice++) v = f32x4.add(v, v128.load(from + (j + <usize>(slice * 36)) * f));
      v128.store(sum + (j << 4), v);
    }
    if (r == 3) {
      for (let j: usize = 0; j < 6; j++) weightGradientTransform(3, half + (j << 4), 96, sum + (j << 4), 96);
      for (let j: usize = 0; j < 3; j++) weightGradientTransform(3, out + j * 48, 16, half + j * 96, 16);
    } else {
      for (let j: usize = 0; j < 6; j++) weightGradientTransform(5, half + (j << 4), 96, sum + (j << 4), 96);
      for (let j: usize = 0; j < 5; j++) weightGradientTransform(5, out + j * 80, 16, half + j * 96, 16);
    }
    const taps = r * r;
    const kernel = (<usize>(C_in * taps)) << 2; // from one output channel to the next
    rowFromLanes(
      dw + (<usize>co) * kernel + ((<usize>(ci * taps)) << 2),
      kernel,
      4,
      out,
      min(4, C_out - co),
      taps,
      f32x4.splat(0),
    );
  }
}
