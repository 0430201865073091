/**
 * IDX: an array of bytes with its shape, the format of MNIST and Fashion-MNIST.
 *
 *   00 00 08 rank │ rank sizes of 4 bytes, the high byte first │ the values, row by row
 *   images: 00 00 08 03, (N, H, W)      labels: 00 00 08 01, (N)
 *
 * Source: Yann LeCun's MNIST page, http://yann.lecun.com/exdb/mnist/
 */
import { formatShape, numel } from '../ops/shape.js';
import { FormatError } from './error.js';
import { gunzip, isGzip } from './gzip.js';

const UNSIGNED_BYTES = 0x00000800;
const MAX_RANK = 4;
const MAX_BYTES = 256 * 2 ** 20;

export interface Idx {
  readonly shape: number[];
  /** A view of the file. */
  readonly data: Uint8Array;
}

export function parseIdx(bytes: Uint8Array, name: string): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw new FormatError(`IDX ${name}: ${bytes.length} bytes are too few for the magic number`);
  const magic = view.getUint32(0);
  const rank = magic - UNSIGNED_BYTES;
  if (rank < 1 || rank > MAX_RANK) {
    const hex = magic.toString(16).padStart(8, '0');
    throw new FormatError(
      `IDX ${name}: magic 0x${hex} isn't 0x00000801 to 0x0000080${MAX_RANK} (unsigned bytes of 1 to ${MAX_RANK} dimensions)`,
    );
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) throw new FormatError(`IDX ${name}: ends inside the ${rank} sizes of its header`);
  const shape = Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d));
  if (numel(shape) !== bytes.length - header) {
    throw new FormatError(
      `IDX ${name}: ${formatShape(shape)} takes ${numel(shape)} bytes, but ${bytes.length - header} follow the header`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

/** Like `parseIdx`, but the file may be gzipped; up to 256 MiB of content. */
export async function readIdx(bytes: Uint8Array, name: string): Promise<Idx> {
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, name, MAX_BYTES) : bytes, name);
}
