/**
 * The depthwise convolution that networks use: 3x3, stride 1, one zero around each plane, so that y is as large as x.
 *
 * A plane is walked in strips of four columns, down its rows. A row of x is loaded once, as its pixels' left neighbours, the
 * pixels themselves, and their right neighbours, and goes to the three rows of y that see it:
 *
 *        left  x  right
 *   y[r − 1] += w6 w7 w8          (then it is complete, and is stored)
 *   y[r]     += w3 w4 w5
 *   y[r + 1]  = w0 w1 w2 + bias
 *
 * Nine weights and three sums stay in registers. At the plane's edges the neighbours are zeros that are shuffled in, so no
 * copy with zeros is made. The last strip ends with the plane, and may overlap the one before: it computes the same again.
 *
 * The gradient of x is computed in the same way from dy, with the kernel turned around. The gradient of the weights is in
 * depthwise3x3WeightGradient: dw[k] = Σ_p x[p + k] · dy[p], where a row of x meets three rows of dy.
 */
import { across, high, low } from './lanes';
import { madd } from './madd';
import { Optional } from './optional';
import { firstItem } from './split';

const LEFT = 1;
const RIGHT = 2;

/** Each pixel's left neighbour. `edges`: where there is none, LEFT, RIGHT or both. */
@inline
function leftOf(x: usize, v: v128, edges: i32): v128 {
  return edges & LEFT ? v128.shuffle<f32>(f32x4.splat(0), v, 3, 4, 5, 6) : v128.load(x - 4);
}

@inline
function rightOf(x: usize, v: v128, edges: i32): v128 {
  return edges & RIGHT ? v128.shuffle<f32>(v, f32x4.splat(0), 1, 2, 3, 4) : v128.load(x + 4);
}

/** The weight of tap k, in all lanes; `turned`: of the kernel turned around. */
@inline
function tap(w: usize, k: i32, turned: bool): v128 {
  return v128.load32_splat(w + ((<usize>(turned ? 8 - k : k)) << 2));
}

/** Four columns of a plane of H rows, `row` bytes apart. */
@inline
function strip(y: usize, x: usize, w: usize, turned: bool, bias: v128, H: i32, row: usize, edges: i32): void {
  const w0 = tap(w, 0, turned);
  const w1 = tap(w, 1, turned);
  const w2 = tap(w, 2, turned);
  const w3 = tap(w, 3, turned);
  const w4 = tap(w, 4, turned);
  const w5 = tap(w, 5, turned);
  const w6 = tap(w, 6, turned);
  const w7 = tap(w, 7, turned);
  const w8 = tap(w, 8, turned);
  let before = bias; // y[r − 1], from here on y[r]
  let here = bias;
  for (let r = 0; r < H; r++) {
    const v = v128.load(x);
    const left = leftOf(x, v, edges);
    const right = rightOf(x, v, edges);
    if (r > 0) v128.store(y - row, madd(right, w8, madd(v, w7, madd(left, w6, before))));
    before = madd(right, w5, madd(v, w4, madd(left, w3, here)));
    here = madd(right, w2, madd(v, w1, madd(left, w0, bias)));
    x += row;
    y += row;
  }
  v128.store(y - row, before);
}

/** W ≥ 4. `turned`: for the gradient of x. Tasks share the N · C planes. */
export function depthwise3x3Forward(
  y: usize,
  x: usize,
  weight: usize,
  bias: Optional,
  turned: bool,
  N: i32,
  C: i32,
  H: i32,
  W: i32,
  task: i32,
  tasks: i32,
): void {
  const row = (<usize>W) << 2;
  const planes = N * C;
  const end = firstItem(planes, task + 1, tasks);
  for (let plane = firstItem(planes, task, tasks); plane < end; plane++) {
    const c = <usize>(plane % C);
    const w = weight + c * 36;
    const b = f32x4.splat(bias ? load<f32>(bias + (c << 2)) : 0);
    const from = x + <usize>(plane * H) * row;
    const to = y + <usize>(plane * H) * row;
    if (W == 4) {
      strip(to, from, w, turned, b, H, row, LEFT | RIGHT);
      continue;
    }
    strip(to, from, w, turned, b, H, row, LEFT);
    let at: usize = 16;
    for (; at + 16 < row; at += 16) strip(to + at, from + at, w, turned, b, H, row, 0);
    strip(to + row - 16, from + row - 16, w, turned, b, H, row, RIGHT);
  }
}

/**
 * Adds what four columns bring to three sums of a row of taps, four lanes each: x and dy are the first rows that meet, and
 * `count` rows follow. At the right edge only the lanes of `mask` count: the others were counted in the strip before.
 */
@inline
function pixels(sums: usize, x: usize, dy: usize, count: i32, row: usize, edges: i32, mask: v128): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  let c = v128.load(sums, 32);
  for (let r = 0; r < count; r++) {
    let d = v128.load(dy);
    let v = v128.load(x);
    let left = leftOf(x, v, edges);
    let right = rightOf(x, v, edges);
    if (edges & RIGHT) {
      d = v128.and(d, mask);
      v = v128.and(v, mask);
      left = v128.and(left, mask);
      right = v128.and(right, mask);
    }
    a = madd(left, d, a);
    b = madd(v, d, b);
    c = madd(right, d, c);
    x += row;
    dy += row;
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
}

/** The three rows of taps: the first sees the row of x above dy's, the last the row below. */
@inline
function threeRows(sums: usize, x: usize, dy: usize, H: i32, row: usize, edges: i32, mask: v128): void {
  pixels(sums, x, dy + row, H - 1, row, edges, mask);
  pixels(sums + 48, x, dy, H, row, edges, mask);
  pixels(sums + 96, x + row, dy, H - 1, row, edges, mask);
}

/** Bytes of a channel's nine sums, four lanes each. */
export const DEPTHWISE_3X3_SUMS_BYTES: i32 = 144;

/** W ≥ 4. Tasks share the channels. `scratch`: DEPTHWISE_3X3_SUMS_BYTES for each thread. */
export function depthwise3x3WeightGradient(
  dweight: usize,
  x: usize,
  dy: usize,
  scratch: usize,
  N: i32,
  C: i32,
  H: i32,
  W: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const sums = scratch + <usize>(thread * DEPTHWISE_3X3_SUMS_BYTES);
  const row = (<usize>W) << 2;
  const rest = ((W - 1) & 3) + 1; // columns of the last strip that are its own
  const mask = i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(4 - rest));
  const end = firstItem(C, task + 1, tasks);
  for (let c = firstItem(C, task, tasks); c < end; c++) {
    for (let k: usize = 0; k < <usize>DEPTHWISE_3X3_SUMS_BYTES; k += 16) v128.store(sums + k, f32x4.splat(0));
    for (let n = 0; n < N; n++) {
      const plane = <usize>((n * C + c) * H) * row;
      const image = x + plane;
      const gradient = dy + plane;
      if (W == 4) {
        threeRows(sums, image, gradient, H, row, LEFT | RIGHT, mask);
        continue;
      }
      threeRows(sums, image, gradient, H, row, LEFT, mask);
      for (let at: usize = 16; at + 16 < row; at += 16) threeRows(sums, image + at, gradient + at, H, row, 0, mask);
      threeRows(sums, image + row - 16, gradient + row - 16, H, row, RIGHT, mask);
    }
    const dw = dweight + <usize>c * 36;
    for (let k: usize = 0; k < 9; k++) {
      const sum = v128.load(sums + (k << 4));
      store<f32>(dw + (k << 2), <f32>across(f64x2.add(low(sum), high(sum))));
    }
  }
}
