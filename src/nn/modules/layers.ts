/** The layers that learn: Conv2d, Linear, BatchNorm2d. Two that have one weight (`decoder.weight = encoder.weight`) learn it together. */
import { requireOptions } from '../../ops/options.js';
import type { Pair, Shape } from '../../ops/shape.js';
import { count, numel, pair, ShapeError } from '../../ops/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import * as F from '../functional/index.js';
import * as init from '../init.js';
import { Module } from '../module.js';
import { Buffer, Parameter } from '../parameter.js';

export interface Conv2dModuleOptions extends F.PaddedConv2dOptions {
  /** Learn a bias. Default true. */
  bias?: boolean;
}

/**
 * Convolution of (N, inChannels, H, W) to (N, outChannels, H_out, W_out). The maths is in `ops/conv2d.ts`.
 *
 *   weight (outChannels, inChannels / groups, K_h, K_w)   bias (outChannels), or null with `bias: false`
 *
 * Throws a ShapeError if the channels aren't whole numbers ≥ 1 that `groups` divides.
 */
export class Conv2d extends Module {
  static readonly kind: string = 'Conv2d';
  weight: Parameter;
  bias: Parameter | null;
  readonly options: F.PaddedConv2dOptions;

  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dModuleOptions = {}) {
    super();
    requireOptions('Conv2d', options, {
      bias: true,
      stride: true,
      padding: true,
      dilation: true,
      groups: true,
      paddingMode: true,
    });
    const { bias = true, ...rest } = options;
    const groups = rest.groups ?? 1;
    const C_in = count('Conv2d', 'inChannels', inChannels);
    const C_out = count('Conv2d', 'outChannels', outChannels);
    if (!Number.isInteger(groups) || groups < 1 || C_in % groups !== 0 || C_out % groups !== 0) {
      throw new ShapeError(`Conv2d: groups = ${groups} must divide inChannels = ${C_in} and outChannels = ${C_out}`);
    }
    this.weight = uninitialised([C_out, C_in / groups, ...pair('Conv2d', 'kernelSize', kernelSize, 1)]);
    this.bias = bias ? uninitialised([C_out]) : null;
    this.options = rest;
    resetParameters(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return F.conv2d(x, this.weight, this.bias, this.options);
  }
}

/**
 * The fully connected layer: (…, inFeatures) to (…, outFeatures). The maths is in `ops/linear.ts`.
 *
 *   weight (outFeatures, inFeatures)   bias (outFeatures), or null with `bias: false`. Default true
 *
 * Throws a ShapeError unless the features are whole numbers ≥ 1.
 */
export class Linear extends Module {
  static readonly kind: string = 'Linear';
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super();
    requireOptions('Linear', options, { bias: true });
    const O = count('Linear', 'outFeatures', outFeatures);
    const I = count('Linear', 'inFeatures', inFeatures);
    this.weight = uninitialised([O, I]);
    this.bias = (options.bias ?? true) ? uninitialised([O]) : null;
    resetParameters(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return F.linear(x, this.weight, this.bias);
  }
}

function uninitialised(shape: Shape): Parameter {
  return new Parameter(new Float32Array(numel(shape)), shape);
}

/** PyTorch's initial weights: first the weight, then the bias, each uniform in ±1/√fan_in. */
function resetParameters(weight: Parameter, bias: Parameter | null): void {
  init.kaimingUniform(weight, { a: Math.sqrt(5) });
  if (bias) {
    const bound = 1 / Math.sqrt(init.fans(weight.shape).fanIn);
    init.uniform(bias, -bound, bound);
  }
}

export interface BatchNorm2dOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** How far the running statistics move towards a batch's: 0 not at all, 1 all the way; null makes them the mean over all
   *  batches so far. Default 0.1. */
  momentum?: number | null;
  /** Learn a scale and a shift. Default true. */
  affine?: boolean;
}

/**
 * Normalises the channels of (N, numFeatures, H, W): in training by the batch's statistics, in evaluation by the running ones.
 * The maths is in `ops/batchNorm2d.ts`.
 *
 *   weight, bias (numFeatures), or null with `affine: false`   runningMean, runningVar (numFeatures)   numBatchesTracked ()
 *
 * Throws a ShapeError unless numFeatures is a whole number ≥ 1.
 */
export class BatchNorm2d extends Module {
  static readonly kind: string = 'BatchNorm2d';
  weight: Parameter | null;
  bias: Parameter | null;
  readonly runningMean: Buffer;
  readonly runningVar: Buffer;
  readonly numBatchesTracked: Buffer;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super();
    requireOptions('BatchNorm2d', options, { eps: true, momentum: true, affine: true });
    const { eps = 1e-5, momentum = 0.1, affine = true } = options;
    const C = count('BatchNorm2d', 'numFeatures', numFeatures);
    this.weight = affine ? new Parameter(new Float32Array(C).fill(1), [C]) : null;
    this.bias = affine ? new Parameter(new Float32Array(C), [C]) : null;
    this.runningMean = new Buffer([C], 0);
    this.runningVar = new Buffer([C], 1);
    this.numBatchesTracked = new Buffer([], 0, 'int32');
    this.eps = eps;
    this.momentum = momentum;
  }

  forward(x: Tensor): Tensor {
    const { training, eps } = this;
    const batches = this.numBatchesTracked.valuesAtOnce('BatchNorm2d')[0] + (training ? 1 : 0);
    const momentum = this.momentum ?? 1 / Math.max(1, batches);
    const options = { training, momentum, eps };
    const y = F.batchNorm2d(x, this.runningMean, this.runningVar, this.weight, this.bias, options);
    if (training) this.numBatchesTracked.copyFrom(Int32Array.of(batches));
    return y;
  }
}
