/**
 * CIFAR-10: 60,000 photographs of ten kinds of things, 32x32 in colour. 50,000 are for training, 10,000 for testing.
 *
 * Source: https://www.cs.toronto.edu/~kriz/cifar.html, "CIFAR-10 binary version"
 */

import { parseCifar10 } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { ImageDataset } from './dataset.js';
import { type Folder, readFirst } from './folder.js';
import { cifar10Normalization, type Normalization } from './normalization.js';

export interface Cifar10Options {
  /** true: the training set; false: the test set. Default true. */
  train?: boolean;
  /** Folder (in a browser: URL) of data_batch_1.bin … data_batch_5.bin and test_batch.bin. */
  dir: string;
  /** Mean and deviation of each channel; true: those of the training set; false: values stay from 0 to 1. Default true. */
  normalize?: Normalization | boolean;
}

const TRAINING = ['data_batch_1.bin', 'data_batch_2.bin', 'data_batch_3.bin', 'data_batch_4.bin', 'data_batch_5.bin'];
const TEST = ['test_batch.bin'];
/** What the labels of CIFAR-10 mean. */
export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** CIFAR-10 from the folder of its binary version: images (3, 32, 32). Throws if a file is missing or damaged. */
export async function cifar10From(folder: Folder, options: Omit<Cifar10Options, 'dir'>): Promise<ImageDataset> {
  requireOptions<Partial<Cifar10Options>>('cifar10', options, { train: true, dir: true, normalize: true });
  const batches = [];
  for (const name of (options.train ?? true) ? TRAINING : TEST) {
    const { path, bytes } = await readFirst('cifar10', folder, [name]);
    batches.push(parseCifar10(bytes, path));
  }
  const N = batches.reduce((count, { labels }) => count + labels.length, 0);
  const images = new Uint8Array(N * 3 * 32 * 32);
  const labels = new Uint8Array(N);
  let n = 0;
  for (const batch of batches) {
    images.set(batch.images, n * 3 * 32 * 32);
    labels.set(batch.labels, n);
    n += batch.labels.length;
  }
  const normalize =
    options.normalize === undefined || options.normalize === true ? cifar10Normalization : options.normalize;
  return new ImageDataset(images, labels, [3, 32, 32], { normalize, classes: cifar10Classes });
}
