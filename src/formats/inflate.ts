/**
 * inflate: DEFLATE data of a known length, through the platform's own DecompressionStream.
 *
 * Source: RFC 1951 (DEFLATE), https://www.rfc-editor.org/rfc/rfc1951; https://compression.spec.whatwg.org
 */
import { FormatError } from './error.js';

/** The most bytes that a byte of DEFLATE data can stand for: two bits (codes of a length and a distance) stand for 258. */
const MAX_RATIO = 1032;

/**
 * Exactly `length` bytes, or a FormatError as soon as it is certain that there are more, fewer, or damaged ones.
 * `'deflate'` is DEFLATE in a zlib wrapper, as PNG has it. `where` begins the message.
 */
export async function inflate(
  format: 'gzip' | 'deflate',
  bytes: Uint8Array,
  length: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length > MAX_RATIO * bytes.length) {
    throw new FormatError(`${where}: ${bytes.length} compressed bytes can't hold ${length}`);
  }
  const out = new Uint8Array(length);
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  // Damaged data reject both the writer's and the reader's promises. The reader's is reported, so the writer's is ignored.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  let filled = 0;
  try {
    for (let next = await reader.read(); next.value; next = await reader.read()) {
      if (filled + next.value.length > length) {
        throw new FormatError(`${where}: the compressed data hold more than the ${length} bytes that they should`);
      }
      out.set(next.value, filled);
      filled += next.value.length;
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${where}: the compressed data are damaged, cut off, or followed by other bytes`, {
      cause: error,
    });
  }
  if (filled < length) {
    throw new FormatError(`${where}: the compressed data hold ${filled} bytes, not the ${length} that they should`);
  }
  return out;
}
