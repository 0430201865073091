/**
 * sum: y[rest] = Σ_dims x[rest, dims], in f64 lanes. Its `divisor` makes it serve mean (the count), and the gradients of
 * operands that were stretched, each of which sums over its uses (1 or −1).
 *
 * Neighbouring dimensions that are both summed over, or both kept, arrive as one, so that x is either
 *
 *   rows:     … kept, summed      each y sums contiguous runs of x            |x0 x1 x2 x3|x4 …  →  y0
 *   columns:  … summed, kept      four y at a time sum down the rows of x     |x0 x1 x2 x3|
 *                                                                             |x4 x5 x6 x7| …    →  |y0 y1 y2 y3|
 *
 * and further dimensions before these are listed in memory, apart for kept and summed (`offset` of broadcast.ts).
 * The maths: `src/ops/sum.ts`.
 */
import { offset } from './broadcast';
import { get, high, low, put } from './lanes';
import { firstElement } from './split';
import { total } from './total';

@unmanaged
class Itself {
  @inline
  of(x: v128, _: v128): v128 {
    return x;
  }
}

/** Writes sums of one number each: y = x. */
export function copy(y: usize, x: usize, length: i32, task: i32, tasks: i32): void {
  const at = (<usize>firstElement(length, task, tasks)) << 2;
  memory.copy(y + at, x + at, ((<usize>firstElement(length, task + 1, tasks)) << 2) - at);
}

/** Writes the sum of a task's share of x. `partials`: see total.ts. */
export function sumOfAll(partials: usize, x: usize, length: i32, task: i32, tasks: i32): void {
  const i = firstElement(length, task, tasks);
  const from = x + ((<usize>i) << 2);
  store<f64>(partials + ((<usize>task) << 3), total<Itself>(from, from, firstElement(length, task + 1, tasks) - i));
}

/** Writes y, of `length` elements. Each sums `runs` runs of `n` contiguous numbers. */
export function sumOfRows(
  y: usize,
  x: usize,
  length: i32,
  n: i32,
  runs: i32,
  kept: usize,
  keptRank: i32,
  summed: usize,
  summedRank: i32,
  divisor: f64,
  task: i32,
  tasks: i32,
): void {
  const end = firstElement(length, task + 1, tasks);
  for (let i = firstElement(length, task, tasks); i < end; i++) {
    const from = x + ((<usize>offset(i, kept, keptRank)) << 2);
    let sum: f64 = 0;
    for (let run = 0; run < runs; run++) {
      const at = from + ((<usize>offset(run, summed, summedRank)) << 2);
      sum += total<Itself>(at, at, n);
    }
    store<f32>(y + ((<usize>i) << 2), <f32>(sum / divisor));
  }
}

/** Writes y, of `length` elements: rows of `n`, which each sum `runs` rows of x. */
export function sumOfColumns(
  y: usize,
  x: usize,
  length: i32,
  n: i32,
  runs: i32,
  kept: usize,
  keptRank: i32,
  summed: usize,
  summedRank: i32,
  divisor: f64,
  task: i32,
  tasks: i32,
): void {
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  while (i < end) {
    const row = i / n;
    const column = i - row * n;
    const count = min(n - column, end - i);
    const from = x + ((<usize>(offset(row, kept, keptRank) + column)) << 2);
    const to = y + ((<usize>i) << 2);
    let c = 0;
    for (; c + 4 <= count; c += 4) columns(to, from, c, runs, summed, summedRank, divisor, 4);
    for (; c < count; c++) columns(to, from, c, runs, summed, summedRank, divisor, 1);
    i += count;
  }
}

/** Four columns from column c on, or one. */
@inline
function columns(
  y: usize,
  x: usize,
  c: i32,
  runs: i32,
  summed: usize,
  summedRank: i32,
  divisor: f64,
  lanes: i32,
): void {
  const at = (<usize>c) << 2;
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  for (let run = 0; run < runs; run++) {
    const v = get(x + at + ((<usize>offset(run, summed, summedRank)) << 2), lanes);
    even = f64x2.add(even, low(v));
    odd = f64x2.add(odd, high(v));
  }
  const divisors = f64x2.splat(divisor);
  even = f32x4.demote_f64x2_zero(f64x2.div(even, divisors));
  odd = f32x4.demote_f64x2_zero(f64x2.div(odd, divisors));
  put(y + at, v128.shuffle<f32>(even, odd, 0, 1, 4, 5), lanes);
}

/**
 * Writes dx, of `length` elements in rows of `n`. As y += x / divisor for every x of the sum,  dx = dy / divisor  there: dy
 * is stretched to x as an operand is in broadcast.ts, walking along a row (step 1) or standing (step 0).
 */
export function sumBackward(
  dx: usize,
  dy: usize,
  length: i32,
  n: i32,
  step: i32,
  dims: usize,
  rank: i32,
  divisor: f32,
  task: i32,
  tasks: i32,
): void {
  const divisors = f32x4.splat(divisor);
  let i = firstElement(length, task, tasks);
  const end = firstElement(length, task + 1, tasks);
  while (i < end) {
    const row = i / n;
    const column = i - row * n;
    const count = min(n - column, end - i);
    const from = dy + ((<usize>(offset(row, dims, rank) + column * step)) << 2);
    const to = dx + ((<usize>i) << 2);
    const bytes = (<usize>count) << 2;
    let at: usize = 0;
    if (step) {
      for (; at + 16 <= bytes; at += 16) v128.store(to + at, f32x4.div(v128.load(from + at), divisors));
    } else {
      const all = f32x4.div(v128.load32_splat(from), divisors);
      for (; at + 16 <= bytes; at += 16) v128.store(to + at, all);
    }
    for (; at < bytes; at += 4) put(to + at, f32x4.div(get(from + at * step, 1), divisors), 1);
    i += count;
  }
}
