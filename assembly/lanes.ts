/**
 * Loops over f32 go four lanes at a time, and through the rest one by one, with the same instructions:
 *
 *   |x0 x1 x2 x3|x4 x5 x6 x7|x8|x9|      lanes = 4, 4, 1, 1
 *
 * So an operation is written once, and the result for a number doesn't depend on its place. Callers pass `lanes` as a constant, so
 * the compiled loop has no branch for it.
 *
 * Chapter: docs/learn/15-lanes-tiles.en.md
 */

/** Four numbers, or one of them (in every lane). */
@inline
export function get(at: usize, lanes: i32): v128 {
  return lanes == 4 ? v128.load(at) : v128.load32_splat(at);
}

/** Writes four numbers, or the first of them. */
@inline
export function put(at: usize, v: v128, lanes: i32): void {
  if (lanes == 4) v128.store(at, v);
  else v128.store32_lane(at, v, 0);
}

/** v, with 0 in the lanes that are below `least`. NaN stays. */
@inline
export function keep(v: v128, least: f32): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), f32x4.splat(least)));
}

/** [x0, x1, x2, x3] → [x0, x1] in f64. */
@inline
export function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** [x0, x1, x2, x3] → [x2, x3] in f64. */
@inline
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** [a, b], [c, d] in f64 → [a, b, c, d]. */
@inline
export function narrowed(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** [a, b] → a + b. */
@inline
export function across(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
