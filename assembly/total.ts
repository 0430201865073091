/**
 * Sums of many numbers, in f64, in an order that depends on sizes only: every task writes a partial sum, and one task adds these
 * up.
 *
 *   |····· task 0 ·····|····· task 1 ·····|····· task 2 ·····|
 *          ↓                   ↓                   ↓
 *      partials[0]   +     partials[1]   +     partials[2]
 */
import { across, get, high, low } from './lanes';

/** Σ f(a[i], b[i]) over `count` numbers from addresses a and b. `F`: see `broadcast`.
 *  [t0, t1, t2, t3] → even [t0, t1], odd [t2, t3] in f64, which are summed separately. */
@inline
export function total<F>(a: usize, b: usize, count: i32): f64 {
  const f = changetype<F>(0);
  const end = (<usize>count) << 2;
  let at: usize = 0;
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  for (; at + 16 <= end; at += 16) {
    const terms = f.of(v128.load(a + at), v128.load(b + at));
    even = f64x2.add(even, low(terms));
    odd = f64x2.add(odd, high(terms));
  }
  let sum = across(f64x2.add(even, odd));
  for (; at < end; at += 4) sum += <f64>f32x4.extract_lane(f.of(get(a + at, 1), get(b + at, 1)), 0);
  return sum;
}

/** The sum of `count` partial sums. `partials`: address of f64. */
@inline
export function sumOfPartials(partials: usize, count: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += load<f64>(partials + ((<usize>i) << 3));
  return sum;
}

/** Writes y = Σ partials / divisor, a single number. One task does it. */
export function addPartials(y: usize, partials: usize, count: i32, divisor: f64): void {
  store<f32>(y, <f32>(sumOfPartials(partials, count) / divisor));
}
