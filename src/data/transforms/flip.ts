/**
 * RandomHorizontalFlip: the picture in a mirror.
 *
 *   y[h, w] = x[h, W − 1 − w]
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomHorizontalFlip.html
 */
import type { Pixels } from '../../formats/index.js';
import { requireOptions } from '../../ops/options.js';
import type { Generator } from '../../tensor/random.js';
import { requirePicture, type Transform } from './image.js';
import { probability } from './rules.js';

/** The picture with left and right exchanged. */
export function hflip(picture: Pixels): Pixels {
  requirePicture('hflip', picture);
  const { width: W, height: H, channels: C, data } = picture;
  const flipped = new Uint8Array(data.length);
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      const [to, from] = [(h * W + w) * C, (h * W + W - 1 - w) * C];
      for (let c = 0; c < C; c++) flipped[to + c] = data[from + c];
    }
  }
  return { ...picture, data: flipped };
}

export interface RandomHorizontalFlipOptions {
  /** How likely a flip is. Default 0.5. */
  p?: number;
}

export class RandomHorizontalFlip implements Transform {
  readonly p: number;

  constructor(options: RandomHorizontalFlipOptions = {}) {
    requireOptions('RandomHorizontalFlip', options, { p: probability });
    this.p = options.p ?? 0.5;
  }

  apply(picture: Pixels, random: Generator): Pixels {
    requirePicture('RandomHorizontalFlip', picture);
    return random.uniform() < Math.fround(this.p) ? hflip(picture) : picture;
  }
}
