/**
 * gzip: one compressed file, in which the data sets are published.
 *
 *   1f 8b 08 … header │ DEFLATE data │ CRC-32 of the content │ length of the content mod 2³²
 *
 * Source: RFC 1952, https://www.rfc-editor.org/rfc/rfc1952
 */
import { FormatError } from './error.js';
import { checkInflated, inflate } from './inflate.js';

const HEADER_AND_TRAILER = 18;
/** The method, and the only one that there is. */
const DEFLATE = 8;
/** So many zeros at most are a member's own last bytes: three of its length, or, if it is empty, its length, its CRC and the end of
 *  its data, where the code that says so may be 15 zero bits. */
const OWN_ZEROS = 10;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content. Throws a FormatError if the file is damaged, or the content longer than `maxBytes`. The length that stands at the
 * file's end bounds the memory, and tells a whole file from one that was cut off. A file of several members, one behind the
 * other, has the contents of all; zeros behind the last belong to none.
 */
export async function gunzip(bytes: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) throw new FormatError(`gzip ${name}: doesn't start with 1f 8b`);
  if (bytes.length < HEADER_AND_TRAILER) throw new FormatError(`gzip ${name}: ${bytes.length} bytes are too few`);
  try {
    return await gunzipMember(bytes, name, maxBytes);
  } catch (error) {
    const ends = possibleEnds(bytes);
    const content = ends.length > 1 ? await gunzipMembers(bytes, ends, name, maxBytes) : null;
    if (content === null) throw error;
    return content;
  }
}

async function gunzipMember(bytes: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return inflate('gzip', bytes, statedLength(bytes, name, maxBytes), `gzip ${name}`);
}

/** Whether these bytes are a member, whole; a pass of its own, since where one ends is guessed, and a wrong end states any length. */
async function isMember(bytes: Uint8Array, name: string, maxBytes: number): Promise<boolean> {
  try {
    await checkInflated('gzip', bytes, statedLength(bytes, name, maxBytes), `gzip ${name}`);
    return true;
  } catch {
    return false;
  }
}

function statedLength(bytes: Uint8Array, name: string, maxBytes: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  if (length > maxBytes) {
    throw new FormatError(
      `gzip ${name}: holds ${length} bytes, and at most ${maxBytes} are taken, unless it was cut off`,
    );
  }
  return length;
}

/** The contents of several members, or null if the file isn't made of members and zeros. Nothing says where a member ends but
 *  that it's whole up to there: its data, its CRC and its length. */
async function gunzipMembers(
  bytes: Uint8Array,
  ends: readonly number[],
  name: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const contents: Uint8Array[] = [];
  let total = 0;
  let begin = 0;
  for (const end of ends) {
    const member = bytes.subarray(begin, end);
    if (member.length < HEADER_AND_TRAILER || !(await isMember(member, name, maxBytes - total))) continue;
    const content = await gunzipMember(member, name, maxBytes - total);
    contents.push(content);
    total += content.length;
    begin = end;
  }
  if (contents.length === 0 || bytes.subarray(begin).some((byte) => byte !== 0)) return null;
  const whole = new Uint8Array(total);
  let at = 0;
  for (const content of contents) {
    whole.set(content, at);
    at += content.length;
  }
  return whole;
}

/** Where another member may begin, and where the last may end: its own last bytes may be zeros, like those behind it. */
function possibleEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let i = bytes.indexOf(0x1f, 1); i > 0; i = bytes.indexOf(0x1f, i + 1)) {
    if (bytes[i + 1] === 0x8b && bytes[i + 2] === DEFLATE) ends.push(i);
  }
  let last = bytes.length;
  while (bytes[last - 1] === 0) last--;
  for (let end = last; end <= Math.min(last + OWN_ZEROS, bytes.length); end++) ends.push(end);
  return ends;
}
