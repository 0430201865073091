/**
 * logSoftmax: y[c] = (x[c] − max) − log Σ_k e^(x[k] − max), four rows at a time (rows.ts).
 *
 * The maths: `src/ops/logSoftmax.ts`.
 */
import { exp, log } from './exp';
import { fourRows, gather, maxOfRows, scatter, starts, sumOfExp } from './rows';
import { firstElement } from './split';

/** Writes y. `y`, `x`: addresses of (outer, C, inner) f32; `rows`: outer · inner. */
export function logSoftmaxForward(y: usize, x: usize, rows: i32, C: i32, inner: i32, task: i32, tasks: i32): void {
  const step = i32x4.splat(inner);
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row += 4) {
    let at = starts(fourRows(row, end - 1), C, inner);
    const max = maxOfRows(x, at, C, inner);
    const logSum = log(sumOfExp(0, x, at, C, inner, max));
    for (let c = 0; c < C; c++) {
      scatter(y, at, f32x4.sub(f32x4.sub(gather(x, at), max), logSum));
      at = i32x4.add(at, step);
    }
  }
}

/** Writes dx. dy[k]/dx[c] = (1 if k = c else 0) − e^y[c], so  dx[c] = dy[c] − e^y[c] · Σ_k dy[k]. */
export function logSoftmaxBackward(
  dx: usize,
  dy: usize,
  y: usize,
  rows: i32,
  C: i32,
  inner: i32,
  task: i32,
  tasks: i32,
): void {
  const step = i32x4.splat(inner);
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row += 4) {
    const begin = starts(fourRows(row, end - 1), C, inner);
    let sum = f32x4.splat(0);
    let at = begin;
    for (let c = 0; c < C; c++) {
      sum = f32x4.add(sum, gather(dy, at));
      at = i32x4.add(at, step);
    }
    at = begin;
    for (let c = 0; c < C; c++) {
      scatter(dx, at, f32x4.sub(gather(dy, at), f32x4.mul(exp(gather(y, at)), sum)));
      at = i32x4.add(at, step);
    }
  }
}
