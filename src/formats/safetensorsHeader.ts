/**
 * The header of a safetensors file: which tensor lies where. All of it is checked, against the length of the data, too, before
 * the data are read: a file that is refused costs no memory.
 *
 *   {"__metadata__": {"key": "text"},
 *    "conv1.weight": {"dtype": "F32", "shape": [10, 1, 5, 5], "data_offsets": [0, 1000]}}
 *
 * Source: https://huggingface.co/docs/safetensors, https://github.com/huggingface/safetensors
 */
import type { Shape } from '../ops/shape.js';
import { FormatError } from './error.js';

/** The bytes of a value. */
export const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 };
/** Bytes of the header's length, which stands before the header. */
export const LENGTH_BYTES = 8;
export const MAX_HEADER = 100_000_000;
export const METADATA = '__metadata__';

const FIELDS = ['dtype', 'shape', 'data_offsets'];
/** Of brackets in each other: those of the header, of a tensor, of its shape. */
const MAX_DEPTH = 3;

export type SafetensorsDtype = keyof typeof BYTES;

/** A tensor's place in the data. */
export interface SafetensorsSpan {
  readonly key: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of the header. They cover the data without a gap. */
  readonly spans: readonly SafetensorsSpan[];
  readonly metadata: Record<string, string>;
}

/** The header's length, from the first bytes of a file of `fileLength`. */
export function parseHeaderLength(first: Uint8Array, fileLength: number, where: string): number {
  if (fileLength < LENGTH_BYTES) {
    throw new FormatError(`${where}: ${fileLength} bytes are too few for the header length`);
  }
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER) throw new FormatError(`${where}: a header of ${length} bytes is over 100 MB`);
  if (length > fileLength - LENGTH_BYTES) {
    throw new FormatError(`${where}: a header of ${length} bytes passes the end of the file`);
  }
  return Number(length);
}

export function parseHeader(header: Uint8Array, dataLength: number, where: string): SafetensorsHeader {
  const { json, keys } = readJson(header, where);
  const { [METADATA]: metadata = {} } = json;
  if (!isTexts(metadata)) throw new FormatError(`${where}: ${METADATA} must map names to texts`);
  const spans = keys
    .filter((key) => key !== METADATA)
    .map((key) => readSpan(json[key], dataLength, key, `${where}: ${quote(key)}`));

  let end = 0;
  for (const span of spans.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (span.begin < end) throw new FormatError(`${where}: ${quote(span.key)} overlaps the tensor before it`);
    if (span.begin > end) throw new FormatError(`${where}: nothing owns the bytes ${end} to ${span.begin} of the data`);
    end = span.end;
  }
  if (end < dataLength) throw new FormatError(`${where}: ${dataLength - end} bytes follow the last tensor`);
  return { spans, metadata };
}

/**
 * The bytes of a tensor. Throws if they, or the product of its sizes without the zeros, are more than a number counts exactly.
 * So a huge size is refused even beside a 0, as in the format's own library.
 */
export function byteLength(dtype: SafetensorsDtype, shape: Shape, where: string): number {
  const bytes = shape.reduce((product, size) => product * (size || 1), BYTES[dtype]);
  if (!Number.isSafeInteger(bytes)) throw new FormatError(`${where}: shape ${quote(shape)} takes more than 2^53 bytes`);
  return shape.includes(0) ? 0 : bytes;
}

export function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

/** A value of the file for a message: as JSON, which has no line breaks, cut to a readable length. */
export function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? 'undefined';
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}

/** The header's object, and its keys in their order, which an object doesn't keep for whole numbers. */
function readJson(header: Uint8Array, where: string): { json: Record<string, unknown>; keys: string[] } {
  if (header[0] !== 0x7b) throw new FormatError(`${where}: the header doesn't start with {`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch (error) {
    throw new FormatError(`${where}: the header isn't UTF-8`, { cause: error });
  }
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${where}: the header isn't JSON`, { cause: error });
  }
  return { json, keys: checkKeysAndDepth(text, where) };
}

/**
 * Refuses two things that JSON.parse accepts: a key that an object has twice, of which it would keep the last; and brackets
 * deeper than any header needs, on which code that recurses over the values would overflow the stack. `json` is valid JSON.
 * Returns the keys of the outermost object.
 */
function checkKeysAndDepth(json: string, where: string): string[] {
  const outermost = new Set<string>();
  const open: Set<string>[] = []; // for each object that isn't closed yet, its keys; for each array, an empty set
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{' || json[i] === '[') {
      open.push(open.length === 0 ? outermost : new Set());
      if (open.length > MAX_DEPTH)
        throw new FormatError(`${where}: the header nests deeper than ${MAX_DEPTH} brackets`);
    }
    if (json[i] === '}' || json[i] === ']') open.pop();
    if (json[i] !== '"') continue;
    const start = i++;
    while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
    let next = i + 1;
    while (' \t\r\n'.includes(json[next])) next++;
    if (json[next] !== ':') continue;
    const key: string = JSON.parse(json.slice(start, i + 1));
    const keys = open[open.length - 1];
    if (keys.has(key)) throw new FormatError(`${where}: the header has the key ${quote(key)} twice`);
    keys.add(key);
  }
  return [...outermost];
}

function readSpan(info: unknown, dataLength: number, key: string, where: string): SafetensorsSpan {
  if (!isObject(info)) throw new FormatError(`${where} must be an object of dtype, shape and data_offsets`);
  const missing = FIELDS.filter((field) => !Object.hasOwn(info, field));
  if (missing.length > 0) throw new FormatError(`${where} has no ${missing.join(', ')}`);
  const strange = Object.keys(info).find((field) => !FIELDS.includes(field));
  if (strange !== undefined) {
    throw new FormatError(`${where} has ${quote(strange)}, which isn't one of ${FIELDS.join(', ')}`);
  }
  const { dtype, shape, data_offsets: offsets } = info;
  if (!isDtype(dtype)) {
    throw new FormatError(`${where}: dtype ${quote(dtype)} isn't one of ${Object.keys(BYTES).join(', ')}`);
  }
  if (!isArrayOfSizes(shape)) {
    throw new FormatError(`${where}: shape ${quote(shape)} must be an array of whole numbers from 0 to 2^53 − 1`);
  }
  const size = byteLength(dtype, shape, where);
  if (!isArrayOfSizes(offsets) || offsets.length !== 2) {
    throw new FormatError(`${where}: data_offsets ${quote(offsets)} must be [begin, end], two whole numbers`);
  }
  const [begin, end] = offsets;
  if (begin > end) throw new FormatError(`${where}: data_offsets ${quote(offsets)} end before they begin`);
  if (end > dataLength) {
    throw new FormatError(`${where}: data_offsets ${quote(offsets)} pass the end of the data, which is ${dataLength}`);
  }
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

export function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(BYTES, value);
}

/** −0, which JSON can write, is no size. */
function isArrayOfSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0));
}
