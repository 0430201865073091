/**
 * PNG: pictures, to and from 8-bit grey or RGB.
 *
 *   89 P N G 0d 0a 1a 0a │ chunks: length, type, data, CRC-32 │ of which IHDR comes first and IEND last
 *
 * The file is checked here, chunk by chunk, and its data must inflate to exactly the size that IHDR promises. Only then
 * is it passed to fast-png, and only those chunks that make up the picture.
 *
 * What isn't 8-bit grey or RGB is converted: other depths are scaled, a palette is looked up, and a transparent picture is
 * laid on white, as drawings on a transparent ground are meant to be seen; or on black, if all that it shows is light and would
 * vanish on white.
 *
 * Source: https://www.w3.org/TR/png-3/
 */
import { type DecodedPng, decode, encode } from 'fast-png';
import { crc32 } from './crc32.js';
import { FormatError } from './error.js';
import { inflate } from './inflate.js';
import { layOnPage } from './page.js';
import { checkPixelCount, MAX_PIXELS, type Pixels } from './pixels.js';

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** All of it, length and CRC included. */
  readonly bytes: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly channels: number;
  readonly indexed: boolean;
  readonly interlaced: boolean;
}

/** What samples mean. */
type Colours = Pick<DecodedPng, 'width' | 'height' | 'depth' | 'channels' | 'palette' | 'transparency'>;

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const INDEXED = 3;

/** Channels and permitted depths of each colour type: grey, RGB, palette, grey with alpha, RGB with alpha. */
const COLOUR_TYPES: Record<number, { channels: number; depths: number[] }> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  [INDEXED]: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The seven passes of an interlaced file: where each one's first pixel is, and how far [across, down] its next ones are. */
const ADAM7 = [
  { x: 0, y: 0, step: [8, 8] },
  { x: 4, y: 0, step: [8, 8] },
  { x: 0, y: 4, step: [4, 8] },
  { x: 2, y: 0, step: [4, 4] },
  { x: 0, y: 2, step: [2, 4] },
  { x: 1, y: 0, step: [2, 2] },
  { x: 0, y: 1, step: [1, 2] },
];
const ONE_PASS = [{ x: 0, y: 0, step: [1, 1] }];

/** Whether these bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The picture of a PNG file. Throws a FormatError if it is damaged, or has more than `maxPixels` pixels. */
export async function decodePng(bytes: Uint8Array, name: string, maxPixels = MAX_PIXELS): Promise<Pixels> {
  const where = `PNG ${name}`;
  const chunks = readChunks(bytes, where);
  const header = readHeader(chunks, where, maxPixels);
  const idat = concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const raw = await inflate('deflate', idat, rawLength(header), where);
  const picture = chunks.filter(({ type }) => type === 'tRNS' || isCritical(type));
  try {
    // fast-png takes samples of interlaced pictures for bytes.
    if (header.interlaced && header.depth < 8) {
      return toPixels(coloursOf(chunks, header), samplesOfPasses(raw, header), header.indexed);
    }
    const png = decode(concat([SIGNATURE, ...picture.map((chunk) => chunk.bytes)]));
    return toPixels(png, unpack(png), header.indexed);
  } catch (error) {
    throw new FormatError(`${where}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

export function encodePng(pixels: Pixels): Uint8Array {
  return encode({ ...pixels, depth: 8 });
}

/** The chunks up to IEND, each with its CRC verified. What follows IEND is no part of the picture. */
function readChunks(bytes: Uint8Array, where: string): Chunk[] {
  if (!isPng(bytes)) throw new FormatError(`${where}: doesn't start with the PNG signature`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; ; at += chunks[chunks.length - 1].bytes.length) {
    if (at + 12 > bytes.length) throw new FormatError(`${where}: ends before its IEND chunk`);
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) throw new FormatError(`${where}: the chunk at byte ${at} passes the end of the file`);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new FormatError(`${where}: the chunk at byte ${at} is damaged (its CRC doesn't match)`);
    }
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), bytes: bytes.subarray(at, end) });
    if (type === 'IEND') return chunks;
  }
}

/** Whether a decoder must understand this chunk: then its first letter is a capital. */
function isCritical(type: string): boolean {
  return type[0] >= 'A' && type[0] <= 'Z';
}

