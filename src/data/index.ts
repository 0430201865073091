/** `torch.utils.data` and the datasets: what runs on every platform. */

export { type DecodeImageOptions, decodeImage, FormatError, type Pixels } from '../formats/index.js';
export { type Cifar10Options, cifar10Classes, cifar10From } from './cifar10.js';
export { type Dataset, ImageDataset, type ImageDatasetOptions } from './dataset.js';
export { type Folder, subfolder } from './folder.js';
export * from './image.js';
export { ImageFolder, type ImageFolderOptions } from './imageFolder.js';
export { type Batch, DataLoader, type DataLoaderOptions } from './loader.js';
export {
  type FashionMnistOptions,
  fashionMnistClasses,
  fashionMnistFrom,
  type MnistOptions,
  mnistClasses,
  mnistFrom,
} from './mnist.js';
export {
  cifar10Normalization,
  fashionMnistNormalization,
  greyCifar10Normalization,
  greyImagenetNormalization,
  imagenetNormalization,
  mnistNormalization,
  type Normalization,
} from './normalization.js';
export { normalizationOf } from './normalizationOf.js';
export { type PrepareDigitOptions, prepareDigit } from './prepareDigit.js';
export type { Sampler } from './sampler.js';
export { ConcatDataset, type RandomSplitOptions, randomSplit, Subset } from './subset.js';
export type { Target, Targets } from './targets.js';
export { type PictureDataset, TransformedDataset } from './transformed.js';
export * as transforms from './transforms/index.js';
