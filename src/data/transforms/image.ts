/**
 * What transforms take and give: a picture of bytes, and, from ToTensor on, the numbers that a network sees.
 *
 *   picture        Pixels { width, height, channels, data }     bytes, data[(y · width + x) · channels + c]
 *   tensor image   TensorImage { shape (C, H, W), data }        floats, data[(c · H + y) · W + x]
 *
 * Source: https://pytorch.org/vision/stable/transforms.html, which calls them PIL and tensor images
 */
import type { Pixels } from '../../formats/index.js';
import { formatShape, numel, type Shape, ShapeError } from '../../ops/shape.js';
import type { Generator } from '../../tensor/random.js';

/** An image as a network sees it, channel by channel. */
export interface TensorImage {
  /** (C, H, W) */
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * Makes an image out of another, which it leaves as it is. Whatever is left to chance it draws from `random` alone, so that the same
 * generator gives the same image. One of your own is any object with such a method.
 */
export interface Transform {
  apply(image: Pixels | TensorImage, random: Generator): Pixels | TensorImage;
}

/** Throws unless `transform` is one. A class isn't, although a function has a method apply. */
export function requireTransform(where: string, transform: unknown): asserts transform is Transform {
  if (typeof transform === 'object' && typeof (transform as Transform | null)?.apply === 'function') return;
  const hint = typeof transform === 'function' ? ` (was ${transform.name} to be made with new?)` : '';
  throw new TypeError(`${where}: a transform is an object with apply(image, random), but this isn't one${hint}`);
}

/** Throws unless `image` is a picture. */
export function requirePicture(transform: string, image: unknown): asserts image is Pixels {
  if (isTensorImage(image)) {
    throw new TypeError(
      `${transform}: takes a picture of bytes, but gets a tensor image ${formatShape(image.shape)}: it must stand before ToTensor`,
    );
  }
  const { width, height, channels, data } = Object(image ?? {}) as Partial<Pixels>;
  if (!isBytes(data)) {
    throw new TypeError(`${transform}: takes a picture of bytes, { width, height, channels, data }`);
  }
  const sizes = [height, width, channels];
  if (!sizes.every((size) => Number.isInteger(size) && Number(size) > 0) || numel(sizes as number[]) !== data.length) {
    throw new ShapeError(
      `${transform}: a picture of ${height} x ${width} pixels with ${channels} channels doesn't have ${data.length} bytes`,
    );
  }
}

/** Throws unless `image` is a tensor image. */
export function requireTensorImage(transform: string, image: unknown): asserts image is TensorImage {
  if (!isTensorImage(image)) {
    throw new TypeError(`${transform}: takes a tensor image, { shape, data }: ToTensor must stand before it`);
  }
  const { shape, data } = image;
  if (shape.length !== 3 || numel(shape) !== data.length) {
    throw new ShapeError(
      `${transform}: the shape ${formatShape(shape)} of a tensor image must be (C, H, W), with its ${data.length} values`,
    );
  }
}

export function isTensorImage(image: unknown): image is TensorImage {
  const { shape, data } = Object(image ?? {}) as Partial<TensorImage>;
  return Array.isArray(shape) && ArrayBuffer.isView(data);
}

function isBytes(data: unknown): data is Uint8Array {
  return ArrayBuffer.isView(data) && (data as Uint8Array).BYTES_PER_ELEMENT === 1;
}
