import { dropoutSizes } from '../../ops/dropout.js';
import { requireOptions } from '../../ops/options.js';
import { softmaxSizes } from '../../ops/softmax.js';
import { defaultGenerator } from '../../tensor/random.js';
import { apply, constantTensor, requireTensor, type Tensor } from '../../tensor/tensor.js';

/** max(0, x), element by element; x of any shape. See `ops/relu.ts`. */
export function relu(x: Tensor): Tensor {
  return activation('relu', x);
}

/** 1 / (1 + e^(−x)), element by element; x of any shape. See `ops/sigmoid.ts`. */
export function sigmoid(x: Tensor): Tensor {
  return activation('sigmoid', x);
}

/** The hyperbolic tangent, element by element; x of any shape. See `ops/tanh.ts`. */
export function tanh(x: Tensor): Tensor {
  return activation('tanh', x);
}

function activation(name: 'relu' | 'sigmoid' | 'tanh', x: Tensor): Tensor {
  requireTensor(name, 'x', x);
  return apply({
    name,
    inputs: [x],
    shape: x.shape,
    forward: (k, y) => k[name].forward(y, x.buffer),
    backward: (k, dy, [dx], y) => k[name].backward(dx!, dy, y),
  });
}

/** Scores to probabilities that sum to 1 along `dim`; the shape stays. See `ops/softmax.ts`. Throws a ShapeError if x hasn't
 *  that dimension. */
export function softmax(x: Tensor, dim: number): Tensor {
  return softmaxAlong('softmax', x, dim);
}

/** The logarithm of softmax along `dim`; the shape stays. See `ops/logSoftmax.ts`. Throws a ShapeError if x hasn't that
 *  dimension. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return softmaxAlong('logSoftmax', x, dim);
}

function softmaxAlong(name: 'softmax' | 'logSoftmax', x: Tensor, dim: number): Tensor {
  requireTensor(name, 'x', x);
  const s = softmaxSizes(name, x.shape, dim);
  return apply({
    name,
    inputs: [x],
    shape: x.shape,
    forward: (k, y) => k[name].forward(y, x.buffer, s),
    backward: (k, dy, [dx], y) => k[name].backward(dx!, dy, y, s),
  });
}

export interface DropoutOptions {
  /** Whether to drop values; without it, x is returned as it is. Default true. */
  training?: boolean;
}

/** Sets each value of x, of any shape, to 0 with probability p, and scales the others by 1 / (1 − p). See `ops/dropout.ts`.
 *  Throws a ShapeError unless p is from 0 to 1. */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  requireTensor('dropout', 'x', x);
  requireOptions('dropout', options, { training: true });
  const s = dropoutSizes(p);
  if (p === 0 || options.training === false) return x;
  const keep = p === 1 ? () => 0 : () => (defaultGenerator.uniform64() < 1 - p ? 1 : 0);
  const mask = constantTensor(x, Float32Array.from({ length: x.numel }, keep), x.shape);
  return apply({
    name: 'dropout',
    inputs: [x],
    shape: x.shape,
    saved: [mask],
    forward: (k, y) => k.dropout.forward(y, x.buffer, mask.buffer, s),
    backward: (k, dy, [dx]) => k.dropout.backward(dx!, dy, mask.buffer, s),
  });
}
