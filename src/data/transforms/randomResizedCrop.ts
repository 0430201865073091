/**
 * RandomResizedCrop: a part of the picture, large or small, wide or tall, resized to one size. ImageNet's networks are trained so.
 *
 *   area ~ U(scale) · H · W,   log(aspect) ~ U(log ratio),   w = √(area · aspect),   h = √(area / aspect)
 *
 * What doesn't fit into the picture is drawn again, up to ten times. After that it is the middle of the picture, as much of it as
 * the ratio allows.
 *
 * Source: Szegedy et al., "Going deeper with convolutions" (2015), section 6;
 * https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
 */
import type { Pixels } from '../../formats/index.js';
import { requireOptions } from '../../ops/options.js';
import { type Pair, pair } from '../../ops/shape.js';
import type { Generator } from '../../tensor/random.js';
import { type Box, crop } from './crop.js';
import { requirePicture, type Transform } from './image.js';
import { logUniform, randint, uniform } from './random.js';
import { type Interpolation, interpolationRule, resize } from './resize.js';
import { type Range, range, ratio as ratioRule, roundHalfEven } from './rules.js';

/** The window `box` of the picture, resized to [height, width]; a number is a square. */
export function resizedCrop(picture: Pixels, box: Box, size: Pair, interpolation: Interpolation = 'bilinear'): Pixels {
  return resize(crop(picture, box), pair('resizedCrop', 'size', size, 1), { interpolation });
}

export interface RandomResizedCropOptions {
  /** The part of the picture's area. Default [0.08, 1]. */
  scale?: Range;
  /** Width divided by height. Default [3/4, 4/3]. */
  ratio?: Range;
  /** Default 'bilinear'. */
  interpolation?: Interpolation;
}

const TRIES = 10;

export class RandomResizedCrop implements Transform {
  readonly size: readonly [height: number, width: number];
  readonly scale: Range;
  readonly ratio: Range;
  readonly interpolation: Interpolation;

  constructor(size: Pair, options: RandomResizedCropOptions = {}) {
    this.size = pair('RandomResizedCrop', 'size', size, 1);
    const rules = { scale: range(0, 1), ratio: ratioRule, interpolation: interpolationRule };
    requireOptions('RandomResizedCrop', options, rules);
    this.scale = options.scale ?? [0.08, 1];
    this.ratio = options.ratio ?? [3 / 4, 4 / 3];
    this.interpolation = options.interpolation ?? 'bilinear';
  }

  apply(picture: Pixels, random: Generator): Pixels {
    requirePicture('RandomResizedCrop', picture);
    return resizedCrop(picture, this.getParams(picture, random), this.size, this.interpolation);
  }

  /** A box within the picture. */
  getParams({ width, height }: Pixels, random: Generator): Box {
    for (let t = 0; t < TRIES; t++) {
      const area = height * width * uniform(random, ...this.scale);
      const aspect = logUniform(random, ...this.ratio);
      const w = roundHalfEven(Math.sqrt(area * aspect));
      const h = roundHalfEven(Math.sqrt(area / aspect));
      if (w < 1 || w > width || h < 1 || h > height) continue;
      const top = randint(random, height - h + 1);
      const left = randint(random, width - w + 1);
      return { top, left, height: h, width: w };
    }
    return middle(width, height, this.ratio);
  }
}

/** As much of the middle of the picture as the ratio allows. */
function middle(width: number, height: number, [least, largest]: Range): Box {
  const h = Math.max(1, Math.min(height, roundHalfEven(width / least)));
  const w = Math.max(1, Math.min(width, roundHalfEven(height * largest)));
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}
