import { type CrossEntropyOptions, crossEntropySizes } from '../../ops/crossEntropy.js';
import { mseLossSizes } from '../../ops/mseLoss.js';
import { type NllLossOptions, type NllLossSizes, nllLossSizes, type Reduction } from '../../ops/nllLoss.js';
import { apply, constantTensor, requireTensor, Tensor } from '../../tensor/tensor.js';

/** Class indices, in an array or a typed array: N of them, or for x (N, C, d1, …) those of the shape (N, d1, …), row by row. */
export type Target = ArrayLike<number>;

export interface ClassWeights {
  /** A weight for every class, (C). Default: 1 for each. */
  weight?: Tensor | ArrayLike<number>;
}

/**
 * The loss of a classifier whose scores are x (N, C) or (N, C, d1, …): a number, or with reduction 'none' (N, d1, …). See
 * `ops/crossEntropy.ts`. Throws a ShapeError where a target isn't one of the C classes.
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
 * The negative log-likelihood of log-probabilities x (N, C) or (N, C, d1, …): a number, or with reduction 'none' (N, d1, …). See
 * `ops/nllLoss.ts`. Throws a ShapeError where a target isn't one of the C classes.
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

/** The weights as a tensor that the graph may release: the caller's stays. */
function classWeights(x: Tensor, { weight }: ClassWeights): Tensor | null {
  if (weight === undefined) return null;
  return weight instanceof Tensor ? weight.detach() : constantTensor(x, weight, [weight.length]);
}

function lossShape(x: Tensor, s: NllLossSizes): number[] {
  return s.reduction === 'none' ? [s.N, ...x.shape.slice(2)] : [];
}

/** The mean squared error of x and target, of the same shape: a number, or with reduction 'none' of that shape. `reduction`:
 *  default 'mean'. See `ops/mseLoss.ts`. Throws a ShapeError if the shapes differ. */
export function mseLoss(x: Tensor, target: Tensor, options: { reduction?: Reduction } = {}): Tensor {
  requireTensor('mseLoss', 'x', x);
  requireTensor('mseLoss', 'target', target);
  const s = mseLossSizes(x.shape, target.shape, options.reduction);
  return apply({
    name: 'mseLoss',
    inputs: [x, target],
    shape: s.reduction === 'none' ? x.shape : [],
    forward: (k, loss) => k.mseLoss.forward(loss, x.buffer, target.buffer, s),
    backward: (k, dloss, [dx, dtarget]) => k.mseLoss.backward(dx, dtarget, dloss, x.buffer, target.buffer, s),
  });
}
