import { type CrossEntropyOptions, crossEntropySizes } from '../../ops/crossEntropy.js';
import { mseLossSizes } from '../../ops/mseLoss.js';
import { type NllLossOptions, type NllLossSizes, nllLossSizes, type Reduction } from '../../ops/nllLoss.js';
import { formatShape } from '../../ops/shape.js';
import { apply, constantTensor, requireTensor, Tensor } from '../../tensor/tensor.js';

/** Class indices, in an array or a typed array; for x (N, C, d1, …) row by row. Of `mseLoss`: the values. */
export type Target = ArrayLike<number>;

export interface ClassWeights {
  /** A weight for every class (C). Default 1 each. */
  weight?: Tensor | ArrayLike<number>;
}

/**
 * The loss of a classifier whose scores are x (N, C) or (N, C, d1, …). See `ops/crossEntropy.ts`.
 * Throws a ShapeError where a target isn't one of the C classes.
 */
export function crossEntropy(x: Tensor, target: Target, options: CrossEntropyOptions & ClassWeights = {}): Tensor {
  requireTensor('crossEntropy', 'x', x);
  const weight = classWeights(x, options);
  const s = crossEntropySizes(x.shape, target, weight?.shape ?? null, options);
  const t = constantTensor(x, target, [target.length], 'int32');
  return apply({
    name: 'crossEntropy',
    inputs: [x],
    constants: [weight],
    shape: lossShape(x, s),
    saved: weight ? [t, weight] : [t],
    forward: (k, loss) => k.crossEntropy.forward(loss, x.buffer, t.buffer, weight?.buffer ?? null, s),
    backward: (k, dloss, [dx]) => k.crossEntropy.backward(dx!, dloss, x.buffer, t.buffer, weight?.buffer ?? null, s),
  });
}

/**
 * The negative log-likelihood of log-probabilities x (N, C) or (N, C, d1, …). See `ops/nllLoss.ts`.
 * Throws a ShapeError where a target isn't one of the C classes.
 */
export function nllLoss(x: Tensor, target: Target, options: NllLossOptions & ClassWeights = {}): Tensor {
  requireTensor('nllLoss', 'x', x);
  const weight = classWeights(x, options);
  const s = nllLossSizes('nllLoss', x.shape, target, weight?.shape ?? null, options);
  const t = constantTensor(x, target, [target.length], 'int32');
  return apply({
    name: 'nllLoss',
    inputs: [x],
    constants: [weight],
    shape: lossShape(x, s),
    saved: weight ? [t, weight] : [t],
    forward: (k, loss) => k.nllLoss.forward(loss, x.buffer, t.buffer, weight?.buffer ?? null, s),
    backward: (k, dloss, [dx]) => k.nllLoss.backward(dx!, dloss, t.buffer, weight?.buffer ?? null, s),
  });
}

/** A tensor of its own for the graph to keep. */
function classWeights(x: Tensor, { weight }: ClassWeights): Tensor | null {
  if (weight === undefined) return null;
  return weight instanceof Tensor ? weight.detach() : constantTensor(x, weight, [weight.length]);
}

function lossShape(x: Tensor, s: NllLossSizes): number[] {
  return s.reduction === 'none' ? [s.N, ...x.shape.slice(2)] : [];
}

/** The mean squared error of x and target, a tensor of the same shape, or an array or a typed array of as many values.
 *  See `ops/mseLoss.ts`. */
export function mseLoss(x: Tensor, target: Tensor | Target, options: { reduction?: Reduction } = {}): Tensor {
  requireTensor('mseLoss', 'x', x);
  const t = target instanceof Tensor ? target : valuesLike(x, target);
  const s = mseLossSizes(x.shape, t.shape, options.reduction);
  return apply({
    name: 'mseLoss',
    inputs: [x, t],
    shape: s.reduction === 'none' ? x.shape : [],
    saved: t === target ? [] : [t],
    forward: (k, loss) => k.mseLoss.forward(loss, x.buffer, t.buffer, s),
    backward: (k, dloss, [dx, dtarget]) => k.mseLoss.backward(dx, dtarget, dloss, x.buffer, t.buffer, s),
  });
}

/** The values as a tensor of x's shape, for the graph to keep. */
function valuesLike(x: Tensor, values: Target): Tensor {
  if (!isArray(values) || values.length !== x.numel) {
    const given = isArray(values) ? `${values.length} values are` : `${values} is`;
    throw new TypeError(
      `mseLoss: target must be a tensor, or an array of the ${x.numel} values of x ${formatShape(x.shape)}, but ${given} given`,
    );
  }
  return constantTensor(x, values, x.shape);
}

function isArray(values: unknown): values is ArrayLike<number> {
  return Array.isArray(values) || ArrayBuffer.isView(values);
}
