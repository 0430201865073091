/** A dataset whose pictures are transformed as they are read, in each pass anew. */
import type { Pixels } from '../formats/index.js';
import { formatShape, type Shape, ShapeError, sameShape } from '../ops/shape.js';
import type { Dataset } from './dataset.js';
import type { Target } from './targets.js';
import {
  isTensorImage,
  requireTensorImage,
  requireTransform,
  type TensorImage,
  type Transform,
} from './transforms/image.js';
import { imageGenerator } from './transforms/random.js';

/** Labelled pictures of any sizes. */
export interface PictureDataset {
  readonly length: number;
  readonly classes?: readonly string[];
  /** Whether picture(index) is the same each time. Default false. */
  readonly repeatable?: boolean;
  picture(index: number): Pixels;
  label(index: number): Target;
}

/**
 * The pictures of `dataset`, transformed:
 *
 *   new TransformedDataset(await cifar10({ train: true, dir }), new Compose([new RandomHorizontalFlip(), new ToTensor()]))
 *
 * The transform gets the pictures as bytes, whether or not the dataset normalises them when it is read itself, and must end with a
 * tensor image, which is what ToTensor gives: (C, H, W), the same for all. It draws from `imageGenerator(seed, index)`, where the
 * seed is that of the pass: a DataLoader draws one for each pass from the default generator. So each pass sees other images, and the
 * same `manualSeed` the same; they don't depend on the order of reading, and a run that is resumed from a checkpoint sees those that
 * it would have seen.
 *
 * Throws an error that names the image where its transform fails, and at once if it fails for the first one.
 */
export class TransformedDataset implements Dataset {
  readonly length: number;
  readonly shape: Shape;
  readonly classes?: readonly string[];

  constructor(
    readonly dataset: PictureDataset,
    readonly transform: Transform,
  ) {
    if (typeof dataset?.picture !== 'function' || typeof dataset.label !== 'function') {
      throw new TypeError('TransformedDataset: the dataset needs the methods picture(index) and label(index)');
    }
    requireTransform('TransformedDataset', transform);
    ({ length: this.length, classes: this.classes } = dataset);
    if (dataset.length === 0) throw new RangeError('TransformedDataset: the dataset is empty');
    this.shape = this.#image(0, 0).shape;
  }

  get repeatable(): boolean {
    return this.dataset.repeatable ?? false;
  }

  /** `seed` is the pass's. Default 0. */
  read(index: number, out: Float32Array, offset: number, seed = 0): Target {
    const { shape, data } = this.#image(index, seed);
    if (!sameShape(shape, this.shape)) {
      throw new ShapeError(
        `TransformedDataset: image ${index} is ${formatShape(shape)}, but the first one ${formatShape(this.shape)}; a Resize or a crop would make them equal`,
      );
    }
    out.set(data, offset);
    return this.label(index);
  }

  label(index: number): Target {
    return this.dataset.label(index);
  }

  #image(index: number, seed: number): TensorImage {
    const picture = this.dataset.picture(index);
    try {
      const image = this.transform.apply(picture, imageGenerator(seed, index));
      if (!isTensorImage(image)) throw new TypeError('the transform gives a picture of bytes: ToTensor must end it');
      requireTensorImage('TransformedDataset', image);
      return image;
    } catch (error) {
      throw new Error(`TransformedDataset: image ${index}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
}
