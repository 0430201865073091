/**
 * Crops: a window of the picture. Where it reaches beyond the picture, its pixels have the colour `fill`, so that padding is a crop,
 * too, by a window that is larger.
 *
 *   y[h, w] = x[top + h, left + w], or fill outside of x
 *
 * Sizes are [height, width]; a number is a square.
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomCrop.html
 */
import type { Pixels } from '../../formats/index.js';
import { flag, type Rule, requireOptions } from '../../ops/options.js';
import { type Pair, pair, ShapeError } from '../../ops/shape.js';
import type { Generator } from '../../tensor/random.js';
import { requirePicture, type Transform } from './image.js';
import { randint } from './random.js';
import { type Fill, fillOf, fill as fillRule, roundHalfEven } from './rules.js';

/** Where a crop lies, in pixels of the picture. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The window `box` of the picture. What lies outside of the picture is `fill`, 0 by default. */
export function crop(picture: Pixels, box: Box, fill: Fill = 0): Pixels {
  requirePicture('crop', picture);
  const { top, left, height, width } = box;
  if (![top, left, height, width].every(Number.isInteger) || height < 1 || width < 1) {
    throw new ShapeError(
      `crop: a box of ${height} x ${width} pixels at (${top}, ${left}) must be whole, and at least 1 x 1`,
    );
  }
  const C = picture.channels;
  const colour = fillOf('crop', fill, C);
  const data = new Uint8Array(height * width * C);
  if (colour.some((value) => value !== 0)) for (let i = 0; i < data.length; i++) data[i] = colour[i % C];
  // Columns of the window that the picture has.
  const first = Math.max(0, -left);
  const end = Math.min(width, picture.width - left);
  for (let h = Math.max(0, -top); first < end && h < Math.min(height, picture.height - top); h++) {
    const row = (top + h) * picture.width + left;
    data.set(picture.data.subarray((row + first) * C, (row + end) * C), (h * width + first) * C);
  }
  return { width, height, channels: C, data };
}

/** Pixels to add: on all sides, [left and right, top and bottom], or [left, top, right, bottom]. */
export type Padding =
  | number
  | readonly [horizontal: number, vertical: number]
  | readonly [left: number, top: number, right: number, bottom: number];

/** The picture with `padding` pixels of colour `fill` around it. */
export function pad(picture: Pixels, padding: Padding, fill: Fill = 0): Pixels {
  requirePicture('pad', picture);
  const [left, top, right, bottom] = sides(padding);
  const [height, width] = [top + picture.height + bottom, left + picture.width + right];
  return crop(picture, { top: -top, left: -left, height, width }, fill);
}

function sides(padding: Padding): readonly [left: number, top: number, right: number, bottom: number] {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  if (padding.length === 4) return padding;
  const [horizontal, vertical] = padding;
  return [horizontal, vertical, horizontal, vertical];
}

/** The middle of the picture. Where the picture is smaller than `size`, it lies in the middle of zeros. */
export function centerCrop(picture: Pixels, size: Pair): Pixels {
  requirePicture('CenterCrop', picture);
  const [height, width] = pair('CenterCrop', 'size', size, 1);
  // Of an odd rest, padding has the larger half behind; a crop's half is rounded to the even number.
  const start = (whole: number, part: number) =>
    part > whole ? -Math.floor((part - whole) / 2) : roundHalfEven((whole - part) / 2);
  return crop(picture, { top: start(picture.height, height), left: start(picture.width, width), height, width });
}

export class CenterCrop implements Transform {
  readonly size: readonly [height: number, width: number];

  constructor(size: Pair) {
    this.size = pair('CenterCrop', 'size', size, 1);
  }

  apply(picture: Pixels): Pixels {
    return centerCrop(picture, this.size);
  }
}

export interface RandomCropOptions {
  /** Pixels around the picture before it is cropped. Default 0. */
  padding?: Padding;
  /** Whether a picture that is smaller than the crop is padded until it isn't; else it is an error. Default false. */
  padIfNeeded?: boolean;
  /** The colour of the padding. Default 0, black. */
  fill?: Fill;
}

const paddingRule: Rule = {
  what: 'a whole number ≥ 0, [left and right, top and bottom], or [left, top, right, bottom]',
  holds: (value) => {
    const isCount = (one: unknown) => Number.isInteger(one) && Number(one) >= 0;
    return Array.isArray(value) ? [2, 4].includes(value.length) && value.every(isCount) : isCount(value);
  },
};

/** A crop of this size, anywhere in the picture. Throws a ShapeError where the picture is too small for it. */
export class RandomCrop implements Transform {
  readonly size: readonly [height: number, width: number];
  readonly padding: Padding;
  readonly padIfNeeded: boolean;
  readonly fill: Fill;

  constructor(size: Pair, options: RandomCropOptions = {}) {
    this.size = pair('RandomCrop', 'size', size, 1);
    requireOptions('RandomCrop', options, { padding: paddingRule, padIfNeeded: flag, fill: fillRule });
    ({ padding: this.padding = 0, padIfNeeded: this.padIfNeeded = false, fill: this.fill = 0 } = options);
  }

  apply(picture: Pixels, random: Generator): Pixels {
    requirePicture('RandomCrop', picture);
    const [height, width] = this.size;
    let padded = this.padding === 0 ? picture : pad(picture, this.padding, this.fill);
    if (this.padIfNeeded && padded.width < width) padded = pad(padded, [width - padded.width, 0], this.fill);
    if (this.padIfNeeded && padded.height < height) padded = pad(padded, [0, height - padded.height], this.fill);
    return crop(padded, this.getParams(padded, random));
  }

  /** A box of this size within the picture, which is padded already; each place is equally likely. */
  getParams(picture: Pixels, random: Generator): Box {
    const [height, width] = this.size;
    if (height > picture.height || width > picture.width) {
      throw new ShapeError(
        `RandomCrop: ${height} x ${width} pixels don't fit into ${picture.height} x ${picture.width}; padding or padIfNeeded would make room`,
      );
    }
    if (height === picture.height && width === picture.width) return { top: 0, left: 0, height, width };
    const top = randint(random, picture.height - height + 1);
    const left = randint(random, picture.width - width + 1);
    return { top, left, height, width };
  }
}
