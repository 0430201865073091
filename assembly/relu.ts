/**
 * relu: y = max(0, x), four lanes at a time.
 *
 *   [x0, x1, x2, x3] → [max(0, x0), max(0, x1), max(0, x2), max(0, x3)]
 *
 * WASM's max keeps a NaN, and takes +0 over −0, as JavaScript's does.
 * Equal to `src/ops/relu.ts`, to the bit.
 */

/** `y`, `x`: addresses of `length` f32. */
export function reluForward(y: usize, x: usize, length: i32): void {
  const zero = f32x4.splat(0);
  const lanes = length & ~3;
  for (let i = 0; i < lanes; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, f32x4.max(v128.load(x + at), zero));
  }
  for (let i = lanes; i < length; i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, max<f32>(load<f32>(x + at), 0));
  }
}
