/**
 * What layers make of an image whose pixels have changed places. A fully connected layer sums over all pixels, so their order is nothing to
 * it: with its weights in the same new order it gives the same scores, and the same gradients. A convolution asks which pixels are
 * neighbours; but where the whole image moves, its map moves with it.
 */
import { conv2dForward, conv2dSizes } from '../ops/conv2d.js';
import { crossEntropyBackward, crossEntropySizes } from '../ops/crossEntropy.js';
import { linearBackward, linearForward, linearSizes } from '../ops/linear.js';
import type { Shape } from '../ops/shape.js';
import { zeros } from './figure.js';

type Values = Float64Array;

/** A fully connected layer, (O, I) and (O), and a kernel, (K, K) with an odd K, of which neither was made for the image. */
export interface TwoLayers {
  readonly weight: Values;
  readonly bias: Values;
  readonly kernel: Values;
}

/** Rows of values, each of which has its entry `order[i]` at place i. */
export function reordered(rows: Values, order: ArrayLike<number>): Values {
  const I = order.length;
  return rows.map((_, at) => rows[at - (at % I) + order[at % I]]);
}

/** Each entry back at its place: `restored(reordered(rows, order), order)` is `rows`. */
export function restored(rows: Values, order: ArrayLike<number>): Values {
  const I = order.length;
  const back = new Float64Array(rows.length);
  rows.forEach((value, at) => {
    back[at - (at % I) + order[at % I]] = value;
  });
  return back;
}

/** The image (H, W), down and to the right by so many pixels. What comes in at a side is 0. */
export function moved(image: Values, [H, W]: Shape, [down, right]: readonly [number, number]): Values {
  return image.map((_, at) => {
    const [h, w] = [Math.floor(at / W) - down, (at % W) - right];
    return h >= 0 && h < H && w >= 0 && w < W ? image[h * W + w] : 0;
  });
}

/** The largest |a − b|. */
export function largestDifference(a: Values, b: Values): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

/** ‖b − a‖ / ‖a‖: 0 is the same, 1 as far from a as zeros are. */
export function relativeDistance(a: Values, b: Values): number {
  return Math.sqrt(
    a.reduce((sum, value, i) => sum + (b[i] - value) ** 2, 0) / a.reduce((sum, value) => sum + value ** 2, 0),
  );
}

export interface Shuffled {
  /** The image with its pixels in the new order. */
  readonly image: Values;
  /** The fully connected layer's scores: of the image; of the shuffled image, with its weights shuffled likewise; with them as they were. */
  readonly scores: { readonly before: Values; readonly likewise: Values; readonly unaware: Values };
  /** The gradient of its weights for the class `target`: of the image; and of the shuffled image, with its entries back at their places. */
  readonly dweight: { readonly before: Values; readonly restored: Values };
  /** The convolution's map, as large as the image: of the image; of the shuffled image; and that one with its entries back at their places. */
  readonly map: { readonly before: Values; readonly after: Values; readonly restored: Values };
}

/** Puts entry `order[i]` of the image (H, W) at place i, and has both layers look at it. */
export function shuffled(
  image: Values,
  shape: Shape,
  order: ArrayLike<number>,
  layers: TwoLayers,
  target: number,
): Shuffled {
  const { weight, bias, kernel } = layers;
  const [after, likewise] = [reordered(image, order), reordered(weight, order)];
  const map = mapOf(after, shape, kernel);
  return {
    image: after,
    scores: {
      before: scoresOf(image, weight, bias),
      likewise: scoresOf(after, likewise, bias),
      unaware: scoresOf(after, weight, bias),
    },
    dweight: {
      before: dweightOf(image, weight, bias, target),
      restored: restored(dweightOf(after, likewise, bias, target), order),
    },
    map: { before: mapOf(image, shape, kernel), after: map, restored: restored(map, order) },
  };
}

export interface Moved {
  readonly image: Values;
  readonly scores: { readonly before: Values; readonly after: Values };
  /** The convolution's map: of the image; of the image that was moved; and that one, moved back. */
  readonly map: { readonly before: Values; readonly after: Values; readonly movedBack: Values };
}

/** Moves the image (H, W), and has both layers look at it. */
export function movedImage(
  image: Values,
  shape: Shape,
  by: readonly [down: number, right: number],
  layers: TwoLayers,
): Moved {
  const { weight, bias, kernel } = layers;
  const after = moved(image, shape, by);
  const map = mapOf(after, shape, kernel);
  return {
    image: after,
    scores: { before: scoresOf(image, weight, bias), after: scoresOf(after, weight, bias) },
    map: { before: mapOf(image, shape, kernel), after: map, movedBack: moved(map, shape, [-by[0], -by[1]]) },
  };
}

function scoresOf(x: Values, weight: Values, bias: Values): Values {
  const y = zeros([bias.length]);
  linearForward(y, x, weight, bias, linearSizes([1, x.length], [bias.length, x.length], [bias.length]));
  return y;
}

/** The gradient of the cross-entropy of the scores. */
function dweightOf(x: Values, weight: Values, bias: Values, target: number): Values {
  const [O, I] = [bias.length, x.length];
  const s = crossEntropySizes([1, O], [target], null, {});
  const [dy, dweight] = [zeros([1, O]), zeros([O, I])];
  crossEntropyBackward(dy, Float64Array.of(1), scoresOf(x, weight, bias), Int32Array.of(target), null, s);
  linearBackward(null, dweight, null, dy, x, weight, linearSizes([1, I], [O, I], [O]));
  return dweight;
}

function mapOf(x: Values, [H, W]: Shape, kernel: Values): Values {
  const K = Math.sqrt(kernel.length);
  const s = conv2dSizes([1, 1, H, W], [1, 1, K, K], null, { padding: 'same' });
  const y = zeros([H, W]);
  conv2dForward(y, x, kernel, null, s);
  return y;
}
