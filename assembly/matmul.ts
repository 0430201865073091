/**
 * matmul and linear: y[m,n] = Σ_k a[m,k] · b[k,n]. The maths: `src/ops/matmul.ts`, `src/ops/linear.ts`.
 *
 * Both sides are laid out for the register tile of tiles.ts first: a with four k side by side, so that a row's four are
 * one cache line's neighbours, and b with four n, so that they are lanes.
 *
 *   a4 (K / 4, M', 4)     b4 (N / 4, K', 4)     y (M, N)      M', K': M, K up to the next multiple of 4, filled with 0
 *
 * Any of the gradients is the same product with one side read across: rows and columns are only strides.
 */
import { Optional } from './optional';
import { productTile, productTile4 } from './tiles';
import { firstItem } from './split';

/** Four neighbours of `i` in one vector: to (I / 4, J', 4) of x[i, j], which is iStep and jStep bytes from its neighbours.
 *  Tasks share the blocks. */
export function matmulPack(
  to: usize,
  x: usize,
  I: i32,
  J: i32,
  iStep: i32,
  jStep: i32,
  task: i32,
  tasks: i32,
): void {
  const J4 = (J + 3) & ~3;
  const blocks = (I + 3) >> 2;
  const end = firstItem(blocks, task + 1, tasks);
  for (let block = firstItem(blocks, task, tasks); block < end; block++) {
    const i = block << 2;
    const count = min(4, I - i);
    let at = to + ((<usize>(block * J4)) << 4);
    let from = x + <usize>(i * iStep);
    for (let j = 0; j < J4; j++) {
      if (j < J && count == 4 && iStep == 4) {
        v128.store(at, v128.load(from));
      } else {
        for (let l = 0; l < 4; l++) {
          store<f32>(at + ((<usize>l) << 2), j < J && l < count ? load<f32>(from + <usize>(l * iStep)) : 0);
        }
      }
      at += 16;
      from += <usize>jStep;
    }
  }
}

/** Bytes of one product of tiles, 4 rows of 8: 128, and as many again as keep threads apart in memory. */
export const PRODUCT_BYTES: i32 = 1024;

/**
 * y (M, N) = a4 · b4 (+ bias[n] where there is one); where `add` is set, added to what y has. A task is a part of the rows,
 * in blocks of four. `scratch`: PRODUCT_BYTES for each thread.
 */
export function matmulProduct(
  y: usize,
  a4: usize,
  b4: usize,
  bias: Optional,
  scratch: usize,
  M: i32,
  K: i32,
  N: i32,
  add: bool,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const K4 = (K + 3) >> 2;
  const aStep = (<usize>((M + 3) & ~3)) << 4;
  const bStep = (<usize>K4) << 6;
  const out = scratch + <usize>(thread * PRODUCT_BYTES);
  const blocks = (M + 3) >> 2;
  const N4 = (N + 3) >> 2;
  const end = firstItem(blocks, task + 1, tasks);
  const first = firstItem(blocks, task, tasks);
  for (let n = 0; n < N4; n += 2) {
    const b = b4 + <usize>n * bStep;
    const two = n + 1 < N4;
    for (let block = first; block < end; block++) {
      const m = block << 2;
      const a = a4 + ((<usize>m) << 4);
      if (two) productTile(out, 64, a, aStep, K4, b, bStep, 4);
      else productTile4(out, a, aStep, K4, b, 4);
      const rows = min(4, M - m);
      for (let r = 0; r < rows; r++) {
        const to = y + ((<usize>((m + r) * N + (n << 2))) << 2);
        storeLanes(to, v128.load(out + ((<usize>r) << 4)), min(4, N - (n << 2)), bias ? bias + ((<usize>n) << 4) : 0, add);
        if (two) {
          const second = v128.load(out + 64 + ((<usize>r) << 4));
          storeLanes(to + 16, second, min(4, N - (n << 2) - 4), bias ? bias + ((<usize>n) << 4) + 16 : 0, add);
        }
      }
    }
  }
}

@inline
function storeLanes(to: usize, v: v128, count: i32, bias: usize, add: i32): void {
  if (count == 4) {
    if (bias) v = f32x4.add(v, v128.load(bias));
    if (add) v = f32x4.add(v, v128.load(to));
    v128.store(to, v);
    return;
  }
  storeLane(to, f32x4.extract_lane(v, 0), bias, add);
  if (count > 1) storeLane(to + 4, f32x4.extract_lane(v, 1), bias ? bias + 4 : 0, add);
  if (count > 2) storeLane(to + 8, f32x4.extract_lane(v, 2), bias ? bias + 8 : 0, add);
}

@inline
function storeLane(to: usize, value: f32, bias: usize, add: i32): void {
  if (bias) value += load<f32>(bias);
  if (add) value += load<f32>(to);
  store<f32>(to, value);
}
