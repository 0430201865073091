/** What `receptive` can train on, as the network in question takes it. */
import type { Backend } from '../backends/backend.js';
import {
  cifar10Classes,
  cifar10Normalization,
  DataLoader,
  fashionMnistClasses,
  fashionMnistNormalization,
  greyCifar10Normalization,
  type ImageDataset,
  mnistClasses,
  mnistNormalization,
  type Normalization,
} from '../data/index.js';
import { BatchNorm2d, summary } from '../nn/index.js';
import { cifar10, fashionMnist, mnist } from '../node/data.js';
import type { Shape } from '../ops/shape.js';
import type { Classifier } from '../training/index.js';
import { type Network, networkNamed } from './networks.js';
import { UsageError } from './usageError.js';

interface DataSource {
  /** Of one image: (C, H, W). */
  readonly images: Shape;
  readonly classes: readonly string[];
  readonly normalization: Normalization;
  readonly greyNormalization: Normalization;
  load(train: boolean, dir: string | null): Promise<ImageDataset>;
}

const sources: Readonly<Record<string, DataSource>> = {
  mnist: {
    images: [1, 28, 28],
    classes: mnistClasses,
    normalization: mnistNormalization,
    greyNormalization: mnistNormalization,
    load: (train, dir) => mnist({ train, dir: dir ?? undefined }),
  },
  'fashion-mnist': {
    images: [1, 28, 28],
    classes: fashionMnistClasses,
    normalization: fashionMnistNormalization,
    greyNormalization: fashionMnistNormalization,
    load: (train, dir) => fashionMnist({ train, dir: folder('fashion-mnist', dir) }),
  },
  cifar10: {
    images: [3, 32, 32],
    classes: cifar10Classes,
    normalization: cifar10Normalization,
    greyNormalization: greyCifar10Normalization,
    load: (train, dir) => cifar10({ train, dir: folder('cifar10', dir) }),
  },
};

export const dataNames = Object.keys(sources);

function folder(name: string, dir: string | null): string {
  if (dir === null) throw new UsageError(`--data ${name} needs --data-dir, the folder of its files`);
  return dir;
}

/** Which data for which network. */
export interface DataChoice {
  readonly model: string;
  readonly data: string;
  readonly dataDir: string | null;
  readonly imageSize: number | null;
}

export interface Images {
  /** Of one: (C, H, W). */
  readonly shape: Shape;
  readonly normalize: Normalization;
  readonly classes: readonly string[];
}

/** What the network gets to see of the data. */
export function imagesOf({ model, data, imageSize }: DataChoice): Images {
  const { images, smallest }: Network = networkNamed(model);
  const { classes, normalization, greyNormalization, images: given } = sources[data];
  if (smallest === null) {
    const [C, H] = images;
    if (imageSize !== null && imageSize !== H) throw new UsageError(`${model} takes images of ${H}x${H} and no others`);
    return { shape: images, normalize: C === 1 ? greyNormalization : normalization, classes };
  }
  const [C, H] = given;
  const size = imageSize ?? Math.max(H, smallest);
  if (size < smallest) throw new UsageError(`${model} takes images of ${smallest}x${smallest} and larger, not ${size}`);
  return { shape: [C, size, size], normalize: normalization, classes };
}

/** How many bytes the activations of a batch of test images may have, about, and how many images it has at most. */
const TEST_BYTES = 256e6;
const TEST_IMAGES = 1000;

/** Test images a batch: few where the network needs much memory for each. */
export function testBatchSize(model: Classifier, { shape }: ImageDataset): number {
  const { activationBytes } = summary(model, [2, ...shape]);
  return Math.max(1, Math.min(TEST_IMAGES, Math.floor(TEST_BYTES / activationBytes)));
}

/**
 * Batches to train on, in a new order in every pass. Where a pass would end with a batch of one image, and the network has batch
 * normalisation, which may have nothing to learn from that, the pass ends before it.
 */
export function trainingLoader(
  model: Classifier,
  training: ImageDataset,
  batchSize: number,
  backend: Backend,
): DataLoader {
  const endsWithOne = training.length > batchSize && training.length % batchSize === 1;
  const dropLast = endsWithOne && model.modules().some((module) => module instanceof BatchNorm2d);
  return new DataLoader(training, { batchSize, shuffle: true, dropLast, backend });
}

/** The images as the network takes them; if `limit` isn't null, the first of them. */
export async function loadData(choice: DataChoice, train: boolean, limit: number | null = null): Promise<ImageDataset> {
  const { shape, normalize } = imagesOf(choice);
  const whole = await sources[choice.data].load(train, choice.dataDir);
  const dataset = limit === null ? whole : whole.take(limit);
  return dataset.shape.every((size, i) => size === shape[i]) ? dataset : dataset.as(shape, normalize);
}
