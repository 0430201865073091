/**
 * adagrad: one step of Adagrad, four parameters at a time.
 *
 *   sum += g²      param −= rate · g / (√sum + eps)
 *
 * The rate's decay is the same for all parameters, so the caller puts it into  rate = lr / (1 + (t − 1) · lrDecay).
 * The maths: `src/ops/adagrad.ts`.
 */
import { get, keep, put } from './lanes';
import { firstElement } from './split';

/** Updates param and sum in place: addresses of `length` f32, like `dparam`. param becomes 0 below `leastParam`, which is 0 where it
 *  needn't be looked for (src/ops/negligible.ts). */
export function adagradForward(
  param: usize,
  sum: usize,
  dparam: usize,
  length: i32,
  rate: f32,
  eps: f32,
  weightDecay: f32,
  leastParam: f32,
  task: i32,
  tasks: i32,
): void {
  const end = firstElement(length, task + 1, tasks);
  let i = firstElement(length, task, tasks);
  for (; i + 4 <= end; i += 4) step(param, sum, dparam, i, rate, eps, weightDecay, leastParam, 4);
  for (; i < end; i++) step(param, sum, dparam, i, rate, eps, weightDecay, leastParam, 1);
}

@inline
function step(
  param: usize,
  sum: usize,
  dparam: usize,
  i: i32,
  rate: f32,
  eps: f32,
  weightDecay: f32,
  leastParam: f32,
  lanes: i32,
): void {
  const at = (<usize>i) << 2;
  const p = get(param + at, lanes);
  const g = f32x4.add(get(dparam + at, lanes), f32x4.mul(f32x4.splat(weightDecay), p));
  const v = f32x4.add(get(sum + at, lanes), f32x4.mul(g, g));
  put(sum + at, v, lanes);
  const go = f32x4.div(f32x4.mul(f32x4.splat(rate), g), f32x4.add(f32x4.sqrt(v), f32x4.splat(eps)));
  put(param + at, keep(f32x4.sub(p, go), leastParam), lanes);
}
