/** Compose: one transform after the other. */
import type { Pixels } from '../../formats/index.js';
import type { Generator } from '../../tensor/random.js';
import type { TensorImage, Transform } from './image.js';

/**
 * The transforms in their order; all draw from the same generator.
 *
 *   new Compose([new RandomCrop(32, { padding: 4 }), new RandomHorizontalFlip(), new ToTensor(), new Normalize(mean, std)])
 */
export class Compose implements Transform {
  readonly transforms: readonly Transform[];

  constructor(transforms: readonly Transform[]) {
    if (!Array.isArray(transforms)) throw new TypeError('Compose: takes an array of transforms');
    transforms.forEach((transform, i) => {
      if (typeof transform?.apply === 'function') return;
      throw new TypeError(`Compose: number ${i} isn't a transform, an object with apply(image, random)`);
    });
    this.transforms = [...transforms];
  }

  apply(image: Pixels | TensorImage, random: Generator): Pixels | TensorImage {
    return this.transforms.reduce((made, transform) => transform.apply(made, random), image);
  }
}
