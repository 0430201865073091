/** `receptive/figures`: every number of an operation, and what it was made of; numbers of f32, and what is lost when they are added up. */
import type { OperationName } from '../ops/index.js';
import { conv2dFigure, linearFigure, matmulFigure, mulFigure } from './bilinear.js';
import type { Figure } from './figure.js';
import { divFigure, sigmoidFigure, tanhFigure } from './functions.js';
import { clipGradFigure, gradNormFigure } from './gradNorm.js';
import {
  adaptiveAvgPool2dFigure,
  addFigure,
  avgPool2dFigure,
  catFigure,
  meanFigure,
  padFigure,
  subFigure,
  sumFigure,
} from './linearMaps.js';
import { crossEntropyFigure, mseLossFigure, nllLossFigure } from './losses.js';
import { batchNorm2dFigure, localResponseNormFigure } from './normalization.js';
import { adagradFigure, adamFigure, rmspropFigure, sgdFigure } from './optimizers.js';
import { dropoutFigure, maxPool2dFigure, reluFigure } from './selections.js';
import { logSoftmaxFigure, softmaxFigure } from './softmax.js';

/** The figure of each operation of `src/ops`, out of its sizes and options. One that lacks doesn't compile. */
export const figures = {
  conv2d: conv2dFigure,
  maxPool2d: maxPool2dFigure,
  avgPool2d: avgPool2dFigure,
  adaptiveAvgPool2d: adaptiveAvgPool2dFigure,
  linear: linearFigure,
  matmul: matmulFigure,
  batchNorm2d: batchNorm2dFigure,
  localResponseNorm: localResponseNormFigure,
  relu: reluFigure,
  sigmoid: sigmoidFigure,
  tanh: tanhFigure,
  softmax: softmaxFigure,
  logSoftmax: logSoftmaxFigure,
  crossEntropy: crossEntropyFigure,
  nllLoss: nllLossFigure,
  mseLoss: mseLossFigure,
  cat: catFigure,
  pad: padFigure,
  dropout: dropoutFigure,
  add: addFigure,
  sub: subFigure,
  mul: mulFigure,
  div: divFigure,
  sum: sumFigure,
  mean: meanFigure,
  sgd: sgdFigure,
  adam: adamFigure,
  rmsprop: rmspropFigure,
  adagrad: adagradFigure,
  gradNorm: gradNormFigure,
  clipGrad: clipGradFigure,
  // biome-ignore lint/suspicious/noExplicitAny: each takes the sizes and options of its operation.
} as const satisfies Record<OperationName, (...sizes: any[]) => Figure>;

export type { OperationName } from '../ops/index.js';
export { cellsOf, type Expression, evaluate, leavesOf, type Note, type Rule, termsOf } from './expression.js';
export { falsify } from './falsify.js';
export { cellsIn, type Explanation, type Figure, type Inputs, type Reason } from './figure.js';
export { type Float32Kind, type Float32Parts, float32OfBits, float32Parts, partsOfBits } from './float32.js';
export { type GemmFigure, gemmFigure, type Tiling } from './gemm.js';
export { type GoesTo, goesTo } from './goesTo.js';
export { type Cell, type Grid, placeOf, type Role, valueAt } from './grid.js';
export { LANES, type LaneStep, type LanesFigure, lanesFigure, tileRegisters } from './lanes.js';
export { indexOf, stridesOf } from './memory.js';
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
export { type StrongestTerm, strongestTerm } from './strongestTerm.js';
export { type Summation, type SummationOrder, type Summations, summationOrders, summations } from './summation.js';
export { parallelShareOf, type Span, schedule, speedUp } from './tasks.js';
export { type Rounding, type WinogradTile, winogradFigure, winogradProducts, winogradRounding } from './winograd.js';
