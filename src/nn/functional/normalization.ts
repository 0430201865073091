import { type BatchNormOptions, batchNorm2dSizes } from '../../ops/batchNorm2d.js';
import { type LocalResponseNormOptions, localResponseNormSizes } from '../../ops/localResponseNorm.js';
import { requireOptions } from '../../ops/options.js';
import { apply, requireTensor, type Tensor, workTensor } from '../../tensor/tensor.js';

/**
 * Normalises every channel of x (N, C, H, W), then scales by weight (C) and shifts by bias (C), where they are given.
 * In training, runningMean and runningVar (C), where given, are updated in place; in evaluation they are needed. The maths is in
 * `ops/batchNorm2d.ts`. An x without values, such as an empty batch, has no statistics: nothing is updated. Throws a ShapeError where
 * the shapes don't fit, or training has one value a channel.
 */
export function batchNorm2d(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: BatchNormOptions = {},
): Tensor {
  requireTensor('batchNorm2d', 'x', x);
  requireOptions('batchNorm2d', options, { training: true, momentum: true, eps: true });
  const channels = { runningMean, runningVar, weight, bias };
  const shapes = Object.fromEntries(Object.entries(channels).map(([name, t]) => [name, t?.shape ?? null]));
  const s = batchNorm2dSizes(x.shape, shapes, options);
  if (x.numel === 0) return scaleAndShift(x, weight, bias);
  const mean = workTensor(x, [s.C]);
  const invStd = workTensor(x, [s.C]);
  return apply({
    name: 'batchNorm2d',
    inputs: [x, weight, bias],
    constants: [runningMean, runningVar],
    shape: x.shape,
    saved: [mean, invStd],
    forward: (k, y) =>
      k.batchNorm2d.forward(
        y,
        mean.buffer,
        invStd.buffer,
        runningMean?.buffer ?? null,
        runningVar?.buffer ?? null,
        x.buffer,
        weight?.buffer ?? null,
        bias?.buffer ?? null,
        s,
      ),
    backward: (k, dy, [dx, dweight, dbias]) =>
      k.batchNorm2d.backward(dx, dweight, dbias, dy, x.buffer, weight?.buffer ?? null, mean.buffer, invStd.buffer, s),
  });
}

/** The graph of an x without values. */
function scaleAndShift(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const y = weight ? x.mul(weight.reshape([-1, 1, 1])) : x.mul(1);
  return bias ? y.add(bias.reshape([-1, 1, 1])) : y;
}

/** Divides every value of x (N, C, …) by the strength of the `size` channels around it; the shape stays. See
 *  `ops/localResponseNorm.ts`. Throws a ShapeError if x has fewer than three dimensions, or `size` isn't a whole number ≥ 1. */
export function localResponseNorm(x: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  requireTensor('localResponseNorm', 'x', x);
  requireOptions('localResponseNorm', options, { alpha: true, beta: true, k: true });
  const s = localResponseNormSizes(x.shape, size, options);
  return apply({
    name: 'localResponseNorm',
    inputs: [x],
    shape: x.shape,
    forward: (k, y) => k.localResponseNorm.forward(y, x.buffer, s),
    backward: (k, dy, [dx]) => k.localResponseNorm.backward(dx!, dy, x.buffer, s),
  });
}
