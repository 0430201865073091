/** The data sets by name. Where their files lie is for the caller to say: a folder on a disk, or a URL (`openFolder`). */
import {
  cifar10Classes,
  cifar10From,
  cifar10Normalization,
  type Folder,
  fashionMnistClasses,
  fashionMnistFrom,
  fashionMnistNormalization,
  greyCifar10Normalization,
  type ImageDataset,
  mnistClasses,
  mnistFrom,
  mnistNormalization,
  type Normalization,
  type Pixels,
  prepareDigit,
} from '../data/index.js';
import type { Shape } from '../ops/shape.js';
import { entryOf } from './names.js';

export interface DataSet {
  readonly title: string;
  /** Address of the page that tells of it. */
  readonly page: string;
  /** Of one image: (C, H, W). */
  readonly images: Shape;
  /** Names of the labels 0, 1, … */
  readonly classes: readonly string[];
  readonly normalization: Normalization;
  /** Of its images in grey. */
  readonly greyNormalization: Normalization;
  /** Makes a picture from elsewhere what the images of the data set are, where that takes more than resizing. */
  readonly adopt?: (picture: Pixels, options: { readonly name: string }) => Pixels;
  /** The images as they are, normalised: those for training, or those for testing. */
  load(folder: Folder, options: { readonly train: boolean }): Promise<ImageDataset>;
}

const all = {
  mnist: {
    title: 'MNIST: handwritten digits',
    page: 'http://yann.lecun.com/exdb/mnist/',
    images: [1, 28, 28],
    classes: mnistClasses,
    normalization: mnistNormalization,
    greyNormalization: mnistNormalization,
    adopt: prepareDigit,
    load: mnistFrom,
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST: clothes',
    page: 'https://github.com/zalandoresearch/fashion-mnist',
    images: [1, 28, 28],
    classes: fashionMnistClasses,
    normalization: fashionMnistNormalization,
    greyNormalization: fashionMnistNormalization,
    load: fashionMnistFrom,
  },
  cifar10: {
    title: 'CIFAR-10: small photographs',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    images: [3, 32, 32],
    classes: cifar10Classes,
    normalization: cifar10Normalization,
    greyNormalization: greyCifar10Normalization,
    load: cifar10From,
  },
} satisfies Record<string, DataSet>;

export type DataSetName = keyof typeof all;
/** The data sets by name: how large their images are, and how they are loaded. */
export const dataSets: Readonly<Record<DataSetName, DataSet>> = all;
/** Their names, in the order of the list. */
export const dataSetNames = Object.keys(dataSets) as DataSetName[];

/** The data set of that name. Throws a RangeError that lists the near names if there is none. */
export function dataSetNamed(name: string): DataSet {
  return entryOf<DataSet>('data set', dataSets, name);
}
