import * as F from '../nn/functional/index.js';
import { namedLayers } from '../nn/layers.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Classifier, scoresOf } from '../training/index.js';
import { classesOf, examine, type Labels } from './examine.js';
import { probeLayers } from './probes.js';

export interface LayerGradient {
  /** The path in the network, such as `incep1.branch1x1`. */
  readonly name: string;
  /** The kind of layer, such as `Conv2d`. */
  readonly type: string;
  /** d loss / d output: as large as the layer's output. Null: the loss doesn't depend on it. It stays until it is released. */
  readonly gradient: Tensor | null;
}

export interface Gradients {
  /** One number: the mean over the images. */
  readonly loss: Tensor;
  /** d loss / d x (N, C, H, W). */
  readonly dx: Tensor;
  /** In the order of the calls, as those of `layerOutputs`. */
  readonly layers: readonly LayerGradient[];
}

/**
 * How the loss of images x (N, C, H, W) changes with what every layer gives: the gradients that a training step sends back through the
 * network. The loss is cross-entropy, its mean over the images; `target` is a class for all images, or one for each. The network is in
 * evaluation mode. Throws a RangeError if a target is no class, a ShapeError if there aren't as many as images.
 *
 * @example
 * const { layers } = layerGradients(model, x, 7);
 * for (const { name, gradient } of layers) console.log(name, magnitude(await gradient!.data()).norm);
 */
export function layerGradients(model: Classifier, x: Tensor, target: Labels): Gradients {
  return examine(model, (hooks) => {
    using pixels = x.detach().requiresGrad_();
    const calls = probeLayers(namedLayers(model), hooks);
    const scores = scoresOf(model.forward(pixels));
    const loss = F.crossEntropy(scores, classesOf('layerGradients', scores, target));
    loss.backward();
    const layers = calls.map(({ name, type, output, probe }) => {
      const gradient = probe.grad;
      probe.release();
      output.release();
      return { name, type, gradient };
    });
    return { loss, dx: pixels.grad!, layers };
  });
}

export interface Magnitude {
  /** √Σ v²: the Euclidean norm. */
  readonly norm: number;
  /** Σ |v| / count. */
  readonly mean: number;
  /** max |v|. */
  readonly largest: number;
}

/** How large numbers are, as a gradient's. Sums are kept in f64. */
export function magnitude(values: ArrayLike<number>): Magnitude {
  let [squares, sum, largest] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = Math.abs(values[i]);
    squares += value * value;
    sum += value;
    largest = Math.max(largest, value);
  }
  return { norm: Math.sqrt(squares), mean: values.length === 0 ? 0 : sum / values.length, largest };
}
