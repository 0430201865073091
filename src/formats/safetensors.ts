/**
 * safetensors: named tensors in one file, the format in which PyTorch's models are exchanged.
 *
 *   header length n (8 bytes, low byte first) │ n bytes of JSON │ the tensors, one behind the other without a gap
 *
 *   {"__metadata__": {"key": "text"},
 *    "conv1.weight": {"dtype": "F32", "shape": [10, 1, 5, 5], "data_offsets": [0, 1000]}}
 *
 * A file that breaks a rule is refused whole. Values are little-endian, as is every machine that this library runs on.
 *
 * Source: https://huggingface.co/docs/safetensors, https://github.com/huggingface/safetensors
 */
import { formatShape, numel, type Shape } from '../ops/shape.js';
import { FormatError } from './error.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './float16.js';

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1 };
const LENGTH_BYTES = 8;
const MAX_HEADER = 100_000_000;
const METADATA = '__metadata__';

export type SafetensorsDtype = keyof typeof BYTES;

export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: Shape;
  /** The values, row by row; a view of the file, which need not be aligned. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  /** In the order of the file. */
  readonly tensors: Map<string, SafetensorsEntry>;
  readonly metadata: Record<string, string>;
}

export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const where = `safetensors ${name}`;
  const headerEnd = LENGTH_BYTES + headerLength(bytes, where);
  const { [METADATA]: metadata = {}, ...infos } = readHeader(bytes.subarray(LENGTH_BYTES, headerEnd), where);
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new FormatError(`${where}: ${METADATA} must map names to texts`);
  }
  const data = bytes.subarray(headerEnd);
  const spans = Object.entries(infos).map(([key, info]) => readSpan(info, data.length, key, `${where}: ${quote(key)}`));
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);

  let end = 0;
  for (const span of spans) {
    if (span.begin < end) throw new FormatError(`${where}: ${quote(span.key)} overlaps the tensor before it`);
    if (span.begin > end) throw new FormatError(`${where}: nothing owns the bytes ${end} to ${span.begin} of the data`);
    end = span.end;
  }
  if (end < data.length) throw new FormatError(`${where}: ${data.length - end} bytes follow the last tensor`);
  return {
    tensors: new Map(
      spans.map(({ key, dtype, shape, begin, end }) => [key, { dtype, shape, bytes: data.subarray(begin, end) }]),
    ),
    metadata: metadata as Record<string, string>,
  };
}

/** The tensors in their order. Spaces fill up the header, so that the data start at a multiple of 8. */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const infos: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let offset = 0;
  for (const [key, { dtype, shape, bytes }] of tensors) {
    if (key === METADATA) throw new FormatError(`safetensors: no tensor can be called ${METADATA}`);
    if (bytes.length !== numel(shape) * BYTES[dtype]) {
      throw new FormatError(
        `safetensors: ${quote(key)} of ${dtype} ${formatShape(shape)} takes ${numel(shape) * BYTES[dtype]} bytes, but has ${bytes.length}`,
      );
    }
    infos.push([key, { dtype, shape, data_offsets: [offset, offset + bytes.length] }]);
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(infos)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  file.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** The values as f32: F32 bit for bit, the shorter floats exactly, the rest rounded to the nearest. */
export function toFloat32({ dtype, bytes }: SafetensorsEntry): Float32Array<ArrayBuffer> {
  const { buffer } = new Uint8Array(bytes); // a copy, and so aligned
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer));
    case 'U8':
      return Float32Array.from(new Uint8Array(buffer));
  }
}

/** An F32 entry that shares its memory with `values`. */
export function fromFloat32(values: Float32Array, shape: Shape): SafetensorsEntry {
  if (values.length !== numel(shape)) {
    throw new FormatError(`safetensors: shape ${formatShape(shape)} doesn't hold ${values.length} values`);
  }
  return { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function headerLength(bytes: Uint8Array, where: string): number {
  if (bytes.length < LENGTH_BYTES) {
    throw new FormatError(`${where}: ${bytes.length} bytes are too few for the header length`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER) throw new FormatError(`${where}: a header of ${length} bytes is over 100 MB`);
  if (length > bytes.length - LENGTH_BYTES) {
    throw new FormatError(`${where}: a header of ${length} bytes passes the end of the file`);
  }
  return Number(length);
}

function readHeader(header: Uint8Array, where: string): Record<string, unknown> {
  if (header[0] !== 0x7b) throw new FormatError(`${where}: the header doesn't start with {`);
  let json: string;
  let parsed: Record<string, unknown>;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(header);
    parsed = JSON.parse(json);
  } catch (error) {
    throw new FormatError(`${where}: the header isn't JSON`, { cause: error });
  }
  const repeated = repeatedKey(json);
  if (repeated !== null) throw new FormatError(`${where}: the header has the key ${quote(repeated)} twice`);
  return parsed;
}

/** A key that one object of this valid JSON has twice, of which JSON.parse silently keeps the last; or null. */
function repeatedKey(json: string): string | null {
  const keysOfOpenObjects: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') keysOfOpenObjects.push(new Set());
    if (json[i] === '}') keysOfOpenObjects.pop();
    if (json[i] !== '"') continue;
    const start = i++;
    while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
    let next = i + 1;
    while (' \t\r\n'.includes(json[next])) next++;
    if (json[next] !== ':') continue;
    const key: string = JSON.parse(json.slice(start, i + 1));
    const keys = keysOfOpenObjects[keysOfOpenObjects.length - 1];
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return null;
}

interface Span {
  key: string;
  dtype: SafetensorsDtype;
  shape: number[];
  begin: number;
  end: number;
}

function readSpan(info: unknown, dataLength: number, key: string, where: string): Span {
  if (!isObject(info)) throw new FormatError(`${where} must be an object of dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets: offsets } = info;
  if (!isDtype(dtype)) {
    throw new FormatError(`${where}: dtype ${quote(dtype)} isn't one of ${Object.keys(BYTES).join(', ')}`);
  }
  if (!isArrayOfSizes(shape)) {
    throw new FormatError(`${where}: shape ${quote(shape)} must be an array of whole numbers from 0 to 2^53 − 1`);
  }
  const size = numel(shape) * BYTES[dtype];
  if (!Number.isSafeInteger(size)) throw new FormatError(`${where}: shape ${quote(shape)} takes more than 2^53 bytes`);
  if (!isArrayOfSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1] || offsets[1] > dataLength) {
    throw new FormatError(
      `${where}: data_offsets ${quote(offsets)} must be [begin, end], 0 ≤ begin ≤ end ≤ ${dataLength}`,
    );
  }
  const [begin, end] = offsets;
  if (end - begin !== size) {
    throw new FormatError(
      `${where}: ${dtype} of shape ${quote(shape)} takes ${size} bytes, but its data_offsets span ${end - begin}`,
    );
  }
  return { key, dtype, shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(BYTES, value);
}

function isArrayOfSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A value of the file as JSON, which has no line breaks, cut to what a message can bear. */
function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? 'undefined';
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
