/**
 * dropout: y = x / (1 − p) where it is kept, and 0 elsewhere, four lanes at a time.
 *
 *   mask [1, 0, 1, 1]:   [x0, x1, x2, x3] → [x0 · scale, 0, x2 · scale, x3 · scale]
 *
 * A dropped NaN or infinity is 0, too: lanes are switched off, not multiplied by 0. The maths: `src/ops/dropout.ts`.
 */
import { get, put } from './lanes';
import { firstElement } from './split';

/** Writes y; and given dy in place of x, dx:  as y = x · scale where it was kept,  dx = dy · scale  there and  dx = 0
 *  elsewhere. `y`, `x`, `mask`: addresses of `length` f32; `scale`: 1 / (1 − p). */
export function dropoutForward(y: usize, x: usize, mask: usize, length: i32, scale: f32, task: i32, tasks: i32): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) keep(y, x, mask, i, scale, 4);
  for (; i < end; i++) keep(y, x, mask, i, scale, 1);
}

@inline
function keep(y: usize, x: usize, mask: usize, i: i32, scale: f32, lanes: i32): void {
  const at = (<usize>i) << 2;
  const dropped = f32x4.eq(get(mask + at, lanes), f32x4.splat(0));
  put(y + at, v128.andnot(f32x4.mul(get(x + at, lanes), f32x4.splat(scale)), dropped), lanes);
}
