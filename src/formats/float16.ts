/**
 * The two 16-bit floats, widened to f32, which holds each of their values exactly.
 *
 *   F16   sign 1 │ exponent 5 │ fraction 10      BF16   sign 1 │ exponent 8 │ fraction 7: the upper half of an f32
 *
 * Source: IEEE 754-2019, binary16
 */
export function float16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    // Subnormal numbers have the least exponent, and no 1 in front.
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (fraction + 1024) * 2 ** (exponent - 25);
  });
}

export function bfloat16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
