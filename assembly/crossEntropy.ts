/**
 * crossEntropy: loss[n] = Σ_c q[c] · weight[c] · −logp[n, c], four rows at a time (rows.ts), with
 *
 *   −logp[c] = log Σ_k e^z[k] − z[c],   z = x − max        q[c] = spread + (peak if c = target[n] else 0)
 *   spread = ε / C,   peak = 1 − ε                         a part of q that is 0 is left out
 *
 * Partial sums are those of nllLoss.ts. The maths: `src/ops/crossEntropy.ts`.
 */
import { log } from './exp';
import { across, high, low } from './lanes';
import { divisorOf, storePair } from './nllLoss';
import { Optional } from './optional';
import { fourRows, gather, maxOfRows, scatter, starts, sumOfExp } from './rows';
import { firstElement } from './split';

/**
 * Writes the partial sums, and every loss where `loss` isn't 0. `x`: address of (N, C, inner) f32; `target`: of i32, one for
 * each of the `rows` = N · inner; `weight`: of C f32, or 0.
 */
export function crossEntropyForward(
  loss: Optional,
  partials: usize,
  x: usize,
  target: usize,
  weight: Optional,
  rows: i32,
  C: i32,
  inner: i32,
  ignoreIndex: i32,
  spread: f32,
  peak: f32,
  task: i32,
  tasks: i32,
): void {
  let sums = f64x2.splat(0);
  let weights = f64x2.splat(0);
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row += 4) {
    const four = fourRows(row, end - 1);
    const at = starts(four, C, inner);
    const max = maxOfRows(x, at, C, inner);
    const logSum = log(sumOfExp(0, x, at, C, inner, max));

    const targets = gather(target, four);
    const counted = i32x4.ne(targets, i32x4.splat(ignoreIndex));
    const t = v128.and(targets, counted); // class 0 where it is ignored, so that reading stays inside
    const w = weightsOf(weight, t);
    let cost = f32x4.splat(0);
    if (peak > 0) {
      const z = f32x4.sub(gather(x, i32x4.add(at, i32x4.mul(t, i32x4.splat(inner)))), max);
      cost = f32x4.mul(f32x4.mul(f32x4.splat(peak), w), f32x4.sub(logSum, z));
    }
    if (spread > 0) cost = f32x4.add(cost, f32x4.mul(f32x4.splat(spread), ofAll(x, at, weight, C, inner, max, logSum)));
    cost = v128.and(cost, counted);
    if (loss) scatter(loss, four, cost);

    // The last row may stand in several lanes, and counts once.
    const once = i32x4.lt_s(i32x4.add(i32x4.splat(row), i32x4(0, 1, 2, 3)), i32x4.splat(end));
    cost = v128.and(cost, once);
    sums = f64x2.add(sums, f64x2.add(low(cost), high(cost)));
    const counting = v128.and(w, v128.and(counted, once));
    weights = f64x2.add(weights, f64x2.add(low(counting), high(counting)));
  }
  storePair(partials, task, across(sums), across(weights));
}

/** Σ_c weight[c] · −logp[c] of each row. */
@inline
function ofAll(x: usize, at: v128, weight: usize, C: i32, inner: i32, max: v128, logSum: v128): v128 {
  const step = i32x4.splat(inner);
  let sum = f32x4.splat(0);
  for (let c = 0; c < C; c++) {
    const cost = f32x4.sub(logSum, f32x4.sub(gather(x, at), max));
    sum = f32x4.add(sum, f32x4.mul(weightsOf(weight, i32x4.splat(c)), cost));
    at = i32x4.add(at, step);
  }
  return sum;
}

/** weight of four classes. */
@inline
function weightsOf(weight: usize, classes: v128): v128 {
  return weight ? gather(weight, classes) : f32x4.splat(1);
}

/**
 * Writes dx. −dlogp[k]/dx[c] = e^logp[c] − (1 if k = c else 0), so with the costs q·weight of all classes k
 *   dx[c] = (e^logp[c] · Σ_k q[k]·weight[k] − q[c]·weight[c]) · dloss;  the mean divides that by Σ weight[t].
 * `each`: every loss has a dloss of its own; `count`: partial sums of Σ weight[t], none where it isn't a mean.
 */
export function crossEntropyBackward(
  dx: usize,
  dloss: usize,
  partials: usize,
  x: usize,
  target: usize,
  weight: Optional,
  rows: i32,
  C: i32,
  inner: i32,
  ignoreIndex: i32,
  spread: f32,
  peak: f32,
  each: bool,
  count: i32,
  task: i32,
  tasks: i32,
): void {
  const step = i32x4.splat(inner);
  const divisor = f32x4.splat(<f32>divisorOf(partials, count));
  let spreadOfAll = f32x4.splat(0);
  for (let c = 0; c < C; c++) {
    spreadOfAll = f32x4.add(spreadOfAll, f32x4.mul(f32x4.splat(spread), weightsOf(weight, i32x4.splat(c))));
  }
  const end = firstElement(rows, task + 1, tasks);
  for (let row = firstElement(rows, task, tasks); row < end; row += 4) {
    const four = fourRows(row, end - 1);
    let at = starts(four, C, inner);
    const sum = sumOfExp(dx, x, at, C, inner, maxOfRows(x, at, C, inner)); // dx[c] = e^z[c] for now

    const targets = gather(target, four);
    const counted = i32x4.ne(targets, i32x4.splat(ignoreIndex));
    const t = v128.and(targets, counted);
    const peaks = f32x4.mul(f32x4.splat(peak), weightsOf(weight, t));
    const all = f32x4.div(f32x4.add(spreadOfAll, peaks), sum);
    const scale = f32x4.div(each ? gather(dloss, four) : v128.load32_splat(dloss), divisor);
    for (let c = 0; c < C; c++) {
      const classes = i32x4.splat(c);
      let q = f32x4.mul(f32x4.splat(spread), weightsOf(weight, classes));
      q = f32x4.add(q, v128.and(peaks, i32x4.eq(t, classes)));
      const d = f32x4.mul(f32x4.sub(f32x4.mul(gather(dx, at), all), q), scale);
      scatter(dx, at, v128.and(d, counted));
      at = i32x4.add(at, step);
    }
  }
}
