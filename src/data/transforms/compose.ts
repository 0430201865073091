/** Compose: one transform after the other. */
import type { Pixels } from '../../formats/index.js';
import type { Generator } from '../../tensor/random.js';
import { requireTransform, type TensorImage, type Transform } from './image.js';

/**
 * The transforms in their order; all draw from the same generator.
 *
 *   new Compose([new RandomCrop(32, { padding: 4 }), new RandomHorizontalFlip(), new ToTensor(), new Normalize(mean, std)])
 */
export class Compose implements Transform {
  readonly transforms: readonly Transform[];

  constructor(transforms: readonly Transform[]) {
    if (!Array.isArray(transforms)) throw new TypeError('Compose: takes an array of transforms');
    for (const [i, transform] of transforms.entries()) requireTransform(`Compose: number ${i}`, transform);
    this.transforms = [...transforms];
  }

  apply(image: Pixels | TensorImage, random: Generator): Pixels | TensorImage {
    return this.transforms.reduce((made, transform) => transform.apply(made, random), image);
  }
}
