/**
 * The tiles of Winograd's convolution in memory. Channels are in lanes (lanes4.ts), so a vector is four channels of a number.
 * Of T tiles at a time, f counting the 36 numbers of a tile:
 *
 *   V (36, C_in / 4, T, 4) = Bᵀ·X·B     U (36, C_out / 4, C_in, 4) = G·w·Gᵀ     M (36, C_out / 4, T, 4) = U ⊙ V
 *
 * and the gradients of V and M are laid out as they are. A thread's scratch memory begins with room for three single tiles,
 * through which a transform goes (before it, half way, after it):
 *
 *   | tile | tile | tile | V or M … | M or dV … | x4, dy4, dx4: images with channels in lanes …
 *   0      TILE   2·TILE WINOGRAD_SCRATCH
 *
 * One number that isn't finite makes a whole tile so, and so do numbers whose sums in a transform are too large for f32. So each
 * task writes four `sums` over the numbers that it makes: where one isn't finite, the caller computes all of it again directly.
 */
import { planeToLanes } from '../lanes4';
import { productTile, productTile4 } from '../tiles';
import { gradientTransform, inputTransform } from './transforms';

/** Bytes from one row of a tile to the next: six vectors. */
export const ROW: usize = 6 * 16;
/** Bytes of one tile: 6x6 vectors. */
export const TILE: usize = 6 * ROW;
/** Bytes at the head of each thread's scratch memory: three tiles. */
export const WINOGRAD_SCRATCH: i32 = 3 * 6 * 6 * 16;
/** Bytes that are left free between each of the 36 parts of U, V and M and the next. */
export const WINOGRAD_GAP: i32 = 64;

/**
 * From one of the 36 to the next, in bytes, where each has `vectors`. A cache line more than they take: the 36 are written
 * one after the other, and powers of two between them would all fall into the same few sets of the cache.
 */
@inline
export function apart(vectors: i32): usize {
  return ((<usize>vectors) << 4) + WINOGRAD_GAP;
}

/** Sizes of a convolution in tiles. `src/backends/wasm/winograd.ts` fills them in. */
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
export function transformInput(V: usize, x4: usize, half: usize, t0: i32, count: i32, rows: i32, s: WinogradSizes): void {
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
      for (let j: usize = 0; j < 6; j++) inputTransform(half + j * ROW, 16, x + j * row, 16);
      for (let j: usize = 0; j < 6; j++) inputTransform(to + j * f, 6 * f, half + (j << 4), ROW);
    }
  }
}

/** dM = A · dY · Aᵀ of tiles t0 … t0 + count − 1 of dy4 (images, blocks, m·rows, m·across, 4); M (36, C_out / 4, T, 4) gets
 *  its first `blocks`. */
export function transformGradient(
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
        for (let j: usize = 0; j < 4; j++) gradientTransform(4, half + j * ROW, 16, dy + j * row, 16);
        for (let j: usize = 0; j < 6; j++) gradientTransform(4, to + j * f, 6 * f, half + (j << 4), ROW);
      } else {
        for (let j: usize = 0; j < 2; j++) gradientTransform(2, half + j * ROW, 16, dy + j * row, 16);
        for (let j: usize = 0; j < 6; j++) gradientTransform(2, to + j * f, 6 * f, half + (j << 4), ROW);
      }
    }
  }
}

/** x of images n0 … n1 − 1, from tiles' row r0 on, `rows` of them, with channels in lanes. */
export function inputToLanes(x4: usize, x: usize, n0: i32, n1: i32, r0: i32, rows: i32, s: WinogradSizes): void {
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
export function gradientToLanes(
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

/** One of the 36 products, for `count` tiles and eight (or four) lanes. The last four tiles may be fewer: what is computed
 *  beyond them is never looked at. */
@inline
export function product(
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
