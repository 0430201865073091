/**
 * relu: y = max(0, x), four lanes at a time.
 *
 *   [x0, x1, x2, x3] → [max(0, x0), max(0, x1), max(0, x2), max(0, x3)]
 *
 * `f32x4.pmax(a, b)` is a < b ? b : a in every lane: with x as a, a NaN isn't less than 0 and stays.
 * Equal to `src/ops/relu.ts`, to the bit.
 */

/** `y`, `x`: addresses of `length` f32. */
export function reluForward(y: usize, x: usize, length: i32): void {
  const zero = f32x4.splat(0);
  const lanes = length & ~3;
  for (let i = 0; i < lanes; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, f32x4.pmax(v128.load(x + at), zero));
  }
  for (let i = lanes; i < length; i++) {
    const at = (<usize>i) << 2;
    const value = load<f32>(x + at);
    store<f32>(y + at, value < 0 ? 0 : value);
  }
}
