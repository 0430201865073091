/**
 * rmsprop: one step of RMSprop, four parameters at a time.
 *
 *   v = α · v + (1 − α) · g²      m = α · m + (1 − α) · g      go = g / (√(v − m²) + eps)      param −= lr · go
 *
 * v: squareAvg, m: gradAvg (centered only), go: with momentum · momentumBuffer. The maths: `src/ops/rmsprop.ts`.
 */
import { get, keep, put } from './lanes';
import { Optional } from './optional';
import { firstElement } from './split';

/**
 * Updates param, squareAvg, and gradAvg and momentumBuffer where there are any (not 0), in place: addresses of `length` f32, like
 * `dparam`. `gain`: 1 − α. What is kept becomes 0 below `leastSquare`, `leastMean`, `leastMomentum`, `leastParam`, which are 0 where
 * it needn't be looked for (src/ops/negligible.ts).
 */
export function rmspropForward(
  param: usize,
  squareAvg: usize,
  gradAvg: Optional,
  momentumBuffer: Optional,
  dparam: usize,
  length: i32,
  lr: f32,
  alpha: f32,
  gain: f32,
  eps: f32,
  weightDecay: f32,
  momentum: f32,
  leastSquare: f32,
  leastMean: f32,
  leastMomentum: f32,
  leastParam: f32,
  task: i32,
  tasks: i32,
): void {
  const end = firstElement(length, task + 1, tasks);
  let i = firstElement(length, task, tasks);
  for (; i + 4 <= end; i += 4) {
    step(param, squareAvg, gradAvg, momentumBuffer, dparam, i, lr, alpha, gain, eps, weightDecay, momentum, leastSquare, leastMean, leastMomentum, leastParam, 4);
  }
  for (; i < end; i++) {
    step(param, squareAvg, gradAvg, momentumBuffer, dparam, i, lr, alpha, gain, eps, weightDecay, momentum, leastSquare, leastMean, leastMomentum, leastParam, 1);
  }
}

@inline
function step(
  param: usize,
  squareAvg: usize,
  gradAvg: usize,
  momentumBuffer: usize,
  dparam: usize,
  i: i32,
  lr: f32,
  alpha: f32,
  gain: f32,
  eps: f32,
  weightDecay: f32,
  momentum: f32,
  leastSquare: f32,
  leastMean: f32,
  leastMomentum: f32,
  leastParam: f32,
  lanes: i32,
): void {
  const at = (<usize>i) << 2;
  const p = get(param + at, lanes);
  const g = f32x4.add(get(dparam + at, lanes), f32x4.mul(f32x4.splat(weightDecay), p));
  const a = f32x4.splat(alpha);
  const gained = f32x4.mul(f32x4.splat(gain), g);
  let v = f32x4.add(f32x4.mul(a, get(squareAvg + at, lanes)), f32x4.mul(gained, g));
  put(squareAvg + at, keep(v, leastSquare), lanes);
  if (gradAvg) {
    const m = f32x4.add(f32x4.mul(a, get(gradAvg + at, lanes)), gained);
    put(gradAvg + at, keep(m, leastMean), lanes);
    v = f32x4.max(f32x4.splat(0), f32x4.sub(v, f32x4.mul(m, m)));
  }
  let go = f32x4.div(g, f32x4.add(f32x4.sqrt(v), f32x4.splat(eps)));
  if (momentumBuffer) {
    go = f32x4.add(f32x4.mul(f32x4.splat(momentum), get(momentumBuffer + at, lanes)), go);
    put(momentumBuffer + at, keep(go, leastMomentum), lanes);
  }
  put(param + at, keep(f32x4.sub(p, f32x4.mul(f32x4.splat(lr), go)), leastParam), lanes);
}
