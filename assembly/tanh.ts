/**
 * tanh: four lanes at a time.
 *
 *   |x| < 0.625     y = x + x³ · P(x²)                     keeps the digits of a small x, which 1 − … would lose
 *   elsewhere       y = ±(1 − 2 / (e^(2|x|) + 1))          = (e^x − e^(−x)) / (e^x + e^(−x))
 *
 * Both are computed, and each lane takes the one that is for it. The maths: `src/ops/tanh.ts`; P: see `exp.ts`.
 */
import { exp } from './exp';
import { get, put } from './lanes';
import { firstElement } from './split';

/** Writes y. `y`, `x`: addresses of `length` f32. */
export function tanhForward(y: usize, x: usize, length: i32, task: i32, tasks: i32): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) forward(y, x, i, 4);
  for (; i < end; i++) forward(y, x, i, 1);
}

@inline
function forward(y: usize, x: usize, i: i32, lanes: i32): void {
  const at = (<usize>i) << 2;
  const v = get(x + at, lanes);
  const small = f32x4.lt(f32x4.abs(v), f32x4.splat(0.625));
  const size = v128.bitselect(near0(v), far(v), small);
  put(y + at, v128.bitselect(v, size, i32x4.splat(0x80000000)), lanes); // with the sign of x
}

@inline
function near0(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-3.33332819422e-1));
  return f32x4.add(x, f32x4.mul(f32x4.mul(p, square), x));
}

@inline
function far(x: v128): v128 {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  return f32x4.sub(one, f32x4.div(two, f32x4.add(exp(f32x4.mul(two, f32x4.abs(x))), one)));
}

/** Writes dx. dy/dx = 1 − y², so  dx = (1 − y²) · dy. */
export function tanhBackward(dx: usize, dy: usize, y: usize, length: i32, task: i32, tasks: i32): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) backward(dx, dy, y, i, 4);
  for (; i < end; i++) backward(dx, dy, y, i, 1);
}

@inline
function backward(dx: usize, dy: usize, y: usize, i: i32, lanes: i32): void {
  const at = (<usize>i) << 2;
  const v = get(y + at, lanes);
  const slope = f32x4.sub(f32x4.splat(1), f32x4.mul(v, v));
  put(dx + at, f32x4.mul(slope, get(dy + at, lanes)), lanes);
}
