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
  /** In the order of the file. */
  readonly tensors: Map<string, SafetensorsEntry>;
  readonly metadata: Record<string, string>;
}

/** `name` is the file's, for messages. */
export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const where = `safetensors ${name}`;
  const headerEnd = LENGTH_BYTES + parseHeaderLength(bytes, bytes.length, where);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, headerEnd), bytes.length - headerEnd, where);
  return withData(header, bytes.subarray(headerEnd));
}

/** The tensors that a header found, as views of the data that it was checked against. */
export function withData({ spans, metadata }: SafetensorsHeader, data: Uint8Array): Safetensors {
  return {
    tensors: new Map(
      spans.map(({ key, dtype, shape, begin, end }) => [key, { dtype, shape, bytes: data.subarray(begin, end) }]),
    ),
    metadata,
  };
}

/** The tensors in their order. Spaces fill up the header, so that the data start at a multiple of 8. */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  if (!isTexts(metadata)) throw new FormatError('safetensors: metadata must map names to texts');
  const infos: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let offset = 0;
  for (const [key, { dtype, shape, bytes }] of tensors) {
    if (key === METADATA) throw new FormatError(`safetensors: no tensor can be called ${METADATA}`);
    const size = byteLength(dtype, shape, `safetensors: ${quote(key)}`);
    if (bytes.length !== size) {
      throw new FormatError(
        `safetensors: ${quote(key)} of ${dtype} ${formatShape(shape)} takes ${size} bytes, but has ${bytes.length}`,
      );
    }
    infos.push([key, { dtype, shape, data_offsets: [offset, offset + bytes.length] }]);
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(infos)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER) throw new FormatError(`safetensors: a header of ${headerBytes} bytes is over 100 MB`);
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
