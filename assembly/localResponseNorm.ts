/**
 * localResponseNorm: divides every value by the strength of its neighbours in the channels beside it.
 * The maths: `src/ops/localResponseNorm.ts`.
 *
 *   D[c] = k + (alpha / size) · Σ_j x[j]²      y[c] = x[c] · D[c]^(−beta)
 *
 * Four pixels of a channel at a time. Two rules. D^(−¾), which is AlexNet's and the default, is made of two square roots; any other
 * power goes lane by lane through f64. And where D is so large or small that f32 lacks digits of it, or of what is made of it, pixels
 * are computed again, one by one in f64.
 */
import { element } from './planes';
import { firstItem } from './split';

/** Writes y. `ratio`: alpha / size. */
export function localResponseNormForward(
  y: usize,
  x: usize,
  N: i32,
  C: i32,
  pixels: i32,
  size: i32,
  ratio: f64,
  beta: f64,
  k: f64,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(N * C, task + 1, tasks);
  for (let plane = firstItem(N * C, task, tasks); plane < end; plane++) {
    let largest = f32x4.splat(0);
    let smallest = f32x4.splat(Infinity);
    for (let p = 0; p < pixels; p += 4) {
      const lanes = min(pixels - p, 4);
      const at = plane * pixels + p;
      const D = strength(x, plane, p, lanes, C, pixels, size, <f32>ratio, <f32>k);
      storeLanes(element(y, at), f32x4.mul(loadLanes(element(x, at), lanes), power(D, beta)), lanes);
      largest = f32x4.pmax(largest, D);
      smallest = f32x4.pmin(smallest, D);
    }
    if (v128.any_true(v128.or(isExtreme(largest, <f32>k), isExtreme(smallest, <f32>k)))) exactPlane(y, x, plane, C, pixels, size, ratio, beta, k);
  }
}

/**
 * The way back's first half: what is paid directly, and, for the second half, what each D pays to all that it looks at.
 *   dx[c] = D[c]^(−beta) · dy[c]      through[c] = x[c] · D[c]^(−beta − 1) · dy[c],  NaN where D is extreme
 */
export function localResponseNormBackwardDirect(
  dx: usize,
  through: usize,
  dy: usize,
  x: usize,
  N: i32,
  C: i32,
  pixels: i32,
  size: i32,
  ratio: f64,
  beta: f64,
  k: f64,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(N * C, task + 1, tasks);
  for (let plane = firstItem(N * C, task, tasks); plane < end; plane++) {
    for (let p = 0; p < pixels; p += 4) {
      const lanes = min(pixels - p, 4);
      const at = plane * pixels + p;
      const D = strength(x, plane, p, lanes, C, pixels, size, <f32>ratio, <f32>k);
      const direct = f32x4.mul(power(D, beta), loadLanes(element(dy, at), lanes));
      storeLanes(element(dx, at), direct, lanes);
      const paid = f32x4.div(f32x4.mul(direct, loadLanes(element(x, at), lanes)), D);
      storeLanes(element(through, at), v128.or(paid, isExtreme(D, <f32>k)), lanes);
    }
  }
}

/** The second half:  dx[j] −= 2 · beta · ratio · x[j] · Σ_c through[c]  over the channels c that look at j. */
export function localResponseNormBackwardThrough(
  dx: usize,
  through: usize,
  dy: usize,
  x: usize,
  N: i32,
  C: i32,
  pixels: i32,
  size: i32,
  ratio: f64,
  beta: f64,
  k: f64,
  task: i32,
  tasks: i32,
): void {
  const scale = 2 * beta * ratio;
  const scales = f32x4.splat(<f32>scale);
  const end = firstItem(N * C, task + 1, tasks);
  for (let plane = firstItem(N * C, task, tasks); plane < end; plane++) {
    // j is ⌊size / 2⌋ channels before the last that looks at it, as the last that c looks at is ⌊(size − 1) / 2⌋ after c.
    const j = plane % C;
    const first = plane - min(j, (size - 1) / 2);
    const last = plane + min(C - 1 - j, size / 2);
    let unknown = f32x4.splat(0);
    for (let p = 0; p < pixels; p += 4) {
      const lanes = min(pixels - p, 4);
      let sum = f32x4.splat(0);
      for (let c = first; c <= last; c++) sum = f32x4.add(sum, loadLanes(element(through, c * pixels + p), lanes));
      const at = plane * pixels + p;
      const paid = f32x4.mul(f32x4.mul(scales, loadLanes(element(x, at), lanes)), sum);
      storeLanes(element(dx, at), f32x4.sub(loadLanes(element(dx, at), lanes), paid), lanes);
      unknown = v128.or(unknown, f32x4.ne(sum, sum));
    }
    if (v128.any_true(unknown)) exactGradients(dx, dy, x, plane, first, last, C, pixels, size, ratio, beta, k);
  }
}

