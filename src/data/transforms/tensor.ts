/**
 * From a picture to what a network sees:
 *
 *   ToTensor    x[c, h, w] = picture[h, w, c] / 255       rounded to f32
 *   Normalize   y[c, h, w] = (x[c, h, w] − mean[c]) / std[c]
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 */
import type { Pixels } from '../../formats/index.js';
import { ShapeError } from '../../ops/shape.js';
import { checkNormalization, normalizeValue, standardize } from '../normalization.js';
import { requirePicture, requireTensorImage, type TensorImage, type Transform } from './image.js';

/** A picture as a tensor image (C, H, W) with values from 0 to 1. */
export function toTensor(picture: Pixels): TensorImage {
  requirePicture('ToTensor', picture);
  const { width: W, height: H, channels: C, data } = picture;
  const x = new Float32Array(C * H * W);
  for (let c = 0; c < C; c++) {
    for (let pixel = 0; pixel < H * W; pixel++) x[c * H * W + pixel] = SCALED[data[pixel * C + c]];
  }
  return { shape: [C, H, W], data: x };
}

/** SCALED[byte], so that each is divided once. */
const SCALED = Float32Array.from({ length: 256 }, (_, byte) => normalizeValue(byte, 0, false));

export class ToTensor implements Transform {
  apply(picture: Pixels): TensorImage {
    return toTensor(picture);
  }
}

/** Each channel less its mean, divided by its deviation, in f32. */
export function normalize(image: TensorImage, mean: readonly number[], std: readonly number[]): TensorImage {
  requireTensorImage('Normalize', image);
  const [C, H, W] = image.shape;
  checkNormalization('Normalize', C, { mean, std });
  const y = new Float32Array(image.data.length);
  for (let c = 0; c < C; c++) {
    const [m, s] = [Math.fround(mean[c]), Math.fround(std[c])];
    for (let i = c * H * W; i < (c + 1) * H * W; i++) y[i] = standardize(image.data[i], m, s);
  }
  return { shape: image.shape, data: y };
}

/** `mean` and `std` have a number for each channel. Throws a ShapeError if they don't fit each other, or the image. */
export class Normalize implements Transform {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  constructor(mean: readonly number[], std: readonly number[]) {
    if (!Array.isArray(mean) || !Array.isArray(std)) {
      throw new ShapeError('Normalize: takes two arrays, mean and std, with a number for each channel');
    }
    checkNormalization('Normalize', mean.length, { mean, std });
    [this.mean, this.std] = [[...mean], [...std]];
  }

  apply(image: TensorImage): TensorImage {
    return normalize(image, this.mean, this.std);
  }
}
