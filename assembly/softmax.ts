/**
 * softmax: y[c] = e^(x[c] − max) / Σ_k e^(x[k] − max), four rows at a time (rows.ts).
 *
 * The maths: `src/ops/softmax.ts`.
 */
import { fourRows, gather, maxOfRows, scatter, starts, sumOfExp } from './rows';
import { firstElement } from './split';

/** Writes y. `y`, `x`: addresses of (outer, C, inner) f32; `rows`: outer · inner. */
export function softmaxForward(y: usize, x: usize, rows: i32, C: i32, inner: i32, task: i32, tasks: i32): void {
  const step = i32x4.splat(inner);
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row += 4) {
    let at = starts(fourRows(row, end - 1), C, inner);
    const sum = sumOfExp(y, x, at, C, inner, maxOfRows(x, at, C, inner));
    const scale = f32x4.div(f32x4.splat(1), sum);
    for (let c = 0; c < C; c++) {
      scatter(y, at, f32x4.mul(gather(y, at), scale));
      at = i32x4.add(at, step);
    }
  }
}

/** Writes dx. dy[k]/dx[c] = y[k] · (1 if k = c else 0) − y[k] · y[c], so  dx[c] = y[c] · (dy[c] − Σ_k y[k] · dy[k]). */
export function softmaxBackward(
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
    let dot = f32x4.splat(0);
    let at = begin;
    for (let c = 0; c < C; c++) {
      dot = f32x4.add(dot, f32x4.mul(gather(y, at), gather(dy, at)));
      at = i32x4.add(at, step);
    }
    at = begin;
    for (let c = 0; c < C; c++) {
      scatter(dx, at, f32x4.mul(gather(y, at), f32x4.sub(gather(dy, at), dot)));
      at = i32x4.add(at, step);
    }
  }
}
