/**
 * maxPool2d: the largest value of each window, and where it was found. The maths: `src/ops/maxPool2d.ts`, equal to the bit.
 *
 * Four windows side by side at a time, one tap after the other. A tap's value takes the place of the maximum so far where
 * it is larger, or NaN:
 *
 *   value  [ 3, NaN,   2, 5]
 *   best   [ 1,   7,   2, 6]  →  [3, NaN, 2, 6]     where  [this tap, this tap, as before, as before]
 *
 * WASM's own max would lose the place, and of −0 and +0 prefer the second.
 */
import { element, fill } from './planes';
import { firstItem } from './split';
import { endTap, firstTap, fourApart, PoolSizes } from './windows';

/**
 * Which way is taken. The usual pooling, kernel 2 and stride 2, cuts the image into squares of 2x2 pixels: every pixel is
 * in one window at most and no window overhangs, so that two rows are read (or, backwards, written) once and in whole
 * lanes. Everything else goes window by window.
 */
@inline
function squares(s: PoolSizes): bool {
  const two = s.K_h == 2 && s.K_w == 2 && s.S_h == 2 && s.S_w == 2;
  const plain = s.P_h == 0 && s.P_w == 0 && s.D_h == 1 && s.D_w == 1;
  return two && plain && 2 * s.H_out <= s.H && 2 * s.W_out <= s.W && s.W_out >= 4;
}

/** Writes y and indices. */
export function maxPool2dForward(y: usize, indices: usize, x: usize, s: PoolSizes, task: i32, tasks: i32): void {
  const inSquares = squares(s);
  const end = firstItem(s.N * s.C, task + 1, tasks);
  for (let plane = firstItem(s.N * s.C, task, tasks); plane < end; plane++) {
    const out = plane * s.H_out * s.W_out;
    const image = element(x, plane * s.H * s.W);
    if (inSquares) squaresForward(element(y, out), element(indices, out), image, s);
    else windowsForward(element(y, out), element(indices, out), image, s);
  }
}

/** Writes dx. y took the value of one x, so that one is paid all of dy:  dx[indices] += dy. */
export function maxPool2dBackward(dx: usize, dy: usize, indices: usize, s: PoolSizes, task: i32, tasks: i32): void {
  const inSquares = squares(s);
  const outputs = s.H_out * s.W_out;
  const end = firstItem(s.N * s.C, task + 1, tasks);
  for (let plane = firstItem(s.N * s.C, task, tasks); plane < end; plane++) {
    const out = plane * outputs;
    const image = element(dx, plane * s.H * s.W);
    if (inSquares) {
      squaresBackward(image, element(dy, out), element(indices, out), s);
      continue;
    }
    fill(image, s.H * s.W, 0);
    for (let yi = out; yi < out + outputs; yi++) {
      const xi = element(image, load<i32>(element(indices, yi)));
      store<f32>(xi, load<f32>(xi) + load<f32>(element(dy, yi)));
    }
  }
}

/** Where `value` takes the place of `best`. */
@inline
function takes(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
}

/**
 * Four squares at a time. The last four overlap with those before them where W_out isn't a multiple of 4.
 *
 *   row h       [a0, b0, a1, b1] [a2, b2, a3, b3]  →  [a0, a1, a2, a3] [b0, b1, b2, b3]
 *   row h + 1   [c0, d0, c1, d1] [c2, d2, c3, d3]  →  [c0, c1, c2, c3] [d0, d1, d2, d3]     maximum of a, b, c, d in turn
 */
function squaresForward(y: usize, indices: usize, x: usize, s: PoolSizes): void {
  const W = s.W;
  const W_out = s.W_out;
  for (let ho = 0; ho < s.H_out; ho++) {
    for (let next = 0; next < W_out; next += 4) {
      const wo = min(next, W_out - 4);
      const xi = 2 * (ho * W + wo);
      const upper = element(x, xi);
      const lower = element(upper, W);
      const upperLeft = v128.load(upper);
      const upperRight = v128.load(upper, 16);
      const lowerLeft = v128.load(lower);
      const lowerRight = v128.load(lower, 16);

      const a = i32x4.add(i32x4.splat(xi), i32x4(0, 2, 4, 6));
      let where = a;
      let best = v128.shuffle<f32>(upperLeft, upperRight, 0, 2, 4, 6);

      let value = v128.shuffle<f32>(upperLeft, upperRight, 1, 3, 5, 7);
      let take = takes(value, best);
      best = v128.bitselect(value, best, take);
      where = v128.bitselect(i32x4.add(a, i32x4.splat(1)), where, take);

      value = v128.shuffle<f32>(lowerLeft, lowerRight, 0, 2, 4, 6);
      take = takes(value, best);
      best = v128.bitselect(value, best, take);
      where = v128.bitselect(i32x4.add(a, i32x4.splat(W)), where, take);

      value = v128.shuffle<f32>(lowerLeft, lowerRight, 1, 3, 5, 7);
      take = takes(value, best);
      best = v128.bitselect(value, best, take);
      where = v128.bitselect(i32x4.add(a, i32x4.splat(W + 1)), where, take);

      const yi = ho * W_out + wo;
      v128.store(element(y, yi), best);
      v128.store(element(indices, yi), where);
    }
  }
}

/**
 * The way back: dy goes to the pixel that the index names, and 0 to the other three of its square.
 *
 *   dy where a  [a0, a1, a2, a3]
 *   dy where b  [b0, b1, b2, b3]  →  row h  [a0, b0, a1, b1] [a2, b2, a3, b3]     and likewise c, d for row h + 1
 */
