/**
 * From the bytes of a safetensors tensor to values, and back.
 *
 *   read    F32, F16, BF16 → f32, exactly      F64 → f64      I64, I32, I16, U16, I8, U8, BOOL → int32, or a FormatError
 *   write   floats are rounded to the nearest, integers must hold the value exactly, or it is a FormatError
 *
 * Source: https://huggingface.co/docs/safetensors; IEEE 754-2019, roundTiesToEven
 */
import { formatShape, numel, type Shape } from '../ops/shape.js';
import { FormatError } from './error.js';
import { bfloat16ToFloat32, float16ToFloat32, toBfloat16, toFloat16 } from './float16.js';
import type { SafetensorsEntry } from './safetensors.js';
import type { SafetensorsDtype } from './safetensorsHeader.js';

export type SafetensorsValues = Float32Array | Float64Array | Int32Array;

/** The integers that fit an int32. A BOOL is a byte, 0 or 1. */
const INTEGERS = {
  I32: Int32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

type IntegerDtype = 'I64' | keyof typeof INTEGERS;

/** [the least value, the largest + 1]. The largest I64 itself isn't an f64. */
const RANGES: Record<IntegerDtype, [number, number]> = {
  I64: [-(2 ** 63), 2 ** 63],
  I32: [-(2 ** 31), 2 ** 31],
  I16: [-(2 ** 15), 2 ** 15],
  U16: [0, 2 ** 16],
  I8: [-(2 ** 7), 2 ** 7],
  U8: [0, 2 ** 8],
  BOOL: [0, 2],
};

/** A copy of the values. Throws a FormatError, which begins with `where`, if there is an I64 that isn't an int32. */
export function valuesOf(entry: SafetensorsEntry, where: string): SafetensorsValues {
  checkInt32(entry, where);
  const { buffer } = new Uint8Array(entry.bytes); // a copy, and so aligned
  switch (entry.dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'I64':
      return Int32Array.from(new BigInt64Array(buffer), Number);
    default:
      return Int32Array.from(new INTEGERS[entry.dtype](buffer));
  }
}

/** Throws a FormatError if there is an I64 that isn't an int32. */
export function checkInt32({ dtype, bytes }: SafetensorsEntry, where: string): void {
  if (dtype !== 'I64') return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 8) {
    const value = view.getBigInt64(at, true);
    if (value !== BigInt.asIntN(32, value)) {
      throw new FormatError(`${where}: the I64 value ${value} at ${at / 8} doesn't fit an int32`);
    }
  }
}

/** The values as a tensor of the file; floats whose type stays aren't copied. Throws a FormatError, which begins with `where`, if
 *  they don't fill the shape or a value doesn't fit an integer dtype. */
export function entryOf(
  values: SafetensorsValues,
  shape: Shape,
  dtype: SafetensorsDtype,
  where: string,
): SafetensorsEntry {
  if (values.length !== numel(shape)) {
    throw new FormatError(`${where}: shape ${formatShape(shape)} doesn't hold ${values.length} values`);
  }
  const { buffer, byteOffset, byteLength } = narrowed(values, dtype, where);
  return { dtype, shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** The dtype that values are written in if no other is asked for. int32 becomes I64, in which PyTorch counts. */
export function defaultDtype(values: SafetensorsValues): SafetensorsDtype {
  if (values instanceof Int32Array) return 'I64';
  return values instanceof Float32Array ? 'F32' : 'F64';
}

function narrowed(values: SafetensorsValues, dtype: SafetensorsDtype, where: string): ArrayBufferView {
  switch (dtype) {
    case 'F64':
      return values instanceof Float64Array ? values : Float64Array.from(values);
    case 'F32':
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case 'F16':
      return toFloat16(values);
    case 'BF16':
      return toBfloat16(values);
    case 'I64':
      checkIntegers(values, dtype, where);
      return BigInt64Array.from<number>(values, BigInt);
    default:
      checkIntegers(values, dtype, where);
      return INTEGERS[dtype].from(values);
  }
}

function checkIntegers(values: SafetensorsValues, dtype: IntegerDtype, where: string): void {
  const [least, end] = RANGES[dtype];
  const at = values.findIndex((value) => !(Number.isInteger(value) && value >= least && value < end));
  if (at >= 0) throw new FormatError(`${where}: the value ${values[at]} at ${at} doesn't fit ${dtype}`);
}
