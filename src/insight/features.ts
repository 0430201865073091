/** What a network takes for similar: images that are near each other in what its last layer gets to see. */
import { Linear } from '../nn/index.js';
import { kindOf } from '../nn/kind.js';
import { requireOptions } from '../ops/options.js';
import { ShapeError } from '../ops/shape.js';
import { noGrad } from '../tensor/gradMode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Classifier } from '../training/index.js';
import { examine } from './examine.js';

/**
 * What the last layer is given: the input (N, D) of the Linear layer that is called last, for images x (N, C, H, W). Throws a RangeError
 * if the model calls none.
 */
export function features(model: Classifier, x: Tensor): Tensor {
  return examine(model, (hooks) =>
    noGrad(() => {
      let found: Tensor | null = null;
      for (const module of model.modules()) {
        if (!(module instanceof Linear)) continue;
        const hook = module.registerForwardHook((_, [input]) => {
          found = input;
        });
        hooks.push(hook);
      }
      model.forward(x);
      if (!found) throw new RangeError(`features: ${kindOf(model)} calls no Linear layer, whose input they are`);
      return (found as Tensor).flatten(1);
    }),
  );
}

export interface NearestOptions {
  /** How many. Default 10. */
  count?: number;
  /** 'cosine': 1 − a·b / (|a|·|b|), from 0 to 2, and 1 where either is 0; 'l2': |a − b|, the Euclidean distance. Default 'cosine'. */
  metric?: 'cosine' | 'l2';
}

export interface Neighbour {
  /** The row. */
  readonly index: number;
  readonly distance: number;
}

/**
 * The rows of `rows` (M, D) that are nearest to `row` (D), the nearest first, and of equals the first. Sums are kept in f64. Throws a
 * ShapeError if the rows aren't of D numbers each.
 *
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks" (2012), Figure 4: training
 * images by the Euclidean distance of what the last layer sees. The cosine leaves out how strong it is.
 */
export function nearest(row: ArrayLike<number>, rows: ArrayLike<number>, options: NearestOptions = {}): Neighbour[] {
  requireOptions('nearest', options, { count: true, metric: true });
  const { count = 10, metric = 'cosine' } = options;
  const D = row.length;
  if (D === 0 || rows.length % D !== 0) {
    throw new ShapeError(
      `nearest: ${rows.length} numbers are no rows of ${D}, as long as the row that they are held against`,
    );
  }
  const distanceTo = metric === 'cosine' ? cosine : euclidean;
  const found: Neighbour[] = [];
  for (let index = 0; index < rows.length / D; index++) {
    const distance = distanceTo(row, rows, index * D);
    const before = found.findLastIndex((other) => other.distance <= distance);
    if (before + 1 >= count) continue;
    found.splice(before + 1, 0, { index, distance });
    if (found.length > count) found.pop();
  }
  return found;
}

function cosine(a: ArrayLike<number>, rows: ArrayLike<number>, from: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    const b = rows[from + d];
    ab += a[d] * b;
    aa += a[d] * a[d];
    bb += b * b;
  }
  return aa * bb > 0 ? 1 - ab / Math.sqrt(aa * bb) : 1;
}

function euclidean(a: ArrayLike<number>, rows: ArrayLike<number>, from: number): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] - rows[from + d]) ** 2;
  return Math.sqrt(sum);
}
