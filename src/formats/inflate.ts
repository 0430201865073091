/**
 * inflate: DEFLATE data of a known length, through the platform's own DecompressionStream.
 *
 * Source: RFC 1951 (DEFLATE), https://www.rfc-editor.org/rfc/rfc1951; https://compression.spec.whatwg.org
 */
import { FormatError } from './error.js';

/** The most bytes that a byte of DEFLATE data can stand for: two bits (codes of a length and a distance) stand for 258. */
const MAX_RATIO = 1032;

type Format = 'gzip' | 'deflate';

/**
 * Exactly `length` bytes, or a FormatError as soon as it is certain that there are more, fewer, or damaged ones.
 * `'deflate'` is DEFLATE in a zlib wrapper, as PNG has it. `where` begins the message.
 */
export async function inflate(
  format: Format,
  bytes: Uint8Array,
  length: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = chunksOf(format, bytes, length, where);
  const out = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of chunks) {
    out.set(chunk, filled);
    filled += chunk.length;
  }
  return out;
}

/** Throws what `inflate` throws, and keeps nothing: a length that may be wrong costs no memory. */
export async function checkInflated(format: Format, bytes: Uint8Array, length: number, where: string): Promise<void> {
  for await (const _ of chunksOf(format, bytes, length, where));
}

function chunksOf(format: Format, bytes: Uint8Array, length: number, where: string): AsyncGenerator<Uint8Array> {
  if (length > MAX_RATIO * bytes.length) {
    throw new FormatError(`${where}: ${bytes.length} compressed bytes can't hold ${length}`);
  }
  return readChunks(format, bytes, length, where);
}

async function* readChunks(
  format: Format,
  bytes: Uint8Array,
  length: number,
  where: string,
): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  // Damaged data reject both the writer's and the reader's promises. The reader's is reported, so the writer's is ignored.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  let read = 0;
  try {
    for (let next = await reader.read(); next.value; next = await reader.read()) {
      read += next.value.length;
      if (read > length) {
        throw new FormatError(`${where}: the compressed data hold more than the ${length} bytes that they should`);
      }
      yield next.value;
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${where}: the compressed data are damaged, cut off, or followed by other bytes`, {
      cause: error,
    });
  }
  if (read < length) {
    throw new FormatError(`${where}: the compressed data hold ${read} bytes, not the ${length} that they should`);
  }
}
