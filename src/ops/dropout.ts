/**
 * dropout: in training, sets each value to 0 with probability p, and scales the others so that the mean stays.
 *
 *   y[i] = mask[i] · x[i] / (1 − p)      mask[i]: 0 with probability p, else 1
 *
 *   x, y, mask (any shape)
 *
 * The mask comes from the generator (tensor/random.ts); the operation itself is the same every time.
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: Srivastava et al., "Dropout" (2014), https://jmlr.org/papers/v15/srivastava14a.html;
 * https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @example Nothing is dropped outside training.
 * F.dropout(tensor([1, 2], [2]), 0.5, { training: false })
 * // → [1,2]
 */
import type { FloatArray } from './accumulate.js';
import { ShapeError } from './shape.js';

export interface DropoutSizes {
  readonly p: number;
}

export function dropoutSizes(p: number): DropoutSizes {
  if (!(p >= 0 && p <= 1)) throw new ShapeError(`dropout: p must be in 0 … 1, but is ${p}`);
  return { p };
}

/** Writes y. */
export function dropoutForward(y: FloatArray, x: FloatArray, mask: FloatArray, s: DropoutSizes): void {
  for (let i = 0; i < y.length; i++) y[i] = mask[i] === 0 ? 0 : x[i] / (1 - s.p);
}

/** Writes dx. As y = x / (1 − p) where it was kept,  dx = dy / (1 − p)  there and  dx = 0  elsewhere. */
export function dropoutBackward(dx: FloatArray, dy: FloatArray, mask: FloatArray, s: DropoutSizes): void {
  for (let i = 0; i < dx.length; i++) dx[i] = mask[i] === 0 ? 0 : dy[i] / (1 - s.p);
}
