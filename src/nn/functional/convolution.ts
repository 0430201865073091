import { type Conv2dOptions, type Conv2dSizes, conv2dSizes } from '../../ops/conv2d.js';
import { linearSizes } from '../../ops/linear.js';
import { requireOptions } from '../../ops/options.js';
import { ShapeError } from '../../ops/shape.js';
import { apply, requireTensor, type Tensor } from '../../tensor/tensor.js';
import { pad } from './shape.js';

export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

export interface PaddedConv2dOptions extends Conv2dOptions {
  /** What the padding shows. Default 'zeros'. */
  paddingMode?: PaddingMode;
}

/**
 * 2-D convolution of x (N, C_in, H, W) with weight (C_out, C_in / groups, K_h, K_w) and bias (C_out) or null, giving
 * (N, C_out, H_out, W_out). The maths is in `ops/conv2d.ts`. Throws a ShapeError where the shapes don't fit.
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: PaddedConv2dOptions = {}): Tensor {
  requireTensor('conv2d', 'x', x);
  requireTensor('conv2d', 'weight', weight);
  requireOptions('conv2d', options, { stride: true, padding: true, dilation: true, groups: true, paddingMode: true });
  const { paddingMode = 'zeros', ...rest } = options;
  if (!['zeros', 'reflect', 'replicate', 'circular'].includes(paddingMode)) {
    throw new ShapeError(`conv2d: paddingMode '${paddingMode}' isn't 'zeros', 'reflect', 'replicate' or 'circular'`);
  }
  const s = conv2dSizes(x.shape, weight.shape, bias?.shape ?? null, rest);
  const padding = border(s, options);
  if (paddingMode === 'zeros' || padding.every((width) => width === 0)) return convolve(x, weight, bias, s);
  const padded = pad(x, padding, { mode: paddingMode });
  const valid = conv2dSizes(padded.shape, weight.shape, bias?.shape ?? null, { ...rest, padding: 0 });
  // The padded image lives as long as this convolution needs it. If it requires a gradient, the graph sees to that.
  return convolve(padded, weight, bias, valid, padded.requiresGrad ? [] : [padded]);
}

function convolve(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  s: Conv2dSizes,
  saved: readonly Tensor[] = [],
): Tensor {
  return apply({
    name: 'conv2d',
    inputs: [x, weight, bias],
    shape: [s.N, s.C_out, s.H_out, s.W_out],
    saved,
    forward: (k, y) => k.conv2d.forward(y, x.buffer, weight.buffer, bias?.buffer ?? null, s),
    backward: (k, dy, [dx, dweight, dbias]) => k.conv2d.backward(dx, dweight, dbias, dy, x.buffer, weight.buffer, s),
  });
}

/** The padding as `[left, right, top, bottom]`. If 'same' needs an odd number, one more goes after the image. */
function border({ P_h, P_w, D_h, D_w, K_h, K_w }: Conv2dSizes, { padding }: Conv2dOptions): number[] {
  if (padding === 'same') return [P_w, D_w * (K_w - 1) - P_w, P_h, D_h * (K_h - 1) - P_h];
  return [P_w, P_w, P_h, P_h];
}

/**
 * The fully connected layer: x (…, in) with weight (out, in) and bias (out) or null gives (…, out).
 * The maths is in `ops/linear.ts`. Throws a ShapeError where the shapes don't fit.
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  requireTensor('linear', 'x', x);
  requireTensor('linear', 'weight', weight);
  const s = linearSizes(x.shape, weight.shape, bias?.shape ?? null);
  return apply({
    name: 'linear',
    inputs: [x, weight, bias],
    shape: [...x.shape.slice(0, -1), s.O],
    forward: (k, y) => k.linear.forward(y, x.buffer, weight.buffer, bias?.buffer ?? null, s),
    backward: (k, dy, [dx, dweight, dbias]) => k.linear.backward(dx, dweight, dbias, dy, x.buffer, weight.buffer, s),
  });
}
