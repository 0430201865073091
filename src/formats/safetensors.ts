/**
 * safetensors: named tensors in one file, the format in which PyTorch's models are exchanged.
 *
 *   header length n (8 bytes, low byte first) │ n bytes of JSON │ the tensors, one behind the other without a gap
 *
 * A file that breaks a rule is refused whole. Values are little-endian, as is every machine that this library runs on.
 *
 * Source: https://huggingface.co/docs/safetensors, https://github.com/huggingface/safetensors
 */
import { formatShape, type Shape } from '../ops/shape.js';
import { FormatError } from './error.js';
import {
  BYTES,
  byteLength,
  isTexts,
  LENGTH_BYTES,
  MAX_HEADER,
  METADATA,
  parseHeader,
  parseHeaderLength,
  quote,
  type SafetensorsDtype,
  type SafetensorsHeader,
} from './safetensorsHeader.js';

export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: Shape;
  /** The values, row by row; a view of the file, which need not be aligned. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  /** In the order of the header. */
  readonly tensors: Map<string, SafetensorsEntry>;
  readonly metadata: Record<string, string>;
}

/** Throws a FormatError if the file breaks a rule. `name`: what messages call the file. */
export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const where = `safetensors ${name}`;
  const headerEnd = LENGTH_BYTES + parseHeaderLength(bytes, bytes.length, where);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, headerEnd), bytes.length - headerEnd, where);
  return withData(header, bytes.subarray(headerEnd));
}

/** The tensors of a header, as views of the data. */
export function withData({ spans, metadata }: SafetensorsHeader, data: Uint8Array): Safetensors {
  return {
    tensors: new Map(
      spans.map(({ key, dtype, shape, begin, end }) => [key, { dtype, shape, bytes: data.subarray(begin, end) }]),
    ),
    metadata,
  };
}

/**
 * The bytes of a file with these tensors. The header names them in their order. Their data are sorted by the size of a value,
 * the largest first, and spaces fill up the header: so every value is aligned for readers that map the file into memory.
 */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  if (!isTexts(metadata)) throw new FormatError('safetensors: metadata must map names to texts');
  for (const [key, { dtype, shape, bytes }] of tensors) {
    if (key === METADATA) throw new FormatError(`safetensors: no tensor can be called ${METADATA}`);
    const size = byteLength(dtype, shape, `safetensors: ${quote(key)}`);
    if (bytes.length !== size) {
      throw new FormatError(
        `safetensors: ${quote(key)} of ${dtype} ${formatShape(shape)} takes ${size} bytes, but has ${bytes.length}`,
      );
    }
  }
  const begins = new Map<string, number>();
  let length = 0;
  for (const [key, { bytes }] of [...tensors].toSorted(([, a], [, b]) => BYTES[b.dtype] - BYTES[a.dtype])) {
    begins.set(key, length);
    length += bytes.length;
  }
  const infos: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  for (const [key, { dtype, shape, bytes }] of tensors) {
    const begin = begins.get(key)!;
    infos.push([key, { dtype, shape, data_offsets: [begin, begin + bytes.length] }]);
  }
  // Written by hand: an object would put names that are whole numbers first.
  const members = infos.map(([key, info]) => `${JSON.stringify(key)}:${JSON.stringify(info)}`);
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER) throw new FormatError(`safetensors: a header of ${headerBytes} bytes is over 100 MB`);
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  file.set(json, LENGTH_BYTES);
  for (const [key, { bytes }] of tensors) file.set(bytes, LENGTH_BYTES + headerBytes + begins.get(key)!);
  return file;
}
