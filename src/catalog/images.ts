/** A data set's images as a network takes them. */
import type { Backend } from '../backends/backend.js';
import { DataLoader, type Folder, type ImageDataset, type Normalization, type Pixels } from '../data/index.js';
import { summary } from '../nn/index.js';
import { type Shape, ShapeError } from '../ops/shape.js';
import { type Classifier, endsWithOneImage } from '../training/index.js';
import { dataSetNamed } from './dataSets.js';
import { networkNamed } from './networks.js';

/** Which images, of which data set, for which network: a part of `RunOptions`. */
export interface ImageChoice {
  readonly model: string;
  readonly data: string;
  readonly imageSize: number | null;
}

export interface Images {
  /** Of one: (C, H, W). */
  readonly shape: Shape;
  readonly normalize: Normalization;
  /** Names of the labels 0, 1, … */
  readonly classes: readonly string[];
  /** Makes a picture from elsewhere what the data set's are, before it is resized. */
  readonly prepare?: (picture: Pixels, options: { readonly name: string }) => Pixels;
}

/** What the network gets to see of the data. Throws a ShapeError if it takes no images of that size. */
export function imagesOf({ model, data, imageSize }: ImageChoice): Images {
  const { images, smallest } = networkNamed(model);
  const { classes, normalization, greyNormalization, images: given, prepare } = dataSetNamed(data);
  if (smallest === null) {
    const [C, H] = images;
    if (imageSize !== null && imageSize !== H) throw new ShapeError(`${model} takes images of ${H}x${H} and no others`);
    return { shape: images, normalize: C === 1 ? greyNormalization : normalization, classes, prepare };
  }
  const [C, H] = given;
  const size = imageSize ?? Math.max(H, smallest);
  if (size < smallest) throw new ShapeError(`${model} takes images of ${smallest}x${smallest} and larger, not ${size}`);
  return { shape: [C, size, size], normalize: normalization, classes, prepare };
}

/** How many of them; null is all. */
export interface Limits {
  readonly limit: number | null;
  readonly testLimit: number | null;
}

/** The images for training, or those for testing, as the network takes them. */
export async function loadImages(
  choice: ImageChoice & Limits,
  folder: Folder,
  { train }: { readonly train: boolean },
): Promise<ImageDataset> {
  const { shape, normalize } = imagesOf(choice);
  const whole = await dataSetNamed(choice.data).load(folder, { train });
  const limit = train ? choice.limit : choice.testLimit;
  const dataset = limit === null ? whole : whole.take(limit);
  return dataset.shape.every((size, i) => size === shape[i]) ? dataset : dataset.as(shape, normalize);
}

/** Batches to train on, in a new order in every pass, which ends before a batch of one image where `fit` would end it, too. */
export function trainingLoader(
  model: Classifier,
  training: ImageDataset,
  batchSize: number,
  backend: Backend,
): DataLoader {
  const dropLast = endsWithOneImage(model, training.length, batchSize);
  return new DataLoader(training, { batchSize, shuffle: true, dropLast, backend });
}

/** How many bytes the activations of a batch of test images may have, about, and how many images it has at most. */
const TEST_BYTES = 256e6;
const TEST_IMAGES = 1000;

/** Batches to test on: small ones where the network needs much memory for each image. */
export function testLoader(model: Classifier, test: ImageDataset, backend: Backend): DataLoader {
  const { activationBytes } = summary(model, [2, ...test.shape]);
  const batchSize = Math.max(1, Math.min(TEST_IMAGES, Math.floor(TEST_BYTES / activationBytes)));
  return new DataLoader(test, { batchSize, backend });
}
