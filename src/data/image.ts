/** One picture as a network sees it, and back. */
import { decodePng, encodePng, type Pixels } from '../formats/index.js';
import { formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { checkNormalization, type Normalization, normalizeValue } from './normalization.js';

export interface ImageOptions {
  /** 1 is grey, 3 is RGB. */
  channels: 1 | 3;
  height: number;
  width: number;
  /** Swap light and dark; 'auto' does so if the corners are light, as MNIST is white on black. Default false. */
  invert?: boolean | 'auto';
  /** Mean and deviation of each channel; false leaves the values from 0 to 1. Default false. */
  normalize?: Normalization | false;
}

/** The picture, (C, H, W), scaled to fit. Networks expect the normalisation that they were trained with. */
export async function imageFromPng(
  bytes: Uint8Array,
  name: string,
  options: ImageOptions,
): Promise<Float32Array<ArrayBuffer>> {
  const { channels: C, height: H, width: W, invert = false, normalize = false } = options;
  if (![1, 3].includes(C) || !Number.isInteger(H) || !Number.isInteger(W) || H < 1 || W < 1) {
    throw new ShapeError(`imageFromPng: ${formatShape([C, H, W])} must be (1 or 3, H, W) with H and W at least 1`);
  }
  checkNormalization('imageFromPng', C, normalize);
  const pixels = await decodePng(bytes, name);
  const inverted = invert === 'auto' ? cornersAreLight(pixels) : invert;
  const image = new Float32Array(C * H * W);
  for (let c = 0; c < C; c++) {
    const plane = resize(C === 1 ? greyPlane(pixels) : colourPlane(pixels, c), pixels, H, W);
    plane.forEach((value, i) => {
      image[c * H * W + i] = normalizeValue(inverted ? 255 - value : value, c, normalize);
    });
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

/** How light the eye finds red, green and blue (ITU-R BT.601). */
function greyPlane({ width, height, channels, data }: Pixels): Float64Array {
  return Float64Array.from({ length: width * height }, (_, pixel) =>
    channels === 1 ? data[pixel] : 0.299 * data[3 * pixel] + 0.587 * data[3 * pixel + 1] + 0.114 * data[3 * pixel + 2],
  );
}

/** Grey is equally much of each colour. */
function colourPlane({ width, height, channels, data }: Pixels, c: number): Float64Array {
  return Float64Array.from({ length: width * height }, (_, pixel) => data[pixel * channels + (channels === 1 ? 0 : c)]);
}

/** The plane in H rows of W: each new pixel is the mean of the area that it covers in the old ones. */
function resize(plane: Float64Array, { width, height }: Pixels, H: number, W: number): Float64Array {
  if (width === W && height === H) return plane;
  const resized = new Float64Array(H * W);
  for (let h = 0; h < H; h++) {
    const [top, bottom] = [(h * height) / H, ((h + 1) * height) / H];
    for (let w = 0; w < W; w++) {
      const [left, right] = [(w * width) / W, ((w + 1) * width) / W];
      let sum = 0;
      for (let y = Math.floor(top); y < bottom && y < height; y++) {
        const rows = Math.min(y + 1, bottom) - Math.max(y, top);
        for (let x = Math.floor(left); x < right && x < width; x++) {
          sum += plane[y * width + x] * rows * (Math.min(x + 1, right) - Math.max(x, left));
        }
      }
      resized[h * W + w] = sum / ((bottom - top) * (right - left));
    }
  }
  return resized;
}
