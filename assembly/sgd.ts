/**
 * sgd: one step of stochastic gradient descent, four parameters at a time.
 *
 *   [param0 … param3], [v0 … v3], [dparam0 … dparam3] → [v0 … v3], [param0 … param3]      v: momentumBuffer
 *
 * The maths: `src/ops/sgd.ts`.
 */
import { get, keep, put } from './lanes';
import { Optional } from './optional';
import { firstElement } from './split';

/**
 * Updates param, and momentumBuffer where there is one (not 0), in place. `param`, `momentumBuffer`, `dparam`: addresses of
 * `length` f32; `gain`: 1 − dampening; `isFirst`: what momentumBuffer holds is undefined;
 * `leastMomentum`, `leastParam`: below them, what is kept becomes 0; 0 in steps that don't look (src/ops/negligible.ts).
 */
export function sgdForward(
  param: usize,
  momentumBuffer: Optional,
  dparam: usize,
  length: i32,
  lr: f32,
  momentum: f32,
  gain: f32,
  nesterov: bool,
  weightDecay: f32,
  isFirst: bool,
  leastMomentum: f32,
  leastParam: f32,
  task: i32,
  tasks: i32,
): void {
  const from = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  // Loops of their own, without branches: most steps have momentum, and look for nothing.
  if (momentumBuffer && !isFirst && !nesterov && leastMomentum == 0 && leastParam == 0) {
    steps(param, momentumBuffer, dparam, from, end, lr, momentum, gain, false, weightDecay, false, 0, 0);
  } else if (momentumBuffer) {
    steps(param, momentumBuffer, dparam, from, end, lr, momentum, gain, nesterov, weightDecay, isFirst, leastMomentum, leastParam);
  } else {
    steps(param, 0, dparam, from, end, lr, 0, 1, false, weightDecay, true, 0, leastParam);
  }
}

@inline
function steps(
  param: usize,
  momentumBuffer: usize,
  dparam: usize,
  from: i32,
  end: i32,
  lr: f32,
  momentum: f32,
  gain: f32,
  nesterov: bool,
  weightDecay: f32,
  isFirst: bool,
  leastMomentum: f32,
  leastParam: f32,
): void {
  let i = from;
  for (; i + 4 <= end; i += 4) {
    step(param, momentumBuffer, dparam, i, lr, momentum, gain, nesterov, weightDecay, isFirst, leastMomentum, leastParam, 4);
  }
  for (; i < end; i++) step(param, momentumBuffer, dparam, i, lr, momentum, gain, nesterov, weightDecay, isFirst, leastMomentum, leastParam, 1);
}

@inline
function step(
  param: usize,
  momentumBuffer: usize,
  dparam: usize,
  i: i32,
  lr: f32,
  momentum: f32,
  gain: f32,
  nesterov: bool,
  weightDecay: f32,
  isFirst: bool,
  leastMomentum: f32,
  leastParam: f32,
  lanes: i32,
): void {
  const at = (<usize>i) << 2;
  const p = get(param + at, lanes);
  const g = f32x4.add(get(dparam + at, lanes), f32x4.mul(f32x4.splat(weightDecay), p));
  let go = g;
  if (momentumBuffer) {
    const m = f32x4.splat(momentum);
    const v = isFirst ? g : f32x4.add(f32x4.mul(m, get(momentumBuffer + at, lanes)), f32x4.mul(f32x4.splat(gain), g));
    put(momentumBuffer + at, leastMomentum > 0 ? keep(v, leastMomentum) : v, lanes);
    go = nesterov ? f32x4.add(g, f32x4.mul(m, v)) : v;
  }
  const moved = f32x4.sub(p, f32x4.mul(f32x4.splat(lr), go));
  put(param + at, leastParam > 0 ? keep(moved, leastParam) : moved, lanes);
}
