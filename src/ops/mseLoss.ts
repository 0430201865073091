/**
 * mseLoss: the mean squared error.
 *
 *   loss[i] = (x[i] − target[i])²      'mean': Σ_i loss[i] / count    'sum': Σ_i loss[i]    'none': every loss[i]
 *
 *   x, target (the same shape)   loss () or the shape of x
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 *
 * @example
 * F.mseLoss(tensor([1, 2], [2]), tensor([2, 4], [2]))
 * // → 2.5
 */
import type { FloatArray } from './accumulate.js';
import { checkReduction, type Reduction } from './nllLoss.js';
import { formatShape, type Shape, ShapeError, sameShape } from './shape.js';

export interface MseLossSizes {
  readonly reduction: Reduction;
}

export function mseLossSizes(x: Shape, target: Shape, reduction: Reduction = 'mean'): MseLossSizes {
  if (!sameShape(x, target)) {
    throw new ShapeError(`mseLoss: x ${formatShape(x)} and target ${formatShape(target)} must have the same shape`);
  }
  return { reduction: checkReduction('mseLoss', reduction) };
}

/** Writes loss. */
export function mseLossForward(loss: FloatArray, x: FloatArray, target: FloatArray, s: MseLossSizes): void {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const square = (x[i] - target[i]) * (x[i] - target[i]);
    if (s.reduction === 'none') loss[i] = square;
    sum += square;
  }
  if (s.reduction === 'sum') loss[0] = sum;
  if (s.reduction === 'mean') loss[0] = sum / x.length;
}

/** Writes the gradients that are asked for (not null).
 *  dx = 2 · (x − target) · dloss  and  dtarget = −dx;  the mean divides both by the count. */
export function mseLossBackward(
  dx: FloatArray | null,
  dtarget: FloatArray | null,
  dloss: FloatArray,
  x: FloatArray,
  target: FloatArray,
  s: MseLossSizes,
): void {
  const divisor = s.reduction === 'mean' ? x.length : 1;
  for (let i = 0; i < x.length; i++) {
    const d = (2 * (x[i] - target[i]) * dloss[s.reduction === 'none' ? i : 0]) / divisor;
    if (dx) dx[i] = d;
    if (dtarget) dtarget[i] = -d;
  }
}
