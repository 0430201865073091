/**
 * gradNorm, clipGrad: squares += Σ dparam², as partial sums (total.ts), and dparam *= min(1, maxNorm / (√squares + 1e-6)).
 *
 *   [d0, d1, d2, d3] → [d0², d1², d2², d3²]
 *
 * The maths: `src/ops/gradNorm.ts`.
 */
import { get, put } from './lanes';
import { firstElement } from './split';
import { sumOfPartials, total } from './total';

@unmanaged
class Square {
  @inline
  of(d: v128, _: v128): v128 {
    return f32x4.mul(d, d);
  }
}

/** Writes the sum of a task's share of the squares. `dparam`: address of `length` f32. */
export function gradNormSum(partials: usize, dparam: usize, length: i32, task: i32, tasks: i32): void {
  const i = firstElement(length, task, tasks);
  const from = dparam + ((<usize>i) << 2);
  store<f64>(partials + ((<usize>task) << 3), total<Square>(from, from, firstElement(length, task + 1, tasks) - i));
}

/** Adds `count` partial sums to `squares`, a single f32. One task does it. */
export function gradNormForward(squares: usize, partials: usize, count: i32): void {
  store<f32>(squares, <f32>(<f64>load<f32>(squares) + sumOfPartials(partials, count)));
}

/** Shortens dparam in place. */
export function clipGradForward(dparam: usize, squares: usize, length: i32, maxNorm: f64, task: i32, tasks: i32): void {
  const scale = maxNorm / (Math.sqrt(<f64>load<f32>(squares)) + 1e-6);
  if (scale >= 1) return; // not so for a NaN, which is let through
  const scales = f32x4.splat(<f32>scale);
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  for (; i + 4 <= end; i += 4) shorten(dparam, i, scales, 4);
  for (; i < end; i++) shorten(dparam, i, scales, 1);
}

@inline
function shorten(dparam: usize, i: i32, scales: v128, lanes: i32): void {
  const at = dparam + ((<usize>i) << 2);
  put(at, f32x4.mul(get(at, lanes), scales), lanes);
}
