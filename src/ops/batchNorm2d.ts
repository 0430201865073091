/**
 * batchNorm2d: gives every channel mean 0 and variance 1, then a learned scale and shift.
 *
 *   x̂ = (x − mean[c]) · invStd[c]      invStd[c] = 1 / √(var[c] + eps)
 *   y = weight[c] · x̂ + bias[c]
 *
 *   x, y (N, C, H, W)   mean, invStd, runningMean, runningVar, weight, bias (C)   M = N·H·W elements a channel
 *
 * In training, mean and var are those of the batch (var biased: divided by M), and the running ones move towards them:
 *   running = (1 − momentum) · running + momentum · batch,   with the unbiased var · M / (M − 1).
 * In evaluation, the running ones normalise.
 *
 * Chapter: docs/learn/12-batch-norm.en.md
 *
 * Source: Ioffe & Szegedy, "Batch Normalization" (2015), https://arxiv.org/abs/1502.03167;
 * https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 *
 * @example One channel of −1 and 1: it has mean 0 and variance 1 already.
 * F.batchNorm2d(tensor([-1, 1], [1, 1, 1, 2]), null, null, tensor([2], [1]), tensor([3], [1]), { training: true, eps: 0 })
 * // → [[[[1,5]]]]
 */
import type { FloatArray } from './accumulate.js';
import { formatShape, imageShape, type Shape, ShapeError } from './shape.js';

export interface BatchNormOptions {
  /** Normalise with the batch's own statistics, and move the running ones. Default false. */
  training?: boolean;
  /** How far the running statistics move towards the batch's: 0 not at all, 1 all the way. Default 0.1. */
  momentum?: number;
  /** Added to the variance, so that a constant channel doesn't divide by 0. Default 1e-5. */
  eps?: number;
}

export interface BatchNormSizes {
  readonly N: number;
  readonly C: number;
  /** H · W. */
  readonly pixels: number;
  /** Whether to normalise with the batch's own statistics, or with the running ones. */
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

/** `channels` names the tensors that must have C elements, where they are given. */
export function batchNorm2dSizes(
  x: Shape,
  channels: Readonly<Record<string, Shape | null>>,
  options: BatchNormOptions = {},
): BatchNormSizes {
  const [N, C, H, W] = imageShape('batchNorm2d', x);
  for (const [name, shape] of Object.entries(channels)) {
    if (shape !== null && (shape.length !== 1 || shape[0] !== C)) {
      throw new ShapeError(
        `batchNorm2d: ${name} ${formatShape(shape)} must be (C) = (${C}), as x is ${formatShape(x)}`,
      );
    }
  }
  const training = options.training ?? false;
  if (!training && !(channels.runningMean && channels.runningVar)) {
    throw new ShapeError('batchNorm2d: evaluation needs runningMean and runningVar');
  }
  if (!channels.runningMean !== !channels.runningVar) {
    throw new ShapeError('batchNorm2d: runningMean and runningVar go together: give both or neither');
  }
  if (training && N * H * W === 1) {
    throw new ShapeError(`batchNorm2d: x ${formatShape(x)} has one value a channel; training needs at least 2`);
  }
  return { N, C, pixels: H * W, training, momentum: options.momentum ?? 0.1, eps: options.eps ?? 1e-5 };
}

/** Writes y, and mean and invStd for the backward pass; in training, moves runningMean and runningVar (where given). */
export function batchNorm2dForward(
  y: FloatArray,
  mean: FloatArray,
  invStd: FloatArray,
  runningMean: FloatArray | null,
  runningVar: FloatArray | null,
  x: FloatArray,
  weight: FloatArray | null,
  bias: FloatArray | null,
  s: BatchNormSizes,
): void {
  const M = s.N * s.pixels;
  for (let c = 0; c < s.C; c++) {
    let mu: number;
    let variance: number;
    if (s.training) {
      let sum = 0;
      forEachOfChannel(s, c, (i) => {
        sum += x[i];
      });
      mu = sum / M;
      let squares = 0;
      forEachOfChannel(s, c, (i) => {
        squares += (x[i] - mu) * (x[i] - mu);
      });
      variance = squares / M;
      if (runningMean && runningVar) {
        runningMean[c] = (1 - s.momentum) * runningMean[c] + s.momentum * mu;
        runningVar[c] = (1 - s.momentum) * runningVar[c] + s.momentum * (squares / (M - 1));
      }
    } else {
      mu = runningMean![c];
      variance = runningVar![c];
    }
    const inv = 1 / Math.sqrt(variance + s.eps);
    const scale = (weight ? weight[c] : 1) * inv;
    const shift = bias ? bias[c] : 0;
    forEachOfChannel(s, c, (i) => {
      y[i] = scale * (x[i] - mu) + shift;
    });
    mean[c] = mu;
    invStd[c] = inv;
  }
}

/**
 * Writes the gradients that are asked for (not null). As y = weight · x̂ + bias,
 *   dbias[c] += dy  and  dweight[c] += x̂ · dy.
 * In evaluation, x̂ is a scaled x:  dx = weight · invStd · dy.
 * In training, mean and invStd depend on x, too; through them, dx loses the part of dy along 1 and the part along x̂:
 *   dx = weight · invStd · (dy − Σdy / M − x̂ · Σ(x̂·dy) / M)
 *
 * mean was rounded when it was stored. Where numbers are large and lie close together, that is as much as their deviations: of
 * 10000 ± 0.001, f32 may keep 10000.0005 as the mean. In training the deviations tell what was lost: from the true mean they
 * would add up to 0, so the true mean is  mean + Σ(x − mean) / M.
 */
export function batchNorm2dBackward(
  dx: FloatArray | null,
  dweight: FloatArray | null,
  dbias: FloatArray | null,
  dy: FloatArray,
  x: FloatArray,
  weight: FloatArray | null,
  mean: FloatArray,
  invStd: FloatArray,
  s: BatchNormSizes,
): void {
  const M = s.N * s.pixels;
  for (let c = 0; c < s.C; c++) {
    let deviations = 0;
    if (s.training) {
      forEachOfChannel(s, c, (i) => {
        deviations += x[i] - mean[c];
      });
    }
    const mu = mean[c] + deviations / M;
    let sumDy = 0;
    let sumXhatDy = 0;
    forEachOfChannel(s, c, (i) => {
      sumDy += dy[i];
      sumXhatDy += (x[i] - mu) * invStd[c] * dy[i];
    });
    if (dbias) dbias[c] = sumDy;
    if (dweight) dweight[c] = sumXhatDy;
    if (dx) {
      const scale = (weight ? weight[c] : 1) * invStd[c];
      forEachOfChannel(s, c, (i) => {
        const xhat = (x[i] - mu) * invStd[c];
        dx[i] = s.training ? scale * (dy[i] - sumDy / M - (xhat * sumXhatDy) / M) : scale * dy[i];
      });
    }
  }
}

function forEachOfChannel({ N, C, pixels }: BatchNormSizes, c: number, visit: (i: number) => void): void {
  for (let n = 0; n < N; n++) {
    const plane = (n * C + c) * pixels;
    for (let i = plane; i < plane + pixels; i++) visit(i);
  }
}
