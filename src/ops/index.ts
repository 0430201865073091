/**
 * The one list of operations. Backends, tests, benchmarks and the table in README are enumerated from it: an operation
 * that a backend or the equivalence kit lacks doesn't compile.
 *
 * An operation's functions take, in this order: outputs, inputs, sizes and options. A forward writes its outputs whole. A
 * backward writes the gradients of the inputs, of which a caller may ask for some only (null for the others).
 */
import { adagradForward } from './adagrad.js';
import { adamForward } from './adam.js';
import { adaptiveAvgPool2dBackward, adaptiveAvgPool2dForward } from './adaptiveAvgPool2d.js';
import { addBackward, addForward } from './add.js';
import { avgPool2dBackward, avgPool2dForward } from './avgPool2d.js';
import { batchNorm2dBackward, batchNorm2dForward } from './batchNorm2d.js';
import { catBackward, catForward } from './cat.js';
import { conv2dBackward, conv2dForward } from './conv2d.js';
import { crossEntropyBackward, crossEntropyForward } from './crossEntropy.js';
import { divBackward, divForward } from './div.js';
import { dropoutBackward, dropoutForward } from './dropout.js';
import { clipGradForward, gradNormForward } from './gradNorm.js';
import { linearBackward, linearForward } from './linear.js';
import { localResponseNormBackward, localResponseNormForward } from './localResponseNorm.js';
import { logSoftmaxBackward, logSoftmaxForward } from './logSoftmax.js';
import { matmulBackward, matmulForward } from './matmul.js';
import { maxPool2dBackward, maxPool2dForward } from './maxPool2d.js';
import { meanBackward, meanForward } from './mean.js';
import { mseLossBackward, mseLossForward } from './mseLoss.js';
import { mulBackward, mulForward } from './mul.js';
import { nllLossBackward, nllLossForward } from './nllLoss.js';
import { padBackward, padForward } from './pad.js';
import { reluBackward, reluForward } from './relu.js';
import { rmspropForward } from './rmsprop.js';
import { sgdForward } from './sgd.js';
import { sigmoidBackward, sigmoidForward } from './sigmoid.js';
import { softmaxBackward, softmaxForward } from './softmax.js';
import { subBackward, subForward } from './sub.js';
import { sumBackward, sumForward } from './sum.js';
import { tanhBackward, tanhForward } from './tanh.js';

/** The operations by name, each with its forward and, where it is part of a graph, its backward. */
export const ops = {
  conv2d: { forward: conv2dForward, backward: conv2dBackward },
  maxPool2d: { forward: maxPool2dForward, backward: maxPool2dBackward },
  avgPool2d: { forward: avgPool2dForward, backward: avgPool2dBackward },
  adaptiveAvgPool2d: { forward: adaptiveAvgPool2dForward, backward: adaptiveAvgPool2dBackward },
  linear: { forward: linearForward, backward: linearBackward },
  matmul: { forward: matmulForward, backward: matmulBackward },
  batchNorm2d: { forward: batchNorm2dForward, backward: batchNorm2dBackward },
  localResponseNorm: { forward: localResponseNormForward, backward: localResponseNormBackward },
  relu: { forward: reluForward, backward: reluBackward },
  sigmoid: { forward: sigmoidForward, backward: sigmoidBackward },
  tanh: { forward: tanhForward, backward: tanhBackward },
  softmax: { forward: softmaxForward, backward: softmaxBackward },
  logSoftmax: { forward: logSoftmaxForward, backward: logSoftmaxBackward },
  crossEntropy: { forward: crossEntropyForward, backward: crossEntropyBackward },
  nllLoss: { forward: nllLossForward, backward: nllLossBackward },
  mseLoss: { forward: mseLossForward, backward: mseLossBackward },
  cat: { forward: catForward, backward: catBackward },
  pad: { forward: padForward, backward: padBackward },
  dropout: { forward: dropoutForward, backward: dropoutBackward },
  add: { forward: addForward, backward: addBackward },
  sub: { forward: subForward, backward: subBackward },
  mul: { forward: mulForward, backward: mulBackward },
  div: { forward: divForward, backward: divBackward },
  sum: { forward: sumForward, backward: sumBackward },
  mean: { forward: meanForward, backward: meanBackward },
  sgd: { forward: sgdForward },
  adam: { forward: adamForward },
  rmsprop: { forward: rmspropForward },
  adagrad: { forward: adagradForward },
  gradNorm: { forward: gradNormForward },
  clipGrad: { forward: clipGradForward },
} as const;

export type Ops = typeof ops;
export type OperationName = keyof Ops;
/** Every operation's name, in the order of the list. */
export const operationNames = Object.keys(ops) as OperationName[];

/** A type of arguments with `Buffer` in place of every array. */
type OnDevice<Arguments extends unknown[], Buffer> = {
  [I in keyof Arguments]: Extract<Arguments[I], ArrayBufferView> extends never
    ? Arguments[I]
    : Buffer | Extract<Arguments[I], null>;
};

/**
 * What a backend must provide: the same operations with the same arguments, over its own buffers instead of arrays.
 *
 * Kernels over one backend's buffers must pass as kernels over any DeviceBuffer without a cast, since a cast could hide that
 * one is missing. So a kernel has the type of a method, whose parameters TypeScript compares in both directions. That is safe:
 * whoever holds a buffer got it from the backend whose kernels are called.
 */
export type Kernels<Buffer> = {
  readonly [Name in OperationName]: {
    readonly [Pass in keyof Ops[Name]]: Ops[Name][Pass] extends (...args: infer Arguments) => void
      ? { kernel(...args: OnDevice<Arguments, Buffer>): void }['kernel']
      : never;
  };
};
