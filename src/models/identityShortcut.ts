import * as F from '../nn/functional/index.js';
import { ShapeError } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * A shortcut without parameters for a block that changes the shape: it keeps every `stride`-th pixel, and appends channels of
 * zeros. (N, C, H, W) to (N, outChannels, ⌈H / stride⌉, ⌈W / stride⌉). Throws a ShapeError if `outChannels` is less than C.
 *
 * Source: option A in He et al., "Deep Residual Learning for Image Recognition" (2016), https://arxiv.org/abs/1512.03385
 */
export function identityShortcut(x: Tensor, outChannels: number, stride: number): Tensor {
  if (stride !== 1) x = F.avgPool2d(x, 1, { stride }); // the mean of one pixel is that pixel
  const [N, C, H, W] = x.shape;
  if (outChannels === C) return x;
  if (outChannels < C) throw new ShapeError(`identityShortcut: x has ${C} channels, and can't pass as ${outChannels}`);
  // pad knows rows, not channels. So each channel becomes a row of an image (N, C, H·W), and rows of zeros are added below.
  return F.pad(x.reshape([N, C, H * W]), [0, 0, 0, outChannels - C]).reshape([N, outChannels, H, W]);
}
