/**
 * zip: the entries of an archive that aren't compressed, as views of it. That is how PyTorch writes its files.
 *
 *   local header, name, content │ … │ the directory: a record for each entry │ [zip64: the same numbers with 64 bits] │ end record
 *
 * A file is read from its end: the end record says where the directory is, and that says where the entries are. Entries that overlap, or
 * that aren't what their checksum says, are refused; compressed ones, too, so that no file is larger inside than outside.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { crc32 } from './crc32.js';
import { FormatError } from './error.js';
import { quote } from './safetensorsHeader.js';

const LOCAL = 0x04034b50;
const RECORD = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const [LOCAL_BYTES, RECORD_BYTES, END_BYTES, END64_BYTES, LOCATOR_BYTES] = [30, 46, 22, 56, 20];
/** A comment may stand behind the end record. */
const MAX_COMMENT = 0xffff;
/** Of a field that has its number in the zip64 part. */
const SEE_64 = 0xffffffff;
const ENCRYPTED = 1;

interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

/** Whether a file begins as a zip archive with something in it does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === LOCAL;
}

/** The entries by their names. Throws a FormatError if the archive breaks a rule, or has a compressed entry. `where` begins messages. */
export function unzipStored(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const { count, begin, end } = directoryOf(view, where);
  const entries: Entry[] = [];
  let at = begin;
  for (let i = 0; i < count; i++) {
    const entry = readRecord(bytes, view, at, end, where);
    entries.push(entry.entry);
    at = entry.next;
  }
  const found = new Map<string, Uint8Array>();
  let free = 0;
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    const { name, offset, size } = entry;
    const what = `${where}: the entry ${quote(name)}`;
    if (found.has(name)) throw new FormatError(`${what} is there twice`);
    if (offset < free) throw new FormatError(`${what} overlaps the one before it`);
    if (offset + LOCAL_BYTES > begin || view.getUint32(offset, true) !== LOCAL) {
      throw new FormatError(`${what} isn't where the directory says`);
    }
    const from = offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    if (from + size > begin) throw new FormatError(`${what} of ${size} bytes passes the end of the file`);
    const content = bytes.subarray(from, from + size);
    if (crc32(content) !== entry.crc) throw new FormatError(`${what} is damaged: it doesn't have its checksum`);
    found.set(name, content);
    free = from + size;
  }
  return found;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** How many records the directory has, and where it lies. */
function directoryOf(view: DataView, where: string): { count: number; begin: number; end: number } {
  const last = view.byteLength - END_BYTES;
  let at = last;
  while (at >= Math.max(0, last - MAX_COMMENT) && view.getUint32(at, true) !== END) at--;
  if (at < Math.max(0, last - MAX_COMMENT)) {
    throw new FormatError(`${where}: the zip archive has no end: it is cut off, or is something else`);
  }
  let [count, size, begin] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  const locator = at - LOCATOR_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR64) {
    const end64 = wide(view, locator + 8);
    if (end64 > locator - END64_BYTES || view.getUint32(end64, true) !== END64) {
      throw new FormatError(`${where}: the zip archive's zip64 record isn't where it should be`);
    }
    [count, size, begin] = [wide(view, end64 + 32), wide(view, end64 + 40), wide(view, end64 + 48)];
  }
  const end = begin + size;
  if (!(end <= at && count * RECORD_BYTES <= size)) {
    throw new FormatError(
      `${where}: a zip directory of ${count} entries in ${size} bytes at ${begin} doesn't fit the file`,
    );
  }
  return { count, begin, end };
}

/** A number of 64 bits. What is beyond 2^53 is larger than any file, however it is rounded. */
function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function readRecord(bytes: Uint8Array, view: DataView, at: number, end: number, where: string) {
  const passes = () => new FormatError(`${where}: the zip directory passes its end`);
  if (at + RECORD_BYTES > end) throw passes();
  if (view.getUint32(at, true) !== RECORD) throw new FormatError(`${where}: the zip directory has no entry at ${at}`);
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const extra = at + RECORD_BYTES + nameBytes;
  const next = extra + extraBytes + commentBytes;
  if (next > end) throw passes();
  const name = new TextDecoder().decode(bytes.subarray(at + RECORD_BYTES, extra));
  const what = `${where}: the entry ${quote(name)}`;
  const [packed, size, offset] = wideFields(view, at, extra, extraBytes);
  if (view.getUint16(at + 8, true) & ENCRYPTED) throw new FormatError(`${what} is encrypted`);
  if (view.getUint16(at + 10, true) !== 0 || packed !== size) {
    throw new FormatError(`${what} is compressed, which torch.save doesn't do; torch.jit.save does`);
  }
  return { entry: { name, crc: view.getUint32(at + 16, true), size, offset }, next };
}

/** Packed size, size and offset of a record; those that don't fit 32 bits are in its extra field 1, in the order size, packed, offset. */
function wideFields(view: DataView, at: number, extra: number, extraBytes: number): [number, number, number] {
  const fields = {
    size: view.getUint32(at + 24, true),
    packed: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  for (let field = extra; field + 4 <= extra + extraBytes; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    const last = Math.min(extra + extraBytes, field + 4 + view.getUint16(field + 2, true));
    let from = field + 4;
    for (const name of ['size', 'packed', 'offset'] as const) {
      if (fields[name] !== SEE_64 || from + 8 > last) continue;
      fields[name] = wide(view, from);
      from += 8;
    }
  }
  return [fields.packed, fields.size, fields.offset];
}
