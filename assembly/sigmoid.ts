/**
 * sigmoid: y = 1 / (1 + e^(−x)), four lanes at a time.
 *
 *   [x0, x1, x2, x3] → [e^−x0, e^−x1, e^−x2, e^−x3] → [y0, y1, y2, y3]
 *
 * The maths: `src/ops/sigmoid.ts`.
 */
import { exp } from './exp';
import { get, put } from './lanes';
import { firstElement } from './split';

/** Writes y. `y`, `x`: addresses of `length` f32. */
export function sigmoidForward(y: usize, x: usize, length: i32, task: i32, tasks: i32): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) forward(y, x, i, 4);
  for (; i < end; i++) forward(y, x, i, 1);
}

@inline
function forward(y: usize, x: usize, i: i32, lanes: i32): void {
  const at = (<usize>i) << 2;
  const one = f32x4.splat(1);
  put(y + at, f32x4.div(one, f32x4.add(one, exp(f32x4.neg(get(x + at, lanes))))), lanes);
}

/** Writes dx. dy/dx = y · (1 − y), so  dx = y · (1 − y) · dy. */
export function sigmoidBackward(dx: usize, dy: usize, y: usize, length: i32, task: i32, tasks: i32): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) backward(dx, dy, y, i, 4);
  for (; i < end; i++) backward(dx, dy, y, i, 1);
}

@inline
function backward(dx: usize, dy: usize, y: usize, i: i32, lanes: i32): void {
  const at = (<usize>i) << 2;
  const v = get(y + at, lanes);
  const slope = f32x4.mul(v, f32x4.sub(f32x4.splat(1), v));
  put(dx + at, f32x4.mul(slope, get(dy + at, lanes)), lanes);
}
