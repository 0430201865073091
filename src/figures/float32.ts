/**
 * A number as f32 has it: 32 bits.
 *
 *   value = (−1)^sign · 2^(exponent − 127) · (1 + fraction / 2²³)     exponent from 1 to 254
 *   value = (−1)^sign · 2^−126 · fraction / 2²³                       exponent 0: zero, and the subnormal numbers around it
 *   ±∞ if fraction = 0, NaN otherwise                                 exponent 255
 *
 * Source: IEEE 754-2019, section 3.4
 */

export type Float32Kind = 'normal' | 'subnormal' | 'zero' | 'infinity' | 'nan';

export interface Float32Parts {
  /** All 32, as one whole number. */
  readonly bits: number;
  /** 0 or 1. */
  readonly sign: number;
  /** 0 to 255. */
  readonly exponent: number;
  /** 0 to 2²³ − 1. */
  readonly fraction: number;
  readonly kind: Float32Kind;
  readonly value: number;
  /** The next f32 below and above; of NaN, and beyond infinity, NaN. */
  readonly below: number;
  readonly above: number;
  /** Unit in the last place: from |value| to the next f32 that is farther from 0. Of what isn't finite NaN. */
  readonly ulp: number;
}

const buffer = new DataView(new ArrayBuffer(4));

/** The f32 with these bits, a whole number from 0 to 2³² − 1. Throws a RangeError for another. */
export function float32OfBits(bits: number): number {
  if (!Number.isInteger(bits) || bits < 0 || bits >= 2 ** 32) {
    throw new RangeError(`float32OfBits: ${bits} isn't a whole number of 32 bits`);
  }
  buffer.setUint32(0, bits);
  return buffer.getFloat32(0);
}

/** Rounds a number to the nearest f32, and takes it apart. */
export function float32Parts(value: number): Float32Parts {
  buffer.setFloat32(0, value);
  return partsOfBits(buffer.getUint32(0));
}

/** The same from bits, which can also say which of the many NaNs is meant. */
export function partsOfBits(bits: number): Float32Parts {
  const value = float32OfBits(bits);
  const sign = bits >>> 31;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  const kind = kindOf(exponent, fraction);
  const above = next(value);
  const below = -next(-value);
  const ulp = Number.isFinite(value) ? ulpOf(Math.max(exponent, 1)) : Number.NaN;
  return { bits, sign, exponent, fraction, kind, value, below, above, ulp };
}

function kindOf(exponent: number, fraction: number): Float32Kind {
  if (exponent === 255) return fraction === 0 ? 'infinity' : 'nan';
  if (exponent > 0) return 'normal';
  return fraction === 0 ? 'zero' : 'subnormal';
}

/** All numbers of an exponent are as far apart: the fraction counts up by one. */
const ulpOf = (exponent: number) => 2 ** (exponent - 127 - 23);

/** The bits of numbers above 0, read as whole numbers, are in the order of the numbers; below 0 it is turned around. */
function next(value: number): number {
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return Number.NaN;
  if (value === 0) return float32OfBits(1);
  buffer.setFloat32(0, value);
  return float32OfBits(buffer.getUint32(0) + (value > 0 ? 1 : -1));
}
