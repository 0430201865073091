/**
 * `torchvision.transforms`: from the pictures of a dataset to what a network is trained on, a little different each time.
 *
 * Each transform has two halves. `getParams` draws what is left to chance, and a function of `functional` does the rest, to the bits
 * of torchvision on PIL images. What a transform knows is in its public fields, as plain values.
 */
export { ColorJitter, type ColorJitterOptions, type ColorJitterParams } from './color.js';
export { Compose } from './compose.js';
export { CenterCrop, RandomCrop, type RandomCropOptions } from './crop.js';
export { RandomErasing, type RandomErasingOptions } from './erasing.js';
export { RandomHorizontalFlip, type RandomHorizontalFlipOptions } from './flip.js';
export * as functional from './functional.js';
export type { TensorImage, Transform } from './image.js';
export { imageGenerator } from './random.js';
export { RandomResizedCrop, type RandomResizedCropOptions } from './randomResizedCrop.js';
export { cifarAugmentation, imagenetPreparation } from './recipes.js';
export { type Interpolation, Resize, type ResizeOptions } from './resize.js';
export { RandomRotation, type RotateOptions, type RotationInterpolation } from './rotate.js';
export type { Fill, Range } from './rules.js';
export { Normalize, ToTensor } from './tensor.js';