function squaresBackward(dx: usize, dy: usize, indices: usize, s: PoolSizes): void {
  const H = s.H;
  const W = s.W;
  const H_out = s.H_out;
  const W_out = s.W_out;
  const zero = f32x4.splat(0);
  for (let ho = 0; ho < H_out; ho++) {
    for (let next = 0; next < W_out; next += 4) {
      const wo = min(next, W_out - 4);
      const yi = ho * W_out + wo;
      const g = f32x4.add(v128.load(element(dy, yi)), zero); // a sum with 0, as dx[indices] += dy is: −0 becomes +0
      const xi = 2 * (ho * W + wo);
      const place = i32x4.sub(v128.load(element(indices, yi)), i32x4.add(i32x4.splat(xi), i32x4(0, 2, 4, 6)));
      const a = v128.and(g, i32x4.eq(place, i32x4.splat(0)));
      const b = v128.and(g, i32x4.eq(place, i32x4.splat(1)));
      const c = v128.and(g, i32x4.eq(place, i32x4.splat(W)));
      const d = v128.and(g, i32x4.eq(place, i32x4.splat(W + 1)));
      const upper = element(dx, xi);
      const lower = element(upper, W);
      v128.store(upper, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
      v128.store(upper, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
      v128.store(lower, v128.shuffle<f32>(c, d, 0, 4, 1, 5));
      v128.store(lower, v128.shuffle<f32>(c, d, 2, 6, 3, 7), 16);
    }
    if (2 * W_out < W) {
      fill(element(dx, 2 * ho * W + 2 * W_out), W - 2 * W_out, 0);
      fill(element(dx, (2 * ho + 1) * W + 2 * W_out), W - 2 * W_out, 0);
    }
  }
  fill(element(dx, 2 * H_out * W), (H - 2 * H_out) * W, 0);
}

/** Windows of any kind: four at a time where they are inside the image from left to right, and one at a time elsewhere. */
function windowsForward(y: usize, indices: usize, x: usize, s: PoolSizes): void {
  const W = s.W;
  const W_out = s.W_out;
  const S_w = s.S_w;
  const D_w = s.D_w;
  const K_w = s.K_w;
  const P_w = s.P_w;
  const insideFrom = (P_w + S_w - 1) / S_w;
  const slack = W + P_w - D_w * (K_w - 1) - 1; // columns that a window inside the image can move by, from −P_w on
  const insideTo = slack < 0 ? 0 : min(W_out, slack / S_w + 1);
  const byFours = insideTo - insideFrom >= 4;
  for (let ho = 0; ho < s.H_out; ho++) {
    const top = ho * s.S_h - s.P_h;
    const kh0 = firstTap(top, s.D_h);
    const rows = endTap(top, s.H, s.K_h, s.D_h) - kh0;
    const rowStep = s.D_h * W;
    const row = (top + kh0 * s.D_h) * W;
    let wo = 0;
    while (wo < W_out) {
      if (byFours && wo >= insideFrom && wo < insideTo) {
        wo = min(wo, insideTo - 4);
        const yi = ho * W_out + wo;
        maxima(element(y, yi), element(indices, yi), x, row + wo * S_w - P_w, rows, rowStep, K_w, D_w, S_w, 4);
        wo += 4;
      } else {
        const left = wo * S_w - P_w;
        const kw0 = firstTap(left, D_w);
        const columns = endTap(left, W, K_w, D_w) - kw0;
        const yi = ho * W_out + wo;
        maxima(element(y, yi), element(indices, yi), x, row + left + kw0 * D_w, rows, rowStep, columns, D_w, S_w, 1);
        wo += 1;
      }
    }
  }
}

/**
 * `lanes` (4 or 1) windows side by side, of which the first begins at x[first] and the next one S_w further on. Each has rows
 * · columns taps. The rows' maxima are independent of each other, and needn't wait until the row before is done.
 */
@inline
function maxima(
  y: usize,
  indices: usize,
  x: usize,
  first: i32,
  rows: i32,
  rowStep: i32,
  columns: i32,
  D_w: i32,
  S_w: i32,
  lanes: i32,
): void {
  const apart = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(S_w));
  let where = i32x4.add(i32x4.splat(first), apart);
  let best = tap(x, first, S_w, lanes);
  for (let kh = 0; kh < rows; kh++) {
    const row = first + kh * rowStep;
    let rowWhere = i32x4.add(i32x4.splat(row), apart);
    let rowBest = tap(x, row, S_w, lanes);
    let place = rowWhere;
    for (let kw = 1; kw < columns; kw++) {
      const value = tap(x, row + kw * D_w, S_w, lanes);
      const take = takes(value, rowBest);
      place = i32x4.add(place, i32x4.splat(D_w));
      rowBest = v128.bitselect(value, rowBest, take);
      rowWhere = v128.bitselect(place, rowWhere, take);
    }
    const take = takes(rowBest, best);
    best = v128.bitselect(rowBest, best, take);
    where = v128.bitselect(rowWhere, where, take);
  }
  if (lanes == 4) {
    v128.store(y, best);
    v128.store(indices, where);
  } else {
    v128.store_lane<u32>(y, best, 0);
    v128.store_lane<u32>(indices, where, 0);
  }
}

@inline
function tap(x: usize, xi: i32, S_w: i32, lanes: i32): v128 {
  return lanes == 4 ? fourApart(element(x, xi), S_w) : v128.load_splat<u32>(element(x, xi));
}