/** y of one plane, in f64. */
function exactPlane(y: usize, x: usize, plane: i32, C: i32, pixels: i32, size: i32, ratio: f64, beta: f64, k: f64): void {
  for (let p = 0; p < pixels; p++) {
    const i = plane * pixels + p;
    const D = exactStrength(x, plane, p, C, pixels, size, ratio, k);
    store<f32>(element(y, i), <f32>(<f64>load<f32>(element(x, i)) * Math.pow(D, -beta)));
  }
}

/** dx of one plane, in f64. The planes from first to last look at it. */
function exactGradients(
  dx: usize,
  dy: usize,
  x: usize,
  plane: i32,
  first: i32,
  last: i32,
  C: i32,
  pixels: i32,
  size: i32,
  ratio: f64,
  beta: f64,
  k: f64,
): void {
  for (let p = 0; p < pixels; p++) {
    const i = plane * pixels + p;
    let sum = <f64>load<f32>(element(dy, i)) * Math.pow(exactStrength(x, plane, p, C, pixels, size, ratio, k), -beta);
    const scale = 2 * beta * ratio * <f64>load<f32>(element(x, i));
    for (let c = first; c <= last; c++) {
      const at = c * pixels + p;
      const through = Math.pow(exactStrength(x, c, p, C, pixels, size, ratio, k), -beta - 1);
      sum -= scale * <f64>load<f32>(element(x, at)) * through * <f64>load<f32>(element(dy, at));
    }
    store<f32>(element(dx, i), <f32>sum);
  }
}

/** D of `lanes` pixels of a plane, from pixel p on. */
@inline
function strength(x: usize, plane: i32, p: i32, lanes: i32, C: i32, pixels: i32, size: i32, ratio: f32, k: f32): v128 {
  const c = plane % C;
  const first = plane - min(c, size / 2);
  const last = plane + min(C - 1 - c, (size - 1) / 2);
  let squares = f32x4.splat(0);
  for (let j = first; j <= last; j++) {
    const value = loadLanes(element(x, j * pixels + p), lanes);
    squares = f32x4.add(squares, f32x4.mul(value, value));
  }
  return f32x4.add(f32x4.splat(k), f32x4.mul(f32x4.splat(ratio), squares));
}

/** The lanes where D is beyond 2^±64. There x² may be beyond f32, and so may x · D^(−beta − 1). D isn't less than k. */
@inline
function isExtreme(D: v128, k: f32): v128 {
  const isLarge = f32x4.gt(D, f32x4.splat(1.8446744e19));
  return k > 5.421011e-20 ? isLarge : v128.or(isLarge, f32x4.lt(D, f32x4.splat(5.421011e-20)));
}

/** D of one pixel of a plane. */
function exactStrength(x: usize, plane: i32, p: i32, C: i32, pixels: i32, size: i32, ratio: f64, k: f64): f64 {
  const c = plane % C;
  const first = plane - min(c, size / 2);
  const last = plane + min(C - 1 - c, (size - 1) / 2);
  let squares: f64 = 0;
  for (let j = first; j <= last; j++) {
    const value = <f64>load<f32>(element(x, j * pixels + p));
    squares += value * value;
  }
  return k + ratio * squares;
}

/** D^(−beta).   D^(−¾) = 1 / (√D · √√D) */
@inline
function power(D: v128, beta: f64): v128 {
  if (beta == 0.75) {
    const root = f32x4.sqrt(D);
    return f32x4.div(f32x4.splat(1), f32x4.mul(root, f32x4.sqrt(root)));
  }
  return f32x4(
    <f32>Math.pow(<f64>f32x4.extract_lane(D, 0), -beta),
    <f32>Math.pow(<f64>f32x4.extract_lane(D, 1), -beta),
    <f32>Math.pow(<f64>f32x4.extract_lane(D, 2), -beta),
    <f32>Math.pow(<f64>f32x4.extract_lane(D, 3), -beta),
  );
}

/** The first `lanes` of four elements, and 0 for the others, which may not be there. */
@inline
function loadLanes(x: usize, lanes: i32): v128 {
  if (lanes == 4) return v128.load(x);
  let four = v128.load_zero<u32>(x);
  if (lanes > 1) four = v128.load_lane<u32>(x + 4, four, 1);
  if (lanes > 2) four = v128.load_lane<u32>(x + 8, four, 2);
  return four;
}

@inline
function storeLanes(y: usize, four: v128, lanes: i32): void {
  if (lanes == 4) {
    v128.store(y, four);
    return;
  }
  v128.store_lane<u32>(y, four, 0);
  if (lanes > 1) v128.store_lane<u32>(y + 4, four, 1);
  if (lanes > 2) v128.store_lane<u32>(y + 8, four, 2);
}
