/**
 * adam: one step of Adam or AdamW, four parameters at a time.
 *
 *   m = β1 · m + (1 − β1) · g      v = β2 · v + (1 − β2) · g²      param −= stepSize · m / (√v · rootScale + eps)
 *
 * m: expAvg, v: expAvgSq. The corrections of both means are the same for all parameters, so the caller puts them into
 * stepSize = lr / (1 − β1^t)  and  rootScale = 1 / √(1 − β2^t).  The maths: `src/ops/adam.ts`.
 */
import { get, keep, put } from './lanes';
import { firstElement } from './split';

/**
 * Updates param, expAvg and expAvgSq in place: addresses of `length` f32, like `dparam`. `gain1`, `gain2`: 1 − β1, 1 − β2.
 * `weightDecay` is added to the gradient, `shrink` (AdamW's lr · weightDecay) shortens the parameter itself. What is kept becomes 0
 * below `leastMean`, `leastSquare`, `leastParam`, which are 0 where it needn't be looked for (src/ops/negligible.ts).
 */
export function adamForward(
  param: usize,
  expAvg: usize,
  expAvgSq: usize,
  dparam: usize,
  length: i32,
  beta1: f32,
  gain1: f32,
  beta2: f32,
  gain2: f32,
  weightDecay: f32,
  shrink: f32,
  stepSize: f32,
  rootScale: f32,
  eps: f32,
  leastMean: f32,
  leastSquare: f32,
  leastParam: f32,
  task: i32,
  tasks: i32,
): void {
  const from = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  const four = from + ((end - from) & ~3);
  // Two loops: to look for what is negligible takes a third of the time, so it is done in some steps only.
  if (leastMean > 0) {
    for (let i = from; i < four; i += 4) {
      step(param, expAvg, expAvgSq, dparam, i, beta1, gain1, beta2, gain2, weightDecay, shrink, stepSize, rootScale, eps, leastMean, leastSquare, leastParam, true, 4);
    }
    for (let i = four; i < end; i++) {
      step(param, expAvg, expAvgSq, dparam, i, beta1, gain1, beta2, gain2, weightDecay, shrink, stepSize, rootScale, eps, leastMean, leastSquare, leastParam, true, 1);
    }
  } else {
    for (let i = from; i < four; i += 4) {
      step(param, expAvg, expAvgSq, dparam, i, beta1, gain1, beta2, gain2, weightDecay, shrink, stepSize, rootScale, eps, leastMean, leastSquare, leastParam, false, 4);
    }
    for (let i = four; i < end; i++) {
      step(param, expAvg, expAvgSq, dparam, i, beta1, gain1, beta2, gain2, weightDecay, shrink, stepSize, rootScale, eps, leastMean, leastSquare, leastParam, false, 1);
    }
  }
}

@inline
function step(
  param: usize,
  expAvg: usize,
  expAvgSq: usize,
  dparam: usize,
  i: i32,
  beta1: f32,
  gain1: f32,
  beta2: f32,
  gain2: f32,
  weightDecay: f32,
  shrink: f32,
  stepSize: f32,
  rootScale: f32,
  eps: f32,
  leastMean: f32,
  leastSquare: f32,
  leastParam: f32,
  looks: bool,
  lanes: i32,
): void {
  const at = (<usize>i) << 2;
  const before = get(param + at, lanes);
  const g = f32x4.add(get(dparam + at, lanes), f32x4.mul(f32x4.splat(weightDecay), before));
  const p = f32x4.sub(before, f32x4.mul(f32x4.splat(shrink), before));
  const m = f32x4.add(f32x4.mul(f32x4.splat(beta1), get(expAvg + at, lanes)), f32x4.mul(f32x4.splat(gain1), g));
  const square = f32x4.mul(f32x4.mul(f32x4.splat(gain2), g), g);
  const v = f32x4.add(f32x4.mul(f32x4.splat(beta2), get(expAvgSq + at, lanes)), square);
  put(expAvg + at, looks ? keep(m, leastMean) : m, lanes);
  put(expAvgSq + at, looks ? keep(v, leastSquare) : v, lanes);
  const root = f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(rootScale)), f32x4.splat(eps));
  const moved = f32x4.sub(p, f32x4.div(f32x4.mul(f32x4.splat(stepSize), m), root));
  put(param + at, looks ? keep(moved, leastParam) : moved, lanes);
}
