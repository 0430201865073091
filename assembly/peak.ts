/**
 * The machine's peaks, for the benchmarks. Arithmetic: the innermost loop of `tiles.ts` (8 sums in registers, 6 loads for 16
 * multiplications and additions) with nothing around it, over operands that never leave the first cache. Memory: a copy.
 */
import { madd } from './madd';
import { firstElement } from './split';

const TAPS: i32 = 16;
/** Bytes of the operands: 4 pixels for each tap, then 2 vectors of weights for each. */
export const PEAK_OPERAND_BYTES: i32 = 3 * 16 * TAPS;
/** Bytes of a task's sums, 8 vectors. */
export const PEAK_SUM_BYTES: i32 = 128;
/** Multiplications and additions of one iteration, 4 pixels x 8 channels x 16 taps. */
export const PEAK_OPERATIONS: i32 = 2 * 4 * 8 * TAPS;

/**
 * Does PEAK_OPERATIONS `iterations` times. `scratch`: PEAK_OPERAND_BYTES, then PEAK_SUM_BYTES for each task.
 */
export function peak(scratch: usize, iterations: i32, task: i32, tasks: i32): void {
  const zero = f32x4.splat(0);
  let a0 = zero,
    a1 = zero,
    b0 = zero,
    b1 = zero,
    c0 = zero,
    c1 = zero,
    d0 = zero,
    d1 = zero;
  const weights = scratch + (TAPS << 4);
  for (let i = 0; i < iterations; i++) {
    let w = weights;
    for (let x = scratch; x < weights; x += 16) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      w += 32;
      let s = v128.load32_splat(x);
      a0 = madd(s, w0, a0);
      a1 = madd(s, w1, a1);
      s = v128.load32_splat(x, 4);
      b0 = madd(s, w0, b0);
      b1 = madd(s, w1, b1);
      s = v128.load32_splat(x, 8);
      c0 = madd(s, w0, c0);
      c1 = madd(s, w1, c1);
      s = v128.load32_splat(x, 12);
      d0 = madd(s, w0, d0);
      d1 = madd(s, w1, d1);
    }
  }
  const y = scratch + PEAK_OPERAND_BYTES + <usize>(task * PEAK_SUM_BYTES);
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, b0, 32);
  v128.store(y, b1, 48);
  v128.store(y, c0, 64);
  v128.store(y, c1, 80);
  v128.store(y, d0, 96);
  v128.store(y, d1, 112);
}

/** y = x, of `length` f32, a multiple of 4. */
export function peakCopy(y: usize, x: usize, length: i32, task: i32, tasks: i32): void {
  const end = <usize>firstElement(length, task + 1, tasks) << 2;
  for (let at = <usize>firstElement(length, task, tasks) << 2; at < end; at += 16) v128.store(y + at, v128.load(x + at));
}
