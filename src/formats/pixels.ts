/** A picture in memory, and how many pixels a file may ask for. */
import { FormatError } from './error.js';

/** A picture of interleaved bytes: `data[(y · width + x) · channels + c]`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 is RGB. */
  readonly channels: number;
  readonly data: Uint8Array;
}

const MAX_SIDE = 16_384;

/** The most pixels that a file may have, unless another limit is asked for: 64 Mi, which take 0.7 GB while they are decoded. */
export const MAX_PIXELS = 64 * 2 ** 20;

/** Throws a FormatError where a header promises no pixel, or more than there may be. A file of a few bytes can promise billions of them, so
 *  this is asked before anything is decoded. */
export function checkPixelCount(where: string, width: number, height: number, maxPixels: number): void {
  if (width < 1 || height < 1) throw new FormatError(`${where}: ${width}x${height} pixels are no picture`);
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > maxPixels) {
    throw new FormatError(
      `${where}: ${width}x${height} pixels are more than ${MAX_SIDE} in a direction, or than ${maxPixels} in all`,
    );
  }
}
