/**
 * WebP: pictures, to 8-bit RGB. What is transparent is laid on a page, as in PNG files.
 *
 *   R I F F │ length of what follows │ W E B P │ chunks: type, length, data │ of which the first has the size
 *
 * The size is read here, so that a picture that is too large or cut off is refused before anything is decoded. The pixels are decoded by
 * libwebp: PIL's bits, and so torchvision's.
 *
 * Source: https://developers.google.com/speed/webp/docs/riff_container; RFC 9649
 */
import { FormatError } from './error.js';
import { layOnPage } from './page.js';
import { checkPixelCount, MAX_PIXELS, type Pixels } from './pixels.js';
import { WasmDecoder } from './wasmDecoder.js';

const decoder = new WasmDecoder(
  () => import('@jsquash/webp/codec/dec/webp_dec.js'),
  () => import('../../dist/wasm/webpDecoder.embedded.js'),
);

const ANIMATION = 0x02;

/** Whether these bytes begin as a WebP file does. */
export function isWebp(bytes: Uint8Array): boolean {
  return textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP';
}

/** The picture of a WebP file. Throws a FormatError if it is damaged, animated, or has more than `maxPixels` pixels. */
export async function decodeWebp(bytes: Uint8Array, name: string, maxPixels = MAX_PIXELS): Promise<Pixels> {
  const where = `WebP ${name}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || 8 + view.getUint32(4, true) > bytes.length) {
    throw new FormatError(`${where}: ends before the length that its head promises`);
  }
  const [promised, heights] = sizeOf(bytes, view, where);
  checkPixelCount(where, promised, heights, maxPixels);
  const { rgba } = await decoder.decode(bytes);
  if (!rgba) throw new FormatError(`${where}: is damaged`);
  const { width, height } = rgba;
  const data = new Uint8Array(width * height * 3);
  const alphas = new Uint8Array(width * height);
  let opaque = true;
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) data[p * 3 + c] = rgba.data[p * 4 + c];
    alphas[p] = rgba.data[p * 4 + 3];
    opaque &&= alphas[p] === 255;
  }
  if (!opaque) layOnPage(data, alphas, 3);
  return { width, height, channels: 3, data };
}

/** [width, height] as the first chunk has it: of a lossy, a lossless, or an extended file. */
function sizeOf(bytes: Uint8Array, view: DataView, where: string): [width: number, height: number] {
  const type = textAt(bytes, 12);
  if (type === 'VP8 ') return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (type === 'VP8L') {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  if (type !== 'VP8X')
    throw new FormatError(`${where}: its first chunk is ${JSON.stringify(type)}, which isn't a picture's`);
  if (bytes[20] & ANIMATION) throw new FormatError(`${where}: is animated; only single pictures can be read`);
  const whole24 = (at: number) => view.getUint16(at, true) + bytes[at + 2] * 65_536;
  return [whole24(24) + 1, whole24(27) + 1];
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
