/**
 * The two 16-bit floats: widened to f32, which holds each of their values exactly, and narrowed from any float.
 *
 *   F16   sign 1 │ exponent 5 │ fraction 10      BF16   sign 1 │ exponent 8 │ fraction 7: the upper half of an f32
 *
 * Narrowing rounds once, from f64, to the nearest value, and between two to the one whose last bit is 0. What is past the
 * largest value becomes infinity, and NaN stays NaN.
 *
 * Source: IEEE 754-2019, binary16 and roundTiesToEven; https://cloud.google.com/tpu/docs/bfloat16
 */
interface Float16Layout {
  readonly fractionBits: number;
  /** The exponent of the least normal number; subnormal numbers have it too. */
  readonly minExponent: number;
  /** The bits of infinity, which come after those of all finite numbers. */
  readonly infinity: number;
  readonly nan: number;
}

const F16: Float16Layout = { fractionBits: 10, minExponent: -14, infinity: 0x7c00, nan: 0x7e00 };
const BF16: Float16Layout = { fractionBits: 7, minExponent: -126, infinity: 0x7f80, nan: 0x7fc0 };

export function float16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    // Subnormal numbers have the least exponent, and no leading 1.
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (fraction + 1024) * 2 ** (exponent - 25);
  });
}

export function bfloat16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

export function toFloat16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, (value) => narrow(value, F16));
}

export function toBfloat16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, (value) => narrow(value, BF16));
}

const float64 = new Float64Array(1);
const words = new Uint32Array(float64.buffer);

function narrow(value: number, { fractionBits, minExponent, infinity, nan }: Float16Layout): number {
  if (Number.isNaN(value)) return nan;
  float64[0] = value;
  const sign = (words[1] >>> 31) << 15;
  const exponent = Math.max(((words[1] >>> 20) & 0x7ff) - 1023, minExponent);
  // In units of the last place, leading 1 included. The division is exact, as the unit is a power of 2.
  const fraction = roundToEven(Math.abs(value) / 2 ** (exponent - fractionBits));
  // The bits are exponent field · 2^fractionBits + fraction field. A sum does it: the leading 1 of a normal number adds 1 to the
  // exponent field, which is 0 for subnormal numbers only; and a fraction that was rounded up to 2 adds one more, which gives the
  // next power of 2, or infinity.
  const bits = (exponent - minExponent) * 2 ** fractionBits + fraction;
  return sign | Math.min(bits, infinity);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
