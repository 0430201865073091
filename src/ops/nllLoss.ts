/**
 * nllLoss: the negative log-likelihood; the less probable the right class was thought, the more it costs.
 *
 *   loss[n] = −weight[t] · x[n,t]   with t = target[n] and x log-probabilities;   0 where t = ignoreIndex
 *   'mean': Σ_n loss[n] / Σ_n weight[t]    'sum': Σ_n loss[n]    'none': every loss[n]
 *
 *   x (N, C) or (N, C, d1, …)   target (N) or (N, d1, …), class indices   weight (C)   loss () or the shape of target
 *
 * Chapter: docs/learn/13-cross-entropy.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 *
 * @example
 * F.nllLoss(tensor([-1,-2, -3,-4], [2, 2]), [0, 1])
 * // → 2.5
 */
import type { FloatArray } from './accumulate.js';
import { formatShape, numel, type Shape, ShapeError } from './shape.js';

export type Reduction = 'mean' | 'sum' | 'none';

export interface NllLossOptions {
  /** How the losses of the batch become one: their weighted mean, their sum; 'none' keeps all. Default 'mean'. */
  reduction?: Reduction;
  /** Where the target has this value, there is no loss and no gradient. Default −100. */
  ignoreIndex?: number;
}

export interface NllLossSizes {
  readonly N: number;
  readonly C: number;
  /** d1 · d2 · …: 1 for x (N, C). */
  readonly inner: number;
  readonly reduction: Reduction;
  readonly ignoreIndex: number;
}

/** `reduction`, or an error. */
export function checkReduction(operation: string, reduction: Reduction): Reduction {
  if (!['mean', 'sum', 'none'].includes(reduction)) {
    throw new ShapeError(`${operation}: reduction must be 'mean', 'sum' or 'none', but is ${reduction}`);
  }
  return reduction;
}

/** Checks the shapes, and that every target is a class. */
export function nllLossSizes(
  operation: string,
  x: Shape,
  target: ArrayLike<number>,
  weight: Shape | null,
  options: NllLossOptions,
): NllLossSizes {
  if (x.length < 2) throw new ShapeError(`${operation}: x ${formatShape(x)} must be (N, C) or (N, C, d1, …)`);
  const s = { N: x[0], C: x[1], inner: numel(x.slice(2)) };
  const { reduction = 'mean', ignoreIndex = -100 } = options;
  if (!Number.isInteger(ignoreIndex))
    throw new ShapeError(`${operation}: ignoreIndex ${ignoreIndex} must be a whole number`);
  if (target.length !== s.N * s.inner) {
    throw new ShapeError(
      `${operation}: x ${formatShape(x)} needs ${s.N * s.inner} targets, but ${target.length} are given`,
    );
  }
  if (weight !== null && (weight.length !== 1 || weight[0] !== s.C)) {
    throw new ShapeError(`${operation}: weight ${formatShape(weight)} must be (C) = (${s.C})`);
  }
  for (let n = 0; n < target.length; n++) {
    const t = target[n];
    if (t !== ignoreIndex && !(Number.isInteger(t) && t >= 0 && t < s.C)) {
      throw new ShapeError(
        `${operation}: target[${n}] = ${t} isn't a class: x ${formatShape(x)} has the classes 0 … ${s.C - 1}`,
      );
    }
  }
  return { reduction: checkReduction(operation, reduction), ignoreIndex, ...s };
}

/** Writes loss. */
export function nllLossForward(
  loss: FloatArray,
  x: FloatArray,
  target: Int32Array,
  weight: FloatArray | null,
  s: NllLossSizes,
): void {
  let sum = 0;
  let weights = 0;
  if (s.reduction === 'none') loss.fill(0);
  forEachTarget(target, s, (ti, start, t) => {
    const w = weight ? weight[t] : 1;
    const cost = -w * x[start + t * s.inner];
    if (s.reduction === 'none') loss[ti] = cost;
    sum += cost;
    weights += w;
  });
  if (s.reduction === 'sum') loss[0] = sum;
  if (s.reduction === 'mean') loss[0] = sum / weights;
}

/** Writes dx. As loss −= weight[t] · x[t],  dx[t] −= weight[t] · dloss;  the mean divides that by Σ weight[t]. */
export function nllLossBackward(
  dx: FloatArray,
  dloss: FloatArray,
  target: Int32Array,
  weight: FloatArray | null,
  s: NllLossSizes,
): void {
  dx.fill(0);
  const divisor = s.reduction === 'mean' ? targetWeights(target, weight, s) : 1;
  forEachTarget(target, s, (ti, start, t) => {
    const w = weight ? weight[t] : 1;
    dx[start + t * s.inner] = (-w * dloss[s.reduction === 'none' ? ti : 0]) / divisor;
  });
}

/** Σ weight[t] over the targets that aren't ignored: what a mean divides by. */
export function targetWeights(target: Int32Array, weight: FloatArray | null, s: NllLossSizes): number {
  let sum = 0;
  forEachTarget(target, s, (_ti, _start, t) => {
    sum += weight ? weight[t] : 1;
  });
  return sum;
}

/** `ignoreIndex` as an i32, for kernels. One beyond i32 can't be a target, so −1 takes its place, which can't be one either. */
export function ignoredTarget({ ignoreIndex }: NllLossSizes): number {
  return (ignoreIndex | 0) === ignoreIndex ? ignoreIndex : -1;
}

/** Visits every target that isn't ignored: class c of its x is at start + c · inner. */
export function forEachTarget(
  target: Int32Array,
  { N, C, inner, ignoreIndex }: NllLossSizes,
  visit: (ti: number, start: number, t: number) => void,
): void {
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < inner; i++) {
      const ti = n * inner + i;
      if (target[ti] !== ignoreIndex) visit(ti, n * C * inner + i, target[ti]);
    }
  }
}
