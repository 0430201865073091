import { adaptiveAvgPool2dSizes } from '../../ops/adaptiveAvgPool2d.js';
import { type AvgPool2dOptions, avgPool2dSizes } from '../../ops/avgPool2d.js';
import { maxPool2dSizes } from '../../ops/maxPool2d.js';
import { requireOptions } from '../../ops/options.js';
import type { Pair } from '../../ops/shape.js';
import type { PoolOptions } from '../../ops/windows.js';
import { apply, requireTensor, type Tensor, workTensor } from '../../tensor/tensor.js';

export interface MaxPool2dOptions extends PoolOptions {
  /** Return `[y, indices]` instead of y. indices (N, C, H_out, W_out), int32, says where in its H x W image each maximum is,
   *  as h · W + w. Default false. */
  returnIndices?: boolean;
}

/**
 * The largest value of each window: x (N, C, H, W) gives (N, C, H_out, W_out). The maths is in `ops/maxPool2d.ts`.
 * Throws a ShapeError where a window doesn't fit.
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: Pair,
  options: MaxPool2dOptions & { returnIndices: true },
): [Tensor, Tensor];
export function maxPool2d(x: Tensor, kernelSize: Pair, options?: MaxPool2dOptions): Tensor;
export function maxPool2d(x: Tensor, kernelSize: Pair, options: MaxPool2dOptions = {}): Tensor | [Tensor, Tensor] {
  requireTensor('maxPool2d', 'x', x);
  requireOptions('maxPool2d', options, {
    stride: true,
    padding: true,
    dilation: true,
    ceilMode: true,
    returnIndices: true,
  });
  const s = maxPool2dSizes(x.shape, kernelSize, options);
  const shape = [s.N, s.C, s.H_out, s.W_out];
  const indices = workTensor(x, shape, 'int32');
  const returned = options.returnIndices ? indices.detach() : null;
  const y = apply({
    name: 'maxPool2d',
    inputs: [x],
    shape,
    saved: [indices],
    forward: (k, y) => k.maxPool2d.forward(y, indices.buffer, x.buffer, s),
    backward: (k, dy, [dx]) => k.maxPool2d.backward(dx!, dy, indices.buffer, s),
  });
  return returned ? [y, returned] : y;
}

/**
 * The mean of each window: x (N, C, H, W) gives (N, C, H_out, W_out). The maths is in `ops/avgPool2d.ts`.
 * Throws a ShapeError where a window doesn't fit.
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPool2dOptions = {}): Tensor {
  requireTensor('avgPool2d', 'x', x);
  requireOptions('avgPool2d', options, {
    stride: true,
    padding: true,
    ceilMode: true,
    countIncludePad: true,
    divisorOverride: true,
  });
  const s = avgPool2dSizes(x.shape, kernelSize, options);
  return apply({
    name: 'avgPool2d',
    inputs: [x],
    shape: [s.N, s.C, s.H_out, s.W_out],
    forward: (k, y) => k.avgPool2d.forward(y, x.buffer, s),
    backward: (k, dy, [dx]) => k.avgPool2d.backward(dx!, dy, s),
  });
}

/**
 * The mean of each cell of a grid laid over the image: x (N, C, H, W) gives (N, C, ...outputSize), where null keeps the
 * image's own size. The maths is in `ops/adaptiveAvgPool2d.ts`. Throws a ShapeError unless the sizes are whole numbers ≥ 1.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: number | readonly [number | null, number | null]): Tensor {
  requireTensor('adaptiveAvgPool2d', 'x', x);
  const s = adaptiveAvgPool2dSizes(x.shape, outputSize);
  return apply({
    name: 'adaptiveAvgPool2d',
    inputs: [x],
    shape: [s.N, s.C, s.H_out, s.W_out],
    forward: (k, y) => k.adaptiveAvgPool2d.forward(y, x.buffer, s),
    backward: (k, dy, [dx]) => k.adaptiveAvgPool2d.backward(dx!, dy, s),
  });
}
