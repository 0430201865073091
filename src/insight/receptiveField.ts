import { kindOf } from '../nn/kind.js';
import { namedLayers } from '../nn/layers.js';
import type { AnyModule } from '../nn/module.js';
import { borrow } from '../nn/trial.js';
import { formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { Storage } from '../tensor/storage.js';
import { constantTensor, Tensor } from '../tensor/tensor.js';
import type { Classifier } from '../training/index.js';
import { examine, noSuchLayer } from './examine.js';
import { type ProbedCall, probeLayers } from './probes.js';
import { SeenBackend } from './seen.js';

/** What is seen of an image, or of what a layer gave. */
export interface Field {
  /** The path of the layer; '' for the image. */
  readonly name: string;
  /** Its place in the list of `layerOutputs`; −1 for the image. */
  readonly call: number;
  /** Without N: (C, H, W), or (D). */
  readonly shape: Shape;
  /** Row by row: 1 for each number that is seen, 0 for the others. */
  readonly seen: Uint8Array;
  /** The smallest rectangle around them, of all channels together: its first row and column, and how many it has. Of (D), there is one row. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The receptive field of one number of a layer: the pixels of the image that it was computed from, and which numbers of every layer in
 * between. First comes the image, then the layers that have a part in it, in the order of their calls; the last is the number itself.
 *
 * `inputShape` is (1, C, H, W); `layer` is the path of a layer, whose last call counts, or the number of a call in the list of
 * `layerOutputs`; `place` is where in what it gives: [c, h, w], or [d]. Nothing is computed of weights and pixels: a field
 * depends on sizes alone. It is found by one walk back through the network's own graph, on a backend whose gradients say who has seen whom.
 * So it holds for any network: windows with dilation and padding, branches, shortcuts.
 *
 * Throws a RangeError if there is no such layer or place, and a ShapeError if `inputShape` isn't of one image.
 *
 * Source: Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019), https://distill.pub/2019/computing-receptive-fields
 *
 * @example What a number of the lecture's second pooling sees.
 * const [image] = receptiveField(mnistNet(), [1, 1, 28, 28], 'pooling', [0, 0, 0]);
 * console.log(image.height, image.width); // 16 16
 */
export function receptiveField(
  model: Classifier,
  inputShape: Shape,
  layer: string | number,
  place: readonly number[],
): Field[] {
  if (inputShape[0] !== 1 || !inputShape.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new ShapeError(`receptiveField: inputShape ${formatShape(inputShape)} must be (1, C, H, W), of one image`);
  }
  const backend = new SeenBackend();
  return examine(model, (hooks) => {
    const putBack = borrow(model, backend);
    try {
      const x = new Tensor(Storage.allocate(backend, 'float32', numel(inputShape)), inputShape, true);
      const calls = probeLayers(namedLayers(model), hooks);
      model.forward(x);
      const last = findCall(model, calls, layer);
      const { output } = calls[last];
      const gradient = new Float32Array(output.numel);
      gradient[indexOf(place, output.shape.slice(1), calls[last].name)] = 1;
      output.backward(constantTensor(output, gradient, output.shape));
      const tensors = [x, ...calls.map(({ probe }) => probe)];
      return tensors.flatMap(({ grad }, i) => (grad ? [fieldOf(grad, i - 1, calls[i - 1]?.name ?? '')] : []));
    } finally {
      putBack();
    }
  });
}

function findCall(model: AnyModule, calls: readonly ProbedCall[], layer: string | number): number {
  if (typeof layer === 'number') {
    if (layer in calls) return layer;
    throw new RangeError(
      `receptiveField: there is no call ${layer} of ${calls.length} layers, which are 0 to ${calls.length - 1}`,
    );
  }
  const found = calls.findLastIndex(({ name }) => name === layer);
  if (found >= 0) return found;
  if (!model.namedModules().some(([path]) => path === layer && path !== '')) {
    throw noSuchLayer('receptiveField', model, layer);
  }
  throw new RangeError(
    `receptiveField: '${layer}' of ${kindOf(model)} is no layer that is called in evaluation; these are: ${[...new Set(calls.map(({ name }) => name))].join(', ')}`,
  );
}

function indexOf(place: readonly number[], shape: Shape, layer: string): number {
  const isInside =
    place.length === shape.length && place.every((at, d) => Number.isInteger(at) && at >= 0 && at < shape[d]);
  if (!isInside) {
    throw new RangeError(
      `receptiveField: ${formatShape(place)} is no place in what '${layer}' gives of an image, ${formatShape(shape)}`,
    );
  }
  return place.reduce((index, at, d) => index * shape[d] + at, 0);
}

function fieldOf(grad: Tensor, call: number, name: string): Field {
  const shape = grad.shape.slice(1);
  const seen = Uint8Array.from(grad.backend.readSync!(grad.buffer), (value) => (value > 0 ? 1 : 0));
  const width = shape.at(-1)!;
  const height = shape.length > 1 ? shape[shape.length - 2] : 1;
  let [top, left, bottom, right] = [height, width, 0, 0];
  seen.forEach((isSeen, i) => {
    if (!isSeen) return;
    const [h, w] = [Math.floor(i / width) % height, i % width];
    [top, left, bottom, right] = [Math.min(top, h), Math.min(left, w), Math.max(bottom, h + 1), Math.max(right, w + 1)];
  });
  return { name, call, shape, seen, top, left, height: bottom - top, width: right - left };
}
