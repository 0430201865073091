/**
 * localResponseNorm: divides every value by the strength of its neighbours in the channels beside it.
 * The maths: `src/ops/localResponseNorm.ts`.
 *
 *   D[c] = k + (alpha / size) · Σ_j x[j]²      y[c] = x[c] · D[c]^(−beta)
 *
 * Four pixels of a channel at a time. One rule: D^(−¾), which is AlexNet's and the default, is made of two square roots;
 * any other power goes lane by lane through f64.
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
  ratio: f32,
  beta: f64,
  k: f32,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(N * C, task + 1, tasks);
  for (let plane = firstItem(N * C, task, tasks); plane < end; plane++) {
    for (let p = 0; p < pixels; p += 4) {
      const lanes = min(pixels - p, 4);
      const at = plane * pixels + p;
      const D = strength(x, plane, p, lanes, C, pixels, size, ratio, k);
      storeLanes(element(y, at), f32x4.mul(loadLanes(element(x, at), lanes), power(D, beta)), lanes);
    }
  }
}

/**
 * The way back's first half: what is paid directly, and, for the second half, what each D pays to all that it looks at.
 *   dx[c] = D[c]^(−beta) · dy[c]      through[c] = x[c] · D[c]^(−beta − 1) · dy[c]
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
  ratio: f32,
  beta: f64,
  k: f32,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(N * C, task + 1, tasks);
  for (let plane = firstItem(N * C, task, tasks); plane < end; plane++) {
    for (let p = 0; p < pixels; p += 4) {
      const lanes = min(pixels - p, 4);
      const at = plane * pixels + p;
      const D = strength(x, plane, p, lanes, C, pixels, size, ratio, k);
      const direct = f32x4.mul(power(D, beta), loadLanes(element(dy, at), lanes));
      storeLanes(element(dx, at), direct, lanes);
      storeLanes(element(through, at), f32x4.div(f32x4.mul(direct, loadLanes(element(x, at), lanes)), D), lanes);
    }
  }
}

/** The second half:  dx[j] −= scale · x[j] · Σ_c through[c]  over the channels c that look at j. `scale`: 2 · beta · ratio. */
export function localResponseNormBackwardThrough(
  dx: usize,
  through: usize,
  x: usize,
  N: i32,
  C: i32,
  pixels: i32,
  size: i32,
  scale: f32,
  task: i32,
  tasks: i32,
): void {
  const scales = f32x4.splat(scale);
  const end = firstItem(N * C, task + 1, tasks);
  for (let plane = firstItem(N * C, task, tasks); plane < end; plane++) {
    // j is ⌊size / 2⌋ channels before the last that looks at it, as the last that c looks at is ⌊(size − 1) / 2⌋ after c.
    const j = plane % C;
    const first = plane - min(j, (size - 1) / 2);
    const last = plane + min(C - 1 - j, size / 2);
    for (let p = 0; p < pixels; p += 4) {
      const lanes = min(pixels - p, 4);
      let sum = f32x4.splat(0);
      for (let c = first; c <= last; c++) sum = f32x4.add(sum, loadLanes(element(through, c * pixels + p), lanes));
      const at = plane * pixels + p;
      const paid = f32x4.mul(f32x4.mul(scales, loadLanes(element(x, at), lanes)), sum);
      storeLanes(element(dx, at), f32x4.sub(loadLanes(element(dx, at), lanes), paid), lanes);
    }
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
