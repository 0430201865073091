/**
 * batchNorm2d: gives every channel mean 0 and variance 1, then a learned scale and shift. The maths: `src/ops/batchNorm2d.ts`.
 *
 * A channel is a plane of `pixels` elements in each of N images. Forward keeps sums in f64: four pixels go to two pairs of lanes,
 *
 *   [x0, x1, x2, x3] → low [x0, x1], high [x2, x3]
 *
 * and the deviations are taken from the mean in a second pass, never as Σx² − mean². What is done pixel by pixel is f32: what f32
 * has not of the mean, which is as much as the deviations where numbers are large, is taken from the shift.
 */
import { across, high, low } from './lanes';
import { Optional } from './optional';
import { element } from './planes';
import { firstItem } from './split';

/** Writes y, mean and invStd; in training, moves runningMean and runningVar. weight, bias, running…: 0 if not given. */
export function batchNorm2dForward(
  y: usize,
  mean: usize,
  invStd: usize,
  runningMean: Optional,
  runningVar: Optional,
  x: usize,
  weight: Optional,
  bias: Optional,
  N: i32,
  C: i32,
  pixels: i32,
  training: bool,
  momentum: f64,
  eps: f64,
  task: i32,
  tasks: i32,
): void {
  const M = <f64>N * <f64>pixels;
  const end = firstItem(C, task + 1, tasks);
  for (let c = firstItem(C, task, tasks); c < end; c++) {
    let mu: f64;
    let variance: f64;
    if (training) {
      mu = sumOfChannel(x, c, N, C, pixels) / M;
      const squares = sumOfSquares(x, c, N, C, pixels, mu);
      variance = squares / M;
      if (runningMean) {
        move(element(runningMean, c), momentum, mu);
        move(element(runningVar, c), momentum, squares / (M - 1));
      }
    } else {
      mu = <f64>load<f32>(element(runningMean, c));
      variance = <f64>load<f32>(element(runningVar, c));
    }
    const inv = 1 / Math.sqrt(variance + eps);
    const scale = <f32>(factor(weight, c) * inv);
    const beta: f64 = bias ? <f64>load<f32>(element(bias, c)) : 0;
    const shift = <f32>(beta - <f64>scale * (mu - <f64>(<f32>mu)));
    scaleAndShift(y, x, c, N, C, pixels, <f32>mu, scale, shift);
    store<f32>(element(mean, c), <f32>mu);
    store<f32>(element(invStd, c), <f32>inv);
  }
}

/**
 * Writes the gradients that are asked for (not 0). As y = weight · x̂ + bias,
 *   dbias[c] += dy  and  dweight[c] += x̂ · dy.
 * In evaluation,  dx = weight · invStd · dy.  In training,
 *   dx = weight · invStd · (dy − Σdy / M − x̂ · Σ(x̂·dy) / M)
 * There x̂ = (x − mean) · invStd − rest,  rest = Σ(x − mean) · invStd / M,  because of what the mean lost when it was stored. rest is
 * known with the other sums, so they are taken without it:
 *   Σ(x̂·dy) = Σ((x − mean) · invStd · dy) − rest · Σdy
 * Up to 64 pixels are summed in f32, 16 in each lane, and these sums in f64.
 */
export function batchNorm2dBackward(
  dx: Optional,
  dweight: Optional,
  dbias: Optional,
  dy: usize,
  x: usize,
  weight: Optional,
  mean: usize,
  invStd: usize,
  N: i32,
  C: i32,
  pixels: i32,
  training: bool,
  task: i32,
  tasks: i32,
): void {
  const M = <f64>N * <f64>pixels;
  const end = firstItem(C, task + 1, tasks);
  for (let c = firstItem(C, task, tasks); c < end; c++) {
    const mu = load<f32>(element(mean, c));
    const inv = <f64>load<f32>(element(invStd, c));
    const scale = <f32>(factor(weight, c) * inv);
    if (!training && dx) scaleAndShift(dx, dy, c, N, C, pixels, 0, scale, 0);
    if (!training && !dweight && !dbias) continue;

    const centre = f32x4.splat(mu);
    const invs = f32x4.splat(<f32>inv);
    let dyPair = f64x2.splat(0);
    let productPair = dyPair;
    let xhatPair = dyPair;
    let sumDy: f64 = 0;
    let sumProduct: f64 = 0;
    let sumXhat: f64 = 0;
    for (let n = 0; n < N; n++) {
      const run = (n * C + c) * pixels;
      const g = element(dy, run);
      const v = element(x, run);
      let i = 0;
      while (i + 4 <= pixels) {
        const stop = min(i + 64, pixels - 3);
        let dys = f32x4.splat(0);
        let products = dys;
        let xhats = dys;
        for (; i < stop; i += 4) {
          const four = v128.load(element(g, i));
          const xhat = f32x4.mul(invs, f32x4.sub(v128.load(element(v, i)), centre));
          dys = f32x4.add(dys, four);
          products = f32x4.add(products, f32x4.mul(xhat, four));
          xhats = f32x4.add(xhats, xhat);
        }
        dyPair = f64x2.add(dyPair, pair(dys));
        productPair = f64x2.add(productPair, pair(products));
        xhatPair = f64x2.add(xhatPair, pair(xhats));
      }
      for (; i < pixels; i++) {
        const one = <f64>load<f32>(element(g, i));
        const xhat = inv * (<f64>load<f32>(element(v, i)) - <f64>mu);
        sumDy += one;
        sumProduct += xhat * one;
        sumXhat += xhat;
      }
    }
    sumDy += across(dyPair);
    sumProduct += across(productPair);
    const rest: f64 = training ? (sumXhat + across(xhatPair)) / M : 0;
    const sumXhatDy = sumProduct - rest * sumDy;
    if (dbias) store<f32>(element(dbias, c), <f32>sumDy);
    if (dweight) store<f32>(element(dweight, c), <f32>sumXhatDy);
    if (training && dx) {
      const alongXhat = sumXhatDy / M;
      const along1 = sumDy / M - alongXhat * rest;
      project(dx, dy, x, c, N, C, pixels, mu, <f32>along1, <f32>(inv * alongXhat), scale);
    }
  }
}

