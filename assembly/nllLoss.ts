/**
 * nllLoss: loss[n] = −weight[t] · x[n, t], t = target[n]; 0 where t = ignoreIndex. It reads one number of every row, so it
 * has no lanes. Of the sum or the mean there are partial sums first (total.ts), in pairs:
 *
 *   partials  |Σ loss, Σ weight[t]| of task 0 |Σ loss, Σ weight[t]| of task 1 | …
 *
 * The maths: `src/ops/nllLoss.ts`.
 */
import { Optional } from './optional';
import { start } from './rows';
import { firstElement } from './split';

/**
 * Writes the partial sums, and every loss where `loss` isn't 0. `x`: address of (N, C, inner) f32; `target`: of i32, one for
 * each of the `rows` = N · inner; `weight`: of C f32, or 0.
 */
export function nllLossForward(
  loss: Optional,
  partials: usize,
  x: usize,
  target: usize,
  weight: Optional,
  rows: i32,
  C: i32,
  inner: i32,
  ignoreIndex: i32,
  task: i32,
  tasks: i32,
): void {
  let sum: f64 = 0;
  let weights: f64 = 0;
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row++) {
    const t = load<i32>(target + ((<usize>row) << 2));
    let cost: f64 = 0;
    if (t != ignoreIndex) {
      const w = weightOf(weight, t);
      cost = -w * <f64>load<f32>(x + ((<usize>(start(row, C, inner) + t * inner)) << 2));
      weights += w;
    }
    if (loss) store<f32>(loss + ((<usize>row) << 2), <f32>cost);
    sum += cost;
  }
  storePair(partials, task, sum, weights);
}

/** Writes dx of the `N` images. As loss −= weight[t] · x[t],  dx[t] −= weight[t] · dloss;  the mean divides that by Σ weight[t].
 *  `each`: every loss has a dloss of its own; `count`: partial sums of Σ weight[t], none where it isn't a mean. */
export function nllLossBackward(
  dx: usize,
  dloss: usize,
  partials: usize,
  target: usize,
  weight: Optional,
  N: i32,
  C: i32,
  inner: i32,
  ignoreIndex: i32,
  each: bool,
  count: i32,
  task: i32,
  tasks: i32,
): void {
  const from = <i32>((<i64>N * task) / tasks);
  const to = <i32>((<i64>N * (task + 1)) / tasks);
  const image = (<usize>(C * inner)) << 2;
  memory.fill(dx + <usize>from * image, 0, <usize>(to - from) * image);
  const divisor = divisorOf(partials, count);
  for (let row = from * inner; row < to * inner; row++) {
    const t = load<i32>(target + ((<usize>row) << 2));
    if (t == ignoreIndex) continue;
    const dy = <f64>load<f32>(dloss + (each ? (<usize>row) << 2 : 0));
    const at = (<usize>(start(row, C, inner) + t * inner)) << 2;
    store<f32>(dx + at, <f32>((-weightOf(weight, t) * dy) / divisor));
  }
}

/** Writes Σ loss of `count` tasks to `loss`, for a mean divided by Σ weight[t]. One task does it. */
export function reduceLoss(loss: usize, partials: usize, count: i32, isMean: bool): void {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += load<f64>(partials + ((<usize>i) << 4));
  store<f32>(loss, <f32>(sum / divisorOf(partials, isMean ? count : 0)));
}

/** Writes the Σ weight[t] of a task's share, for a backward pass. */
export function targetWeights(
  partials: usize,
  target: usize,
  weight: Optional,
  rows: i32,
  ignoreIndex: i32,
  task: i32,
  tasks: i32,
): void {
  let weights: f64 = 0;
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row++) {
    const t = load<i32>(target + ((<usize>row) << 2));
    if (t != ignoreIndex) weights += weightOf(weight, t);
  }
  storePair(partials, task, 0, weights);
}

/** Σ weight[t] of `count` tasks, which a mean divides by; 1 without any. */
@inline
export function divisorOf(partials: usize, count: i32): f64 {
  if (count == 0) return 1;
  let weights: f64 = 0;
  for (let i = 0; i < count; i++) weights += load<f64>(partials + ((<usize>i) << 4), 8);
  return weights;
}

@inline
export function storePair(partials: usize, task: i32, sum: f64, weights: f64): void {
  const at = partials + ((<usize>task) << 4);
  store<f64>(at, sum);
  store<f64>(at, weights, 8);
}

@inline
function weightOf(weight: usize, t: i32): f64 {
  return weight ? <f64>load<f32>(weight + ((<usize>t) << 2)) : 1;
}
