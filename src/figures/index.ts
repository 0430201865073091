/** `receptive/figures`: every number of an operation, and the sum that made it. */
export { conv2dFigure, linearFigure } from './bilinear.js';
export {
  type Cell,
  type Explanation,
  type Figure,
  type Grid,
  type Inputs,
  placeOf,
  productOf,
  type Role,
  type Term,
  valueAt,
} from './figure.js';
export { batchNorm2dFigure, crossEntropyFigure, reluFigure } from './functions.js';
export { indexOf, stridesOf } from './memory.js';
export { avgPool2dFigure, maxPool2dFigure, type PoolingOptions } from './pooling.js';
export { type Disc, rasterOf } from './raster.js';
export {
  largestDifference,
  type Moved,
  moved,
  movedImage,
  relativeDistance,
  reordered,
  restored,
  type Shuffled,
  shuffled,
  type TwoLayers,
} from './rearranged.js';
