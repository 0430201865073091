import type { Tensor } from '../tensor/tensor.js';
import { type Classifier, scoresOf } from '../training/index.js';
import { backwardFrom, examine, type Labels } from './examine.js';

/**
 * Which pixels decided: how the score of a class grows with each of them.
 *
 *   dx[n,c,h,w] = d score[n, label_n] / d x[n,c,h,w]      x, dx (N, C, H, W)   score (N, classes), before softmax
 *
 * The paper's map of an image is max_c |dx[c]|. `labels` are a class for all images, or one for each. Of an image that was normalised, a
 * pixel's own gradient is dx / deviation. Throws a RangeError if a label is no class, a ShapeError if there aren't as many as images.
 *
 * Source: Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks" (2013), https://arxiv.org/abs/1312.6034
 */
export function saliency(model: Classifier, x: Tensor, labels: Labels): Tensor {
  return examine(model, () => {
    using pixels = x.detach().requiresGrad_();
    backwardFrom('saliency', scoresOf(model.forward(pixels)), labels);
    return pixels.grad!;
  });
}