/** Two pixels, as f64. */
@inline
function two(x: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load_zero<u64>(x));
}

/** [a, b, c, d] → [a + c, b + d], as f64. */
@inline
function pair(sums: v128): v128 {
  return f64x2.add(low(sums), high(sums));
}

@inline
function factor(weight: usize, c: i32): f64 {
  return weight ? <f64>load<f32>(element(weight, c)) : 1;
}

/** running = (1 − momentum) · running + momentum · batch */
@inline
function move(running: usize, momentum: f64, batch: f64): void {
  store<f32>(running, <f32>((1 - momentum) * <f64>load<f32>(running) + momentum * batch));
}

/** Σ x, in four sums side by side, for eight pixels at a time: in a single sum each addition would wait for the last one. */
@inline
function sumOfChannel(x: usize, c: i32, N: i32, C: i32, pixels: i32): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let d = a;
  let e = a;
  let sum: f64 = 0;
  for (let n = 0; n < N; n++) {
    const run = element(x, (n * C + c) * pixels);
    let i = 0;
    for (; i + 8 <= pixels; i += 8) {
      const at = element(run, i);
      a = f64x2.add(a, two(at));
      b = f64x2.add(b, two(at + 8));
      d = f64x2.add(d, two(at + 16));
      e = f64x2.add(e, two(at + 24));
    }
    for (; i < pixels; i++) sum += <f64>load<f32>(element(run, i));
  }
  return sum + across(f64x2.add(f64x2.add(a, b), f64x2.add(d, e)));
}

/** Σ (x − mu)², in the same way. */
@inline
function sumOfSquares(x: usize, c: i32, N: i32, C: i32, pixels: i32, mu: f64): f64 {
  const centre = f64x2.splat(mu);
  let a = f64x2.splat(0);
  let b = a;
  let d = a;
  let e = a;
  let sum: f64 = 0;
  for (let n = 0; n < N; n++) {
    const run = element(x, (n * C + c) * pixels);
    let i = 0;
    for (; i + 8 <= pixels; i += 8) {
      const at = element(run, i);
      a = f64x2.add(a, square(f64x2.sub(two(at), centre)));
      b = f64x2.add(b, square(f64x2.sub(two(at + 8), centre)));
      d = f64x2.add(d, square(f64x2.sub(two(at + 16), centre)));
      e = f64x2.add(e, square(f64x2.sub(two(at + 24), centre)));
    }
    for (; i < pixels; i++) {
      const deviation = <f64>load<f32>(element(run, i)) - mu;
      sum += deviation * deviation;
    }
  }
  return sum + across(f64x2.add(f64x2.add(a, b), f64x2.add(d, e)));
}

@inline
function square(x: v128): v128 {
  return f64x2.mul(x, x);
}

/** y = scale · (x − mu) + shift */
@inline
function scaleAndShift(y: usize, x: usize, c: i32, N: i32, C: i32, pixels: i32, mu: f32, scale: f32, shift: f32): void {
  const centres = f32x4.splat(mu);
  const scales = f32x4.splat(scale);
  const shifts = f32x4.splat(shift);
  for (let n = 0; n < N; n++) {
    const run = (n * C + c) * pixels;
    let i = run;
    for (; i + 4 <= run + pixels; i += 4) {
      const scaled = f32x4.mul(scales, f32x4.sub(v128.load(element(x, i)), centres));
      v128.store(element(y, i), f32x4.add(scaled, shifts));
    }
    for (; i < run + pixels; i++) store<f32>(element(y, i), scale * (load<f32>(element(x, i)) - mu) + shift);
  }
}

/** dx = scale · (dy − along1 − alongX · (x − mu)):  dy without its parts along 1 and along x̂. */
@inline
function project(
  dx: usize,
  dy: usize,
  x: usize,
  c: i32,
  N: i32,
  C: i32,
  pixels: i32,
  mu: f32,
  along1: f32,
  alongX: f32,
  scale: f32,
): void {
  const centres = f32x4.splat(mu);
  const ones = f32x4.splat(along1);
  const slopes = f32x4.splat(alongX);
  const scales = f32x4.splat(scale);
  for (let n = 0; n < N; n++) {
    const run = (n * C + c) * pixels;
    let i = run;
    for (; i + 4 <= run + pixels; i += 4) {
      const part = f32x4.mul(slopes, f32x4.sub(v128.load(element(x, i)), centres));
      const rest = f32x4.sub(f32x4.sub(v128.load(element(dy, i)), ones), part);
      v128.store(element(dx, i), f32x4.mul(scales, rest));
    }
    for (; i < run + pixels; i++) {
      const part = alongX * (load<f32>(element(x, i)) - mu);
      store<f32>(element(dx, i), scale * (load<f32>(element(dy, i)) - along1 - part));
    }
  }
}
