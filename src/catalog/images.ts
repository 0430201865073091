/** A data set's images as a network takes them. */
import type { Backend } from '../backends/backend.js';
import {
  DataLoader,
  type Dataset,
  type Folder,
  greyImagenetNormalization,
  imagenetNormalization,
  type Normalization,
  type Pixels,
  type Sampler,
  TransformedDataset,
  transforms,
} from '../data/index.js';
import { resizedImages } from '../data/resizedImages.js';
import type { Transform } from '../data/transforms/index.js';
import { summary } from '../nn/index.js';
import { type Shape, ShapeError } from '../ops/shape.js';
import { type Classifier, endsWithOneImage } from '../training/index.js';
import { dataSetNamed } from './dataSets.js';
import { networkNamed } from './networks.js';
import { type FolderOptions, loadPictures } from './pictureFolder.js';

/** The name of a folder of one's own pictures, where a data set is asked for. */
export const PICTURE_FOLDER = 'folder';
/** Networks for photographs are trained with ImageNet's mean and deviation, whatever the pictures show. */
const pictureFolder = { normalization: imagenetNormalization, greyNormalization: greyImagenetNormalization };

/** Which images, of which data set, for which network: a part of `RunOptions`. */
export interface ImageChoice {
  readonly model: string;
  readonly data: string;
  readonly imageSize: number | null;
  /** Change the training images by chance. Default false. */
  readonly augment?: boolean;
  /** Of `folder`: leave damaged pictures out. Default false. */
  readonly skipDamaged?: boolean;
  /** Of `folder`: draws which pictures are for testing. Default 0. */
  readonly seed?: number;
}

export interface Images {
  /** Of one: (C, H, W). */
  readonly shape: Shape;
  readonly normalize: Normalization;
  /** Names of the labels 0, 1, … */
  readonly classes: readonly string[];
  /** Makes an image of that size out of a picture, where it isn't only resized: ImageNet's. */
  readonly prepare?: Transform;
  /** Makes a picture from elsewhere what the data set's are, before it is resized. */
  readonly adopt?: (picture: Pixels, options: { readonly name: string }) => Pixels;
}

/** What the network gets to see of the data. `classes` are those of a folder of pictures; default: none are known yet. Throws a ShapeError
 *  if it takes no images of that size. */
export function imagesOf({ model, data, imageSize }: ImageChoice, folderClasses: readonly string[] = []): Images {
  const { images, smallest } = networkNamed(model);
  const {
    classes,
    normalization,
    greyNormalization,
    images: given,
    adopt,
  } = data === PICTURE_FOLDER
    ? { ...pictureFolder, images, classes: folderClasses, adopt: undefined }
    : dataSetNamed(data);
  if (smallest === null) {
    const [C, H] = images;
    if (imageSize !== null && imageSize !== H) throw new ShapeError(`${model} takes images of ${H}x${H} and no others`);
    return { shape: images, normalize: C === 1 ? greyNormalization : normalization, classes, adopt };
  }
  const [C, H] = data === PICTURE_FOLDER ? [3, given[1]] : given;
  const size = imageSize ?? Math.max(H, smallest);
  if (size < smallest) throw new ShapeError(`${model} takes images of ${smallest}x${smallest} and larger, not ${size}`);
  return { shape: [C, size, size], normalize: normalization, classes, adopt };
}

/** How many of them; null is all. */
export interface Limits {
  readonly limit: number | null;
  readonly testLimit: number | null;
}

export interface LoadOptions {
  readonly train: boolean;
  /** Of a folder of pictures: the names of its classes, where they are known already. */
  readonly classes?: readonly string[];
  /** Of a folder of pictures: makes test images of them. Default: the shorter side is resized, the middle cut out. */
  readonly prepare?: Transform;
  /** How the platform opens a folder of pictures. Default: they are decoded on the calling thread. */
  readonly open?: FolderOptions['open'];
}

/** The images for training, or those for testing, as the network takes them. Throws a RangeError where images can't be augmented. */
export async function loadImages(choice: ImageChoice & Limits, folder: Folder, options: LoadOptions): Promise<Dataset> {
  const { train, classes, prepare, open } = options;
  const { shape, normalize } = imagesOf(choice);
  const { data, augment = false, skipDamaged = false, seed = 0 } = choice;
  if (data === PICTURE_FOLDER) {
    return loadPictures({ ...choice, augment, skipDamaged, seed }, folder, {
      train,
      shape,
      normalize,
      classes,
      prepare,
      open,
    });
  }
  if (skipDamaged) throw new RangeError(`skipDamaged is for a folder of pictures, and not for ${data}`);
  if (augment && (data !== 'cifar10' || shape.join('x') !== '3x32x32')) {
    throw new RangeError(
      `augment is for cifar10 with its images of 3x32x32, and for a folder of pictures, but not for ${data} of ${shape.join('x')}`,
    );
  }
  const whole = await dataSetNamed(data).load(folder, { train });
  const limit = train ? choice.limit : choice.testLimit;
  const dataset = limit === null ? whole : whole.take(limit);
  if (augment && train) return new TransformedDataset(dataset, transforms.cifarAugmentation(normalize));
  return dataset.shape.every((size, i) => size === shape[i]) ? dataset : resizedImages(dataset, shape, normalize);
}

/** Batches to train on, in a new order in every pass, which ends before a batch of one image where `fit` would end it, too. `sampler` is
 *  for a rank's share of the images. */
export function trainingLoader(
  model: Classifier,
  training: Dataset,
  batchSize: number,
  backend: Backend,
  sampler?: Sampler,
): DataLoader {
  const dropLast = endsWithOneImage(model, sampler?.length ?? training.length, batchSize);
  return new DataLoader(training, { batchSize, shuffle: !sampler, sampler, dropLast, backend });
}

/** How many bytes the activations of a batch of test images may have, about, and how many images it has at most. */
const TEST_BYTES = 256e6;
const TEST_IMAGES = 1000;

/** Batches to test on: small ones where the network needs much memory for each image. `sampler` is for a rank's share of the images. */
export function testLoader(model: Classifier, test: Dataset, backend: Backend, sampler?: Sampler): DataLoader {
  const { activationBytes } = summary(model, [2, ...test.shape]);
  const batchSize = Math.max(1, Math.min(TEST_IMAGES, Math.floor(TEST_BYTES / activationBytes)));
  return new DataLoader(test, { batchSize, sampler, backend });
}
