/**
 * e^x and log x, four lanes at a time.
 *
 *   e^x = 2^k · e^r      k = round(x / ln 2),   r = x − k · ln 2,   so |r| ≤ ½ · ln 2
 *
 * e^r is a polynomial, and 2^k is made from its bits. Within one unit in the last place; e^NaN = NaN, and results that are
 * too large or too small for f32 become ∞ and 0.
 *
 * Source of the polynomials: S. L. Moshier, Cephes, single precision, expf.c and tanhf.c, https://www.netlib.org/cephes/
 */

/** e^x of every lane. */
@inline
export function exp(x: v128): v128 {
  // Beyond these the result is 0 or ∞ anyway, and k must stay small.
  x = f32x4.max(f32x4.min(x, f32x4.splat(89)), f32x4.splat(-105));
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  // ln 2 in two parts: k times the first, which has few bits, is exact.
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // 2^k in two factors, because 2^128 and 2^−150 aren't f32 themselves.
  const whole = i32x4.trunc_sat_f32x4_s(k);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, powerOf2(half)), powerOf2(i32x4.sub(whole, half)));
}

/** 2^k for whole k: k + 127 is the exponent in the bits of an f32. */
@inline
function powerOf2(k: v128): v128 {
  return i32x4.shl(i32x4.add(k, i32x4.splat(127)), 23);
}

/** The natural logarithm of every lane. Each goes through f64: there is one for every row, not for every number. */
@inline
export function log(x: v128): v128 {
  let y = f32x4.splat(<f32>Math.log(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>Math.log(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>Math.log(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>Math.log(f32x4.extract_lane(x, 3)));
}
