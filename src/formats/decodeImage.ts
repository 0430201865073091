/** Pictures of any format that can be read. */
import { requireOptions } from '../ops/options.js';
import { FormatError } from './error.js';
import { decodeJpeg, isJpeg } from './jpeg.js';
import { MAX_PIXELS, type Pixels } from './pixels.js';
import { decodePng, isPng } from './png.js';
import { decodeWebp, isWebp } from './webp.js';

export interface DecodeImageOptions {
  /** A picture with more pixels is refused by its header, before anything is decoded. Default 67,108,864 (64 Mi), of which decoding takes
   *  up to 0.7 GB. No side may have more than 16,384. */
  maxPixels?: number;
}

const formats = [
  { is: isPng, decode: decodePng },
  { is: isJpeg, decode: decodeJpeg },
  { is: isWebp, decode: decodeWebp },
];

/**
 * The picture of a PNG, JPEG or WebP file. Its content says which it is, whatever its name ends in. A JPEG is turned as its EXIF
 * orientation says; what is transparent is laid on white, or on black if all that it shows is light. `name` is what messages call the
 * file.
 *
 * Throws a FormatError of one line if the file is of another format, damaged, cut off, or too large.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name = 'picture',
  options: DecodeImageOptions = {},
): Promise<Pixels> {
  requireOptions('decodeImage', options, { maxPixels: true });
  const { maxPixels = MAX_PIXELS } = options;
  const format = formats.find(({ is }) => is(bytes));
  if (!format) throw new FormatError(`${name}: is ${bytes.length === 0 ? 'empty' : 'no PNG, JPEG or WebP file'}`);
  return format.decode(bytes, name, maxPixels);
}
