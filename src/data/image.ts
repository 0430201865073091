/** One picture as a network sees it, and back. */
import { decodePng, encodePng, type Pixels } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { checkNormalization, type Normalization, normalizeValue } from './normalization.js';
import { grey, resizePlane } from './planes.js';

export interface ImageOptions {
  /** 1 is grey, 3 is RGB. */
  channels: 1 | 3;
  height: number;
  width: number;
  /** Swap light and dark; 'auto' does so if the corners are light, since MNIST is white on black. Default false. */
  invert?: boolean | 'auto';
  /** What is made of the picture first, as `prepareDigit` does. Default: it stays as it is. */
  prepare?: (picture: Pixels, options: { name: string }) => Pixels;
  /** Mean and deviation of each channel; false leaves the values from 0 to 1. Default false. */
  normalize?: Normalization | false;
}

/** The picture of a PNG file, resized to the (C, H, W) that a network takes. `normalize` should be what the network was trained
 *  with. Throws a FormatError if the file is damaged. */
export async function imageFromPng(
  bytes: Uint8Array,
  name: string,
  options: ImageOptions,
): Promise<Float32Array<ArrayBuffer>> {
  requireOptions('imageFromPng', options, {
    channels: true,
    height: true,
    width: true,
    invert: true,
    prepare: true,
    normalize: true,
  });
  const { channels: C, height: H, width: W, invert = false, prepare, normalize = false } = options;
  if (![1, 3].includes(C) || !Number.isInteger(H) || !Number.isInteger(W) || H < 1 || W < 1) {
    throw new ShapeError(`imageFromPng: ${formatShape([C, H, W])} must be (1 or 3, H, W) with H and W at least 1`);
  }
  checkNormalization('imageFromPng', C, normalize);
  const decoded = await decodePng(bytes, name);
  const pixels = prepare ? prepare(decoded, { name }) : decoded;
  const inverted = invert === 'auto' ? cornersAreLight(pixels) : invert;
  const image = new Float32Array(C * H * W);
  for (let c = 0; c < C; c++) {
    const plane = resizePlane(C === 1 ? greyPlane(pixels) : colourPlane(pixels, c), pixels.height, pixels.width, H, W);
    for (let i = 0; i < H * W; i++) {
      image[c * H * W + i] = normalizeValue(inverted ? 255 - plane[i] : plane[i], c, normalize);
    }
  }
  return image;
}

/** An image with values from 0 to 1, (1, H, W) or (3, H, W), as a PNG file. */
export function pngFromImage(values: Float32Array, shape: Shape): Uint8Array {
  const [C, H, W] = shape;
  if (shape.length !== 3 || (C !== 1 && C !== 3) || values.length !== numel(shape) || values.length === 0) {
    throw new ShapeError(
      `pngFromImage: shape ${formatShape(shape)} must be (1 or 3, H, W), with the ${values.length} values`,
    );
  }
  const data = new Uint8Array(H * W * C);
  for (let c = 0; c < C; c++) {
    for (let pixel = 0; pixel < H * W; pixel++) {
      const value = values[c * H * W + pixel];
      data[pixel * C + c] = Math.round(255 * Math.min(Math.max(value, 0), 1));
    }
  }
  return encodePng({ width: W, height: H, channels: C, data });
}

function cornersAreLight(pixels: Pixels): boolean {
  const { width, height } = pixels;
  const grey = greyPlane(pixels);
  const corners = [0, width - 1, (height - 1) * width, height * width - 1];
  return corners.reduce((sum, corner) => sum + grey[corner], 0) / 4 > 127.5;
}

function greyPlane({ width, height, channels, data }: Pixels): Float64Array {
  return Float64Array.from({ length: width * height }, (_, pixel) =>
    channels === 1 ? data[pixel] : grey(data[3 * pixel], data[3 * pixel + 1], data[3 * pixel + 2]),
  );
}

/** Channel c of the picture as RGB. Grey has the same value in all three. */
function colourPlane({ width, height, channels, data }: Pixels, c: number): Float64Array {
  return Float64Array.from({ length: width * height }, (_, pixel) => data[pixel * channels + (channels === 1 ? 0 : c)]);
}