function readHeader(chunks: Chunk[], where: string, maxPixels: number): Header {
  const [first, ...others] = chunks;
  if (first.type !== 'IHDR' || first.data.length !== 13) {
    throw new FormatError(`${where}: doesn't begin with an IHDR chunk of 13 bytes`);
  }
  const stranger = others.find(({ type }) => isCritical(type) && !['PLTE', 'IDAT', 'IEND'].includes(type));
  if (stranger) throw new FormatError(`${where}: has the chunk ${JSON.stringify(stranger.type)}, which can't be read`);

  const view = new DataView(first.data.buffer, first.data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  checkPixelCount(where, width, height, maxPixels);
  const [depth, colourType, compression, filter, interlace] = first.data.subarray(8);
  if (!COLOUR_TYPES[colourType]?.depths.includes(depth)) {
    throw new FormatError(`${where}: colour type ${colourType} with ${depth} bits doesn't exist`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new FormatError(
      `${where}: compression ${compression}, filter ${filter} and interlace ${interlace} aren't 0, 0, and 0 or 1`,
    );
  }
  const { channels } = COLOUR_TYPES[colourType];
  return { width, height, depth, channels, indexed: colourType === INDEXED, interlaced: interlace === 1 };
}

/** Bytes of the inflated data: each row of each pass has a byte in front that names its filter. */
function rawLength({ width, height, depth, channels, interlaced }: Header): number {
  let length = 0;
  for (const { x, y, step } of interlaced ? ADAM7 : ONE_PASS) {
    const columns = Math.ceil((width - x) / step[0]);
    const rows = Math.ceil((height - y) / step[1]);
    if (columns > 0 && rows > 0) length += rows * (1 + Math.ceil((columns * channels * depth) / 8));
  }
  return length;
}

function toPixels(png: Colours, samples: ArrayLike<number>, indexed: boolean): Pixels {
  const { width, height, depth } = png;
  // Most pictures: their samples are the bytes as they are.
  if (depth === 8 && !indexed && !png.transparency?.length && (png.channels === 1 || png.channels === 3)) {
    return { width, height, channels: png.channels, data: Uint8Array.from(samples) };
  }
  const max = 2 ** depth - 1;
  const to8Bit = (sample: number) => Math.round((sample * 255) / max);

  const channels = indexed || png.channels >= 3 ? 3 : 1;
  const data = new Uint8Array(width * height * channels);
  const alphas = new Uint8Array(width * height).fill(255);
  for (let p = 0; p < width * height; p++) {
    if (indexed) {
      const colour = png.palette?.[samples[p]];
      if (!colour) throw new FormatError(`the palette has no colour ${samples[p]}`);
      for (let c = 0; c < 3; c++) data[p * 3 + c] = colour[c];
      alphas[p] = colour[3] ?? 255;
      continue;
    }
    const first = p * png.channels;
    if (png.channels > channels) alphas[p] = to8Bit(samples[first + channels]);
    else if (isTransparent(png.transparency, samples, first, channels)) alphas[p] = 0;
    for (let c = 0; c < channels; c++) data[p * channels + c] = to8Bit(samples[first + c]);
  }
  layOnPage(data, alphas, channels);
  return { width, height, channels, data };
}

/** Whether the pixel has the one colour that a tRNS chunk declares transparent. */
function isTransparent(colour: Uint16Array | undefined, samples: ArrayLike<number>, first: number, channels: number) {
  if (colour?.length !== channels) return false;
  for (let c = 0; c < channels; c++) if (samples[first + c] !== colour[c]) return false;
  return true;
}

/** An array element per sample. Samples of 1, 2 or 4 bits share bytes, the high bits first; each row starts a byte. */
function unpack({ width, height, depth, data }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data;
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes) as Uint8Array;
    for (let x = 0; x < width; x++) samples[y * width + x] = sampleOf(row, x, depth);
  }
  return samples;
}

/** Sample x of a row in which several share a byte. */
function sampleOf(row: Uint8Array, x: number, depth: number): number {
  const bit = x * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** What the samples of a picture of one channel mean, as fast-png would have it. */
function coloursOf(chunks: Chunk[], { width, height, depth, channels, indexed }: Header): Colours {
  const content = (wanted: string) => chunks.find(({ type }) => type === wanted)?.data ?? new Uint8Array();
  const [colours, transparent] = [content('PLTE'), content('tRNS')];
  const size = { width, height, depth: depth as DecodedPng['depth'], channels };
  if (!indexed) return { ...size, transparency: Uint16Array.from(transparent.length === 2 ? [transparent[1]] : []) };
  const palette = Array.from({ length: Math.floor(colours.length / 3) }, (_, i) => [
    ...colours.subarray(3 * i, 3 * i + 3),
    transparent[i] ?? 255,
  ]);
  return { ...size, palette: palette as DecodedPng['palette'] };
}

/** An array element per sample, of interlaced samples of 1, 2 or 4 bits: each pass is a small picture, row by row. */
function samplesOfPasses(raw: Uint8Array, { width, height, depth }: Header): Uint8Array {
  const samples = new Uint8Array(width * height);
  let at = 0;
  for (const { x: x0, y: y0, step } of ADAM7) {
    const columns = Math.ceil((width - x0) / step[0]);
    if (columns <= 0) continue;
    const rowBytes = Math.ceil((columns * depth) / 8);
    let above = new Uint8Array(rowBytes);
    for (let y = y0; y < height; y += step[1]) {
      const row = unfilter(raw[at], raw.subarray(at + 1, at + 1 + rowBytes), above);
      for (let i = 0; i < columns; i++) samples[y * width + x0 + i * step[0]] = sampleOf(row, i, depth);
      above = row;
      at += 1 + rowBytes;
    }
  }
  return samples;
}

/** The row that was filtered against the byte to its left, the row above, or both. (Section 9.2) */
function unfilter(filter: number, filtered: Uint8Array, above: Uint8Array): Uint8Array<ArrayBuffer> {
  const row = new Uint8Array(filtered.length);
  for (let i = 0; i < row.length; i++) {
    const [a, b, c] = [row[i - 1] ?? 0, above[i], above[i - 1] ?? 0];
    const predicted = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
    if (predicted === undefined) throw new FormatError(`Unsupported filter: ${filter}`);
    row[i] = filtered[i] + predicted;
  }
  return row;
}

/** Whichever of left a, above b and above left c is nearest to a + b − c; the first of equals. */
function paeth(a: number, b: number, c: number): number {
  const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
