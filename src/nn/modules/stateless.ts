/** The layers that only compute: each keeps its options and calls its function. */

import type { AvgPool2dOptions } from '../../ops/avgPool2d.js';
import type { CrossEntropyOptions } from '../../ops/crossEntropy.js';
import { dropoutSizes } from '../../ops/dropout.js';
import type { LocalResponseNormOptions } from '../../ops/localResponseNorm.js';
import type { NllLossOptions, Reduction } from '../../ops/nllLoss.js';
import { requireOptions } from '../../ops/options.js';
import type { PadMode } from '../../ops/pad.js';
import type { Pair } from '../../ops/shape.js';
import type { PoolOptions } from '../../ops/windows.js';
import type { Tensor } from '../../tensor/tensor.js';
import * as F from '../functional/index.js';
import { Module } from '../module.js';

/** The largest value of each window: (N, C, H, W) to (N, C, H_out, W_out). See `ops/maxPool2d.ts`. */
export class MaxPool2d extends Module {
  static readonly kind: string = 'MaxPool2d';
  constructor(
    readonly kernelSize: Pair,
    readonly options: PoolOptions = {},
  ) {
    super();
    requireOptions('MaxPool2d', options, { stride: true, padding: true, dilation: true, ceilMode: true });
  }

  forward(x: Tensor): Tensor {
    return F.maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window: (N, C, H, W) to (N, C, H_out, W_out). See `ops/avgPool2d.ts`. */
export class AvgPool2d extends Module {
  static readonly kind: string = 'AvgPool2d';
  constructor(
    readonly kernelSize: Pair,
    readonly options: AvgPool2dOptions = {},
  ) {
    super();
    requireOptions('AvgPool2d', options, {
      stride: true,
      padding: true,
      ceilMode: true,
      countIncludePad: true,
      divisorOverride: true,
    });
  }

  forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each cell of a grid: (N, C, H, W) to (N, C, ...outputSize); null keeps the image's own size. See
 *  `ops/adaptiveAvgPool2d.ts`. */
export class AdaptiveAvgPool2d extends Module {
  static readonly kind: string = 'AdaptiveAvgPool2d';
  constructor(readonly outputSize: number | readonly [number | null, number | null]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Divides every value of (N, C, …) by the strength of the `size` channels around it. See `ops/localResponseNorm.ts`. */
export class LocalResponseNorm extends Module {
  static readonly kind: string = 'LocalResponseNorm';
  constructor(
    readonly size: number,
    readonly options: LocalResponseNormOptions = {},
  ) {
    super();
    requireOptions('LocalResponseNorm', options, { alpha: true, beta: true, k: true });
  }

  forward(x: Tensor): Tensor {
    return F.localResponseNorm(x, this.size, this.options);
  }
}

/** max(0, x), element by element. See `ops/relu.ts`. */
export class ReLU extends Module {
  static readonly kind: string = 'ReLU';
  forward(x: Tensor): Tensor {
    return F.relu(x);
  }
}

/** 1 / (1 + e^(−x)), element by element. See `ops/sigmoid.ts`. */
export class Sigmoid extends Module {
  static readonly kind: string = 'Sigmoid';
  forward(x: Tensor): Tensor {
    return F.sigmoid(x);
  }
}

/** The hyperbolic tangent, element by element. See `ops/tanh.ts`. */
export class Tanh extends Module {
  static readonly kind: string = 'Tanh';
  forward(x: Tensor): Tensor {
    return F.tanh(x);
  }
}

/** Scores to probabilities that sum to 1 along `dim`. See `ops/softmax.ts`. */
export class Softmax extends Module {
  static readonly kind: string = 'Softmax';
  constructor(readonly dim: number) {
    super();
  }

  forward(x: Tensor): Tensor {
    return F.softmax(x, this.dim);
  }
}

/** The logarithm of softmax along `dim`. See `ops/logSoftmax.ts`. */
export class LogSoftmax extends Module {
  static readonly kind: string = 'LogSoftmax';
  constructor(readonly dim: number) {
    super();
  }

  forward(x: Tensor): Tensor {
    return F.logSoftmax(x, this.dim);
  }
}

/** In training, sets each value to 0 with probability p and scales the others by 1 / (1 − p). In evaluation, changes nothing. See
 *  `ops/dropout.ts`. */
export class Dropout extends Module {
  static readonly kind: string = 'Dropout';
  /** `p`: default 0.5. Throws a ShapeError unless it is from 0 to 1. */
  constructor(readonly p = 0.5) {
    super();
    dropoutSizes(p);
  }

  forward(x: Tensor): Tensor {
    return F.dropout(x, this.p, { training: this.training });
  }
}

/** A border of `[left, right, top, bottom]` pixels, or of one width all around: (…, H, W) to (…, H_out, W_out). See
 *  `ops/pad.ts`. */
class Pad2d extends Module {
  readonly padding: readonly number[];

  constructor(
    padding: number | readonly [number, number, number, number],
    readonly mode: PadMode,
  ) {
    super();
    this.padding = typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
  }

  forward(x: Tensor): Tensor {
    return F.pad(x, this.padding, { mode: this.mode });
  }
}

/** A border of zeros: `[left, right, top, bottom]` pixels, or one width all around. See `ops/pad.ts`. */
export class ZeroPad2d extends Pad2d {
  static readonly kind: string = 'ZeroPad2d';
  constructor(padding: number | readonly [number, number, number, number]) {
    super(padding, 'constant');
  }
}

/** A border that mirrors the image at its edge, which isn't repeated; padding as in ZeroPad2d. See `ops/pad.ts`. */
export class ReflectionPad2d extends Pad2d {
  static readonly kind: string = 'ReflectionPad2d';
  constructor(padding: number | readonly [number, number, number, number]) {
    super(padding, 'reflect');
  }
}

/** A border that repeats the image's edge; padding as in ZeroPad2d. See `ops/pad.ts`. */
export class ReplicationPad2d extends Pad2d {
  static readonly kind: string = 'ReplicationPad2d';
  constructor(padding: number | readonly [number, number, number, number]) {
    super(padding, 'replicate');
  }
}

/** A border that shows the image's other side; padding as in ZeroPad2d. See `ops/pad.ts`. */
export class CircularPad2d extends Pad2d {
  static readonly kind: string = 'CircularPad2d';
  constructor(padding: number | readonly [number, number, number, number]) {
    super(padding, 'circular');
  }
}

/** Joins the dimensions from `startDim` (default 1) to `endDim` (default −1, the last) into one: (N, C, H, W) to (N, C·H·W). */
export class Flatten extends Module {
  static readonly kind: string = 'Flatten';
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }
}

/** Returns x as it is. */
export class Identity extends Module {
  static readonly kind: string = 'Identity';
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** The loss of scores (N, C) or (N, C, d1, …) and class indices or probabilities. See `F.crossEntropy`. */
export class CrossEntropyLoss extends Module<[x: Tensor, target: F.Target | Tensor]> {
  static readonly kind: string = 'CrossEntropyLoss';
  constructor(readonly options: CrossEntropyOptions & F.ClassWeights = {}) {
    super();
    requireOptions('CrossEntropyLoss', options, {
      weight: true,
      reduction: true,
      ignoreIndex: true,
      labelSmoothing: true,
    });
  }

  forward(x: Tensor, target: F.Target | Tensor): Tensor {
    return F.crossEntropy(x, target, this.options);
  }
}

/** The negative log-likelihood of log-probabilities (N, C) or (N, C, d1, …) and class indices. See `F.nllLoss`. */
export class NLLLoss extends Module<[x: Tensor, target: F.Target]> {
  static readonly kind: string = 'NLLLoss';
  constructor(readonly options: NllLossOptions & F.ClassWeights = {}) {
    super();
    requireOptions('NLLLoss', options, { weight: true, reduction: true, ignoreIndex: true });
  }

  forward(x: Tensor, target: F.Target): Tensor {
    return F.nllLoss(x, target, this.options);
  }
}

/** The mean squared error of a tensor and values of its shape. See `F.mseLoss`. */
export class MSELoss extends Module<[x: Tensor, target: Tensor | F.Target]> {
  static readonly kind: string = 'MSELoss';
  constructor(readonly options: { reduction?: Reduction } = {}) {
    super();
    requireOptions('MSELoss', options, { reduction: true });
  }

  forward(x: Tensor, target: Tensor | F.Target): Tensor {
    return F.mseLoss(x, target, this.options);
  }
}
