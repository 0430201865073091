/**
 * mseLoss: loss[i] = (x[i] − target[i])², four lanes at a time; of their sum or mean, partial sums (total.ts).
 *
 *   [x0, x1, x2, x3], [t0, t1, t2, t3] → [(x0 − t0)², (x1 − t1)², (x2 − t2)², (x3 − t3)²]
 *
 * The maths: `src/ops/mseLoss.ts`.
 */
import { along } from './broadcast';
import { get, put } from './lanes';
import { Optional } from './optional';
import { firstElement } from './split';
import { total } from './total';

@unmanaged
class SquaredDifference {
  @inline
  of(x: v128, target: v128): v128 {
    const difference = f32x4.sub(x, target);
    return f32x4.mul(difference, difference);
  }
}

/** Writes every loss. `loss`, `x`, `target`: addresses of `length` f32. */
export function mseLossForward(loss: usize, x: usize, target: usize, length: i32, task: i32, tasks: i32): void {
  const i = firstElement(length, task, tasks);
  const at = (<usize>i) << 2;
  along<SquaredDifference>(loss + at, x + at, target + at, firstElement(length, task + 1, tasks) - i, 1, 1);
}

/** Writes the sum of a task's share of the losses. */
export function mseLossSum(partials: usize, x: usize, target: usize, length: i32, task: i32, tasks: i32): void {
  const i = firstElement(length, task, tasks);
  const at = (<usize>i) << 2;
  const sum = total<SquaredDifference>(x + at, target + at, firstElement(length, task + 1, tasks) - i);
  store<f64>(partials + ((<usize>task) << 3), sum);
}

/**
 * Writes the gradients that are asked for (not 0).  dx = 2 · (x − target) · dloss  and  dtarget = −dx.
 * `factor`: 2, divided by the count for a mean. `step`: 1 where every loss has a dloss of its own, 0 where there is one.
 */
export function mseLossBackward(
  dx: Optional,
  dtarget: Optional,
  dloss: usize,
  x: usize,
  target: usize,
  length: i32,
  factor: f32,
  step: i32,
  task: i32,
  tasks: i32,
): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) backward(dx, dtarget, dloss, x, target, i, factor, step, 4);
  for (; i < end; i++) backward(dx, dtarget, dloss, x, target, i, factor, step, 1);
}

@inline
function backward(
  dx: usize,
  dtarget: usize,
  dloss: usize,
  x: usize,
  target: usize,
  i: i32,
  factor: f32,
  step: i32,
  lanes: i32,
): void {
  const at = (<usize>i) << 2;
  const dy = step ? get(dloss + at, lanes) : v128.load32_splat(dloss);
  const difference = f32x4.sub(get(x + at, lanes), get(target + at, lanes));
  const d = f32x4.mul(difference, f32x4.mul(dy, f32x4.splat(factor)));
  if (dx) put(dx + at, d, lanes);
  if (dtarget) put(dtarget + at, f32x4.neg(d), lanes);
}
