import * as F from '../nn/functional/index.js';
import { ShapeError } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The identity where a block changes the shape, without parameters: every `stride`-th pixel, and channels of zeros behind those
 * that are there. (N, C, H, W) to (N, outChannels, ⌈H / stride⌉, ⌈W / stride⌉). Throws a ShapeError if `outChannels` is less than C.
 *
 * Source: option A in He et al., "Deep Residual Learning for Image Recognition" (2016), https://arxiv.org/abs/1512.03385
 */
export function identityShortcut(x: Tensor, outChannels: number, stride: number): Tensor {
  if (stride !== 1) x = F.avgPool2d(x, 1, { stride }); // a window of one pixel, which is its own mean
  const [N, C, H, W] = x.shape;
  if (outChannels === C) return x;
  if (outChannels < C) throw new ShapeError(`identityShortcut: x has ${C} channels, and can't pass as ${outChannels}`);
  // As an "image" of C rows, each a whole channel, it gets rows of zeros at its bottom.
  return F.pad(x.reshape([N, C, H * W]), [0, 0, 0, outChannels - C]).reshape([N, outChannels, H, W]);
}
