import { broadcastSizes } from '../../ops/broadcast.js';
import { type CrossEntropyOptions, crossEntropySizes } from '../../ops/crossEntropy.js';
import { mseLossSizes } from '../../ops/mseLoss.js';
import { type NllLossOptions, type NllLossSizes, nllLossSizes, type Reduction } from '../../ops/nllLoss.js';
import { requireOptions } from '../../ops/options.js';
import { formatShape, ShapeError, sameShape } from '../../ops/shape.js';
import { apply, constantTensor, requireTensor, Tensor } from '../../tensor/tensor.js';
import { logSoftmax } from './activation.js';

/** Class indices, in an array or a typed array: N of them, or for x (N, C, d1, …) those of the shape (N, d1, …), row by row. Of
 *  `mseLoss`: the values. */
export type Target = ArrayLike<number>;

export interface ClassWeights {
  /** A weight for every class, (C). Default: 1 for each. */
  weight?: Tensor | ArrayLike<number>;
}

/**
 * The loss of a classifier whose scores are x (N, C) or (N, C, d1, …): a number, or with reduction 'none' (N, d1, …). See
 * `ops/crossEntropy.ts`. A target of x's shape, a tensor or an array of as many values, has the probabilities of all classes; its mean
 * is over the images (and d1, …), whatever the weights. Throws a ShapeError where a target isn't one of the C classes.
 */
export function crossEntropy(
  x: Tensor,
  target: Target | Tensor,
  options: CrossEntropyOptions & ClassWeights = {},
): Tensor {
  requireTensor('crossEntropy', 'x', x);
  requireOptions('crossEntropy', options, { weight: true, reduction: true, ignoreIndex: true, labelSmoothing: true });
  if (target instanceof Tensor || (isArray(target) && target.length === x.numel && x.shape[1] !== 1)) {
    return crossEntropyOfProbabilities(x, target, options);
  }
  requireClasses('crossEntropy', target);
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

/** −Σ_c weight[c] · q[c] · logp[c] with q = (1 − ε) · target + ε / C, as logp is in `ops/crossEntropy.ts`. */
function crossEntropyOfProbabilities(
  x: Tensor,
  target: Target | Tensor,
  { weight, ignoreIndex = -100, ...options }: CrossEntropyOptions & ClassWeights,
): Tensor {
  if (target instanceof Tensor && !sameShape(target.shape, x.shape)) {
    throw new ShapeError(
      `crossEntropy: target ${formatShape(target.shape)} is a tensor, which has the probabilities of all classes, in the shape of x ${formatShape(x.shape)}; class indices are an array or a typed array, such as await target.data()`,
    );
  }
  if (ignoreIndex >= 0) throw new ShapeError('crossEntropy: ignoreIndex is for class indices, not for probabilities');
  const [, C, ...inner] = x.shape;
  const weightShape = weight instanceof Tensor ? weight.shape : weight && [weight.length];
  const { reduction, labelSmoothing } = crossEntropySizes([0, C, ...inner], [], weightShape ?? null, options);
  let logp = logSoftmax(x, 1);
  if (weight) {
    const shape = [C, ...inner.map(() => 1)];
    logp = weight instanceof Tensor ? logp.mul(weight.reshape(shape)) : times(logp, constantTensor(x, weight, shape));
  }
  const sure = target instanceof Tensor ? logp.mul(target) : times(logp, constantTensor(x, target, x.shape));
  let loss = sure.sum(1).mul(labelSmoothing - 1);
  if (labelSmoothing > 0) loss = loss.sub(logp.sum(1).mul(labelSmoothing / C));
  if (reduction === 'none') return loss;
  return reduction === 'sum' ? loss.sum() : loss.mean();
}

/** x · factor, which is the graph's own. */
function times(x: Tensor, factor: Tensor): Tensor {
  const s = broadcastSizes('mul', x.shape, factor.shape);
  return apply({
    name: 'mul',
    inputs: [x, factor],
    shape: s.shape,
    saved: [factor],
    forward: (k, y) => k.mul.forward(y, x.buffer, factor.buffer, s),
    backward: (k, dy, [dx, dfactor]) => k.mul.backward(dx, dfactor, dy, x.buffer, factor.buffer, s),
  });
}

/** A clear word to whoever passes something else where class indices belong. */
function requireClasses(operation: string, target: unknown): void {
  if (isArray(target)) return;
  const what =
    target instanceof Tensor
      ? 'a tensor: give await target.data()'
      : target instanceof Promise
        ? 'a promise: await it'
        : String(target);
  throw new TypeError(`${operation}: target must be an array or a typed array of class indices, but is ${what}`);
}

/**
 * The negative log-likelihood of log-probabilities x (N, C) or (N, C, d1, …): a number, or with reduction 'none' (N, d1, …). See
 * `ops/nllLoss.ts`. Throws a ShapeError where a target isn't one of the C classes.
 */
export function nllLoss(x: Tensor, target: Target, options: NllLossOptions & ClassWeights = {}): Tensor {
  requireTensor('nllLoss', 'x', x);
  requireClasses('nllLoss', target);
  requireOptions('nllLoss', options, { weight: true, reduction: true, ignoreIndex: true });
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

/** The mean squared error of x and target, a tensor of the same shape, or an array or a typed array of as many values: a number, or
 *  with reduction 'none' of that shape. `reduction`: default 'mean'. See `ops/mseLoss.ts`. Throws a ShapeError if the shapes differ. */
export function mseLoss(x: Tensor, target: Tensor | Target, options: { reduction?: Reduction } = {}): Tensor {
  requireTensor('mseLoss', 'x', x);
  requireOptions('mseLoss', options, { reduction: true });
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
