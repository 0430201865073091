/**
 * Rows along one dimension of x (outer, C, inner), four at a time, one in each lane:
 *
 *   inner = 1, C = 3    row 0  x0 x1 x2             class 0    class 1    class 2
 *                       row 1  x3 x4 x5      →      [x0        [x1        [x2
 *                       row 2  x6 x7 x8              x3         x4         x5
 *                       row 3  x9 xA xB              x6         x7         x8
 *                                                    x9]        xA]        xB]
 *
 * A row's maximum or sum is a lane of a v128, so all dimensions are treated alike, and no row has a rest of lanes. Where fewer
 * than four rows are left, the last one fills the other lanes, too, which gives the same bits again.
 */
import { exp } from './exp';

/** The numbers of four rows from `row` on, none beyond `last`. */
@inline
export function fourRows(row: i32, last: i32): v128 {
  return i32x4.min_s(i32x4.add(i32x4.splat(row), i32x4(0, 1, 2, 3)), i32x4.splat(last));
}

/** Where four rows begin, in elements: class c of a row is at start + c · inner. */
@inline
export function starts(rows: v128, C: i32, inner: i32): v128 {
  let at = i32x4.splat(start(i32x4.extract_lane(rows, 0), C, inner));
  at = i32x4.replace_lane(at, 1, start(i32x4.extract_lane(rows, 1), C, inner));
  at = i32x4.replace_lane(at, 2, start(i32x4.extract_lane(rows, 2), C, inner));
  return i32x4.replace_lane(at, 3, start(i32x4.extract_lane(rows, 3), C, inner));
}

@inline
export function start(row: i32, C: i32, inner: i32): i32 {
  const outer = row / inner;
  return outer * C * inner + (row - outer * inner);
}

/** Reads x at four places, which count elements. */
@inline
export function gather(x: usize, at: v128): v128 {
  let v = v128.load32_zero(x + ((<usize>i32x4.extract_lane(at, 0)) << 2));
  v = v128.load32_lane(x + ((<usize>i32x4.extract_lane(at, 1)) << 2), v, 1);
  v = v128.load32_lane(x + ((<usize>i32x4.extract_lane(at, 2)) << 2), v, 2);
  return v128.load32_lane(x + ((<usize>i32x4.extract_lane(at, 3)) << 2), v, 3);
}

/** Writes to four places. */
@inline
export function scatter(y: usize, at: v128, v: v128): void {
  v128.store32_lane(y + ((<usize>i32x4.extract_lane(at, 0)) << 2), v, 0);
  v128.store32_lane(y + ((<usize>i32x4.extract_lane(at, 1)) << 2), v, 1);
  v128.store32_lane(y + ((<usize>i32x4.extract_lane(at, 2)) << 2), v, 2);
  v128.store32_lane(y + ((<usize>i32x4.extract_lane(at, 3)) << 2), v, 3);
}

/** The maximum of each row; NaN if the row has one. `at`: where the rows begin. */
@inline
export function maxOfRows(x: usize, at: v128, C: i32, inner: i32): v128 {
  const step = i32x4.splat(inner);
  let max = f32x4.splat(-Infinity);
  for (let c = 0; c < C; c++) {
    max = f32x4.max(max, gather(x, at));
    at = i32x4.add(at, step);
  }
  return max;
}

/** Σ_c e^(x[c] − max) of each row. Writes the terms to y, unless y is 0. */
@inline
export function sumOfExp(y: usize, x: usize, at: v128, C: i32, inner: i32, max: v128): v128 {
  const step = i32x4.splat(inner);
  let sum = f32x4.splat(0);
  for (let c = 0; c < C; c++) {
    const e = exp(f32x4.sub(gather(x, at), max));
    if (y) scatter(y, at, e);
    sum = f32x4.add(sum, e);
    at = i32x4.add(at, step);
  }
  return sum;
}
