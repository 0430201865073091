/**
 * relu: y = max(0, x), four lanes at a time.
 *
 *   [x0, x1, x2, x3] → [max(0, x0), max(0, x1), max(0, x2), max(0, x3)]
 *
 * WASM's max keeps a NaN, and takes +0 over −0, as JavaScript's does. The maths: `src/ops/relu.ts`, equal to the bit.
 */
import { firstElement } from './split';

/** Writes y. `y`, `x`: addresses of `length` f32. */
export function reluForward(y: usize, x: usize, length: i32, task: i32, tasks: i32): void {
  const zero = f32x4.splat(0);
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, f32x4.max(v128.load(x + at), zero));
  }
  for (; i < end; i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, max<f32>(load<f32>(x + at), 0));
  }
}

/** Writes dx. As y = x where y > 0 and y = 0 elsewhere,  dx = dy  there and  dx = 0  elsewhere. */
export function reluBackward(dx: usize, dy: usize, y: usize, length: i32, task: i32, tasks: i32): void {
  const zero = f32x4.splat(0);
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) {
    const at = (<usize>i) << 2;
    const off = f32x4.le(v128.load(y + at), zero);
    v128.store(dx + at, v128.andnot(v128.load(dy + at), off));
  }
  for (; i < end; i++) {
    const at = (<usize>i) << 2;
    store<f32>(dx + at, load<f32>(y + at) <= 0 ? 0 : load<f32>(dy + at));
  }
}
