/**
 * gzip: one compressed file, in which the data sets are published.
 *
 *   1f 8b 08 … header │ DEFLATE data │ CRC-32 of the content │ length of the content mod 2³²
 *
 * Source: RFC 1952, https://www.rfc-editor.org/rfc/rfc1952
 */
import { FormatError } from './error.js';
import { inflate } from './inflate.js';

const HEADER_AND_TRAILER = 18;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content. Throws a FormatError if the file is damaged, or the content longer than `maxBytes`. The length that stands at the
 * file's end bounds the memory, and tells a whole file from one that was cut off or has more bytes behind it.
 */
export async function gunzip(bytes: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) throw new FormatError(`gzip ${name}: doesn't start with 1f 8b`);
  if (bytes.length < HEADER_AND_TRAILER) throw new FormatError(`gzip ${name}: ${bytes.length} bytes are too few`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  if (length > maxBytes) {
    throw new FormatError(
      `gzip ${name}: holds ${length} bytes, and at most ${maxBytes} are taken, unless it was cut off`,
    );
  }
  return inflate('gzip', bytes, length, `gzip ${name}`);
}
