/**
 * RandomErasing: a rectangle of the image is overwritten, so that a network doesn't rely on any one part of it.
 *
 *   area ~ U(scale) · H · W,   log(aspect) ~ U(log ratio),   h = √(area · aspect),   w = √(area / aspect)
 *
 * What isn't smaller than the image is drawn again, up to ten times; after that the image stays as it is. It stands behind
 * ToTensor and, usually, Normalize, so that 0 is the mean colour.
 *
 * Source: Zhong et al., "Random erasing data augmentation" (2017);
 * https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomErasing.html
 */
import { type Rule, requireOptions } from '../../ops/options.js';
import { formatShape, ShapeError } from '../../ops/shape.js';
import type { Generator } from '../../tensor/random.js';
import type { Box } from './crop.js';
import { requireTensorImage, type TensorImage, type Transform } from './image.js';
import { logUniform, randint, uniform } from './random.js';
import { probability, type Range, range, ratio as ratioRule, roundHalfEven } from './rules.js';

/** The image with `box` overwritten: `values` are one for all, one for each channel, or (C, height, width). */
export function erase(image: TensorImage, box: Box, values: ArrayLike<number>): TensorImage {
  requireTensorImage('erase', image);
  const [C, H, W] = image.shape;
  const { top, left, height, width } = box;
  if (![top, left, height, width].every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(
      `erase: a box of ${height} x ${width} pixels at (${top}, ${left}) must be of whole numbers ≥ 0`,
    );
  }
  if (top + height > H || left + width > W) {
    throw new ShapeError(
      `erase: a box of ${height} x ${width} pixels at (${top}, ${left}) passes the image ${formatShape(image.shape)}`,
    );
  }
  const pixels = height * width;
  if (![1, C, C * pixels].includes(values.length)) {
    throw new ShapeError(
      `erase: ${values.length} values are neither 1, nor ${C}, nor those of ${formatShape([C, height, width])}`,
    );
  }
  const data = Float32Array.from(image.data);
  // Which of the values a pixel of channel c gets.
  const place = (c: number, pixel: number) => (values.length === 1 ? 0 : values.length === C ? c : c * pixels + pixel);
  for (let c = 0; c < C; c++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const [h, w] = [top + Math.floor(pixel / width), left + (pixel % width)];
      data[(c * H + h) * W + w] = values[place(c, pixel)];
    }
  }
  return { shape: image.shape, data };
}

export interface RandomErasingOptions {
  /** How likely an image loses a rectangle. Default 0.5. */
  p?: number;
  /** The part of the image's area. Default [0.02, 0.33]. */
  scale?: Range;
  /** Height divided by width. Default [0.3, 3.3]. */
  ratio?: Range;
  /** What is written: a number, one for each channel, or 'random', a normal number for each value. Default 0. */
  value?: number | readonly number[] | 'random';
}

const valueRule: Rule = {
  what: "a number, one for each channel, or 'random'",
  holds: (value) =>
    value === 'random' ||
    (Array.isArray(value) ? value.length > 0 && value.every(Number.isFinite) : Number.isFinite(value)),
};

const TRIES = 10;

export class RandomErasing implements Transform {
  readonly p: number;
  readonly scale: Range;
  readonly ratio: Range;
  readonly value: number | readonly number[] | 'random';

  constructor(options: RandomErasingOptions = {}) {
    requireOptions('RandomErasing', options, {
      p: probability,
      scale: range(0, 1),
      ratio: ratioRule,
      value: valueRule,
    });
    ({
      p: this.p = 0.5,
      scale: this.scale = [0.02, 0.33],
      ratio: this.ratio = [0.3, 3.3],
      value: this.value = 0,
    } = options);
  }

  apply(image: TensorImage, random: Generator): TensorImage {
    requireTensorImage('RandomErasing', image);
    if (random.uniform() >= Math.fround(this.p)) return image;
    const params = this.getParams(image, random);
    return params ? erase(image, params.box, params.values) : image;
  }

  /** The box to erase, and what is written there; null if none was found that fits. */
  getParams({ shape }: TensorImage, random: Generator): { box: Box; values: ArrayLike<number> } | null {
    const [C, H, W] = shape;
    for (let t = 0; t < TRIES; t++) {
      const area = H * W * uniform(random, ...this.scale);
      const aspect = logUniform(random, ...this.ratio);
      const height = roundHalfEven(Math.sqrt(area * aspect));
      const width = roundHalfEven(Math.sqrt(area / aspect));
      if (height >= H || width >= W) continue;
      const values = draw(this.value, C, height * width, random);
      const top = randint(random, H - height + 1);
      const left = randint(random, W - width + 1);
      return { box: { top, left, height, width }, values };
    }
    return null;
  }
}

/** What is written over the pixels of C channels: one number, one for each channel, or one for each value. */
function draw(value: RandomErasing['value'], C: number, pixels: number, random: Generator): ArrayLike<number> {
  if (value === 'random') return random.fillNormal(new Float32Array(C * pixels), 0, 1);
  if (typeof value === 'number') return [value];
  if (value.length === 1 || value.length === C) return value;
  throw new ShapeError(`RandomErasing: value has ${value.length} numbers, but the image has ${C} channels`);
}
