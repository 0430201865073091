/**
 * JPEG: photographs, to 8-bit grey or RGB.
 *
 *   ff d8 │ segments: ff, type, length, data │ of which ffc0 … (SOF) has the size and ffda (SOS) is followed by the pixels │ ff d9
 *
 * The segments are walked here, so that a picture that is too large or cut off is refused before anything is decoded. The pixels are
 * decoded by mozjpeg, which is libjpeg-turbo where it decodes: PIL's bits, and so torchvision's. It turns the picture as its EXIF
 * orientation says.
 *
 * Source: ITU-T T.81, annex B, https://www.w3.org/Graphics/JPEG/itu-t81.pdf; https://exiftool.org/TagNames/EXIF.html (Orientation)
 */
import { FormatError } from './error.js';
import { checkPixelCount, MAX_PIXELS, type Pixels } from './pixels.js';
import { WasmDecoder } from './wasmDecoder.js';

const decoder = new WasmDecoder(
  () => import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js'),
  () => import('../../dist/wasm/jpegDecoder.embedded.js'),
);

/** A progressive picture goes over its pixels once for each scan. Encoders make a dozen; a hostile file makes thousands. */
const MAX_SCANS = 100;

const [SOS, EOI] = [0xda, 0xd9];

/** Whether these bytes begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** The picture of a JPEG file, turned upright. Throws a FormatError if it is damaged, or has more than `maxPixels` pixels. */
export async function decodeJpeg(bytes: Uint8Array, name: string, maxPixels = MAX_PIXELS): Promise<Pixels> {
  const where = `JPEG ${name}`;
  const components = checkSegments(bytes, where, maxPixels);
  const { rgba, complaints } = await decoder.decode(bytes, true);
  if (!rgba) throw new FormatError(`${where}: is damaged (${complaints[0] ?? 'it has no picture'})`);
  // Of other complaints the picture survives: cameras write files that deserve some.
  const cut = complaints.find((complaint) => complaint.startsWith('Premature end'));
  if (cut) throw new FormatError(`${where}: is damaged (${cut})`);
  const { width, height } = rgba;
  const channels = components === 1 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < channels; c++) data[p * channels + c] = rgba.data[p * 4 + c];
  }
  return { width, height, channels, data };
}

/** Walks from segment to segment up to the end of the picture, and returns how many components a pixel has: 1 is grey, 3 is colour. */
function checkSegments(bytes: Uint8Array, where: string, maxPixels: number): number {
  let components = 0;
  let scans = 0;
  let at = 2;
  const missing = () => new FormatError(`${where}: ends before its end-of-image marker`);
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++; // a marker may be filled up from the left
    if (at + 2 > bytes.length) throw missing();
    const type = bytes[at + 1];
    if (bytes[at] !== 0xff || type === 0)
      throw new FormatError(`${where}: has no marker at byte ${at}, where one must be`);
    if (type === EOI) break;
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const end = at + 2 + length;
    if (!(end <= bytes.length)) throw missing();
    if (length < 2) throw new FormatError(`${where}: the segment at byte ${at} has no length`);
    if (isFrame(type)) {
      if (components > 0 || length < 8) throw new FormatError(`${where}: has a damaged frame header at byte ${at}`);
      components = bytes[at + 9];
      checkPixelCount(where, bytes[at + 7] * 256 + bytes[at + 8], bytes[at + 5] * 256 + bytes[at + 6], maxPixels);
      if (components !== 1 && components !== 3) {
        throw new FormatError(
          `${where}: has ${components} components, as CMYK for printing has; only grey and colour can be read`,
        );
      }
    }
    at = end;
    if (type !== SOS) continue;
    if (++scans > MAX_SCANS) throw new FormatError(`${where}: has more than ${MAX_SCANS} scans`);
    at = endOfScan(bytes, at);
  }
  if (components === 0 || scans === 0) throw new FormatError(`${where}: has no picture before its end-of-image marker`);
  return components;
}

/** SOF0 … SOF15; between them are the types of other segments. */
function isFrame(type: number): boolean {
  return type >= 0xc0 && type <= 0xcf && type !== 0xc4 && type !== 0xc8 && type !== 0xcc;
}

/** The next marker behind compressed data, in which ff is followed by 00, or by a restart marker d0 … d7. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
