/**
 * linear: the fully connected layer; every output sees every input.
 *
 *   y[n,o] = bias[o] + Σ_i weight[o,i] · x[n,i]
 *
 *   x (…, I)   weight (O, I)   bias (O)   y (…, O)   N: the product of the dimensions …
 *
 * Chapter: docs/learn/2-fully-connected.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 *
 * @example
 * F.linear(tensor([1,2,3], [1, 3]), tensor([1,0,1, 0,1,0], [2, 3]), tensor([10,20], [2]))
 * // → [[14,22]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { formatShape, numel, type Shape, ShapeError } from './shape.js';

export interface LinearSizes {
  readonly N: number;
  readonly I: number;
  readonly O: number;
}

export function linearSizes(x: Shape, weight: Shape, bias: Shape | null): LinearSizes {
  if (weight.length !== 2) throw new ShapeError(`linear: weight ${formatShape(weight)} must be (out, in)`);
  const [O, I] = weight;
  if (x.length === 0 || x[x.length - 1] !== I) {
    throw new ShapeError(`linear: x ${formatShape(x)} must end in ${I}, as weight ${formatShape(weight)} is (out, in)`);
  }
  if (bias !== null && (bias.length !== 1 || bias[0] !== O)) {
    throw new ShapeError(`linear: bias ${formatShape(bias)} must be (out) = (${O})`);
  }
  return { N: numel(x.slice(0, -1)), I, O };
}

/** Writes y. */
export function linearForward(
  y: FloatArray,
  x: FloatArray,
  weight: FloatArray,
  bias: FloatArray | null,
  { N, I, O }: LinearSizes,
): void {
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      let sum = bias ? bias[o] : 0;
      for (let i = 0; i < I; i++) sum += weight[o * I + i] * x[n * I + i];
      y[n * O + o] = sum;
    }
  }
}

/** Writes the gradients that are asked for (not null). As y += weight · x and y += bias,
 *  dx += weight · dy,  dweight += x · dy  and  dbias += dy. */
export function linearBackward(
  dx: FloatArray | null,
  dweight: FloatArray | null,
  dbias: FloatArray | null,
  dy: FloatArray,
  x: FloatArray,
  weight: FloatArray,
  { N, I, O }: LinearSizes,
): void {
  if (dx) {
    const sum = accumulatorFor(dx);
    for (let n = 0; n < N; n++) {
      for (let o = 0; o < O; o++) {
        for (let i = 0; i < I; i++) sum[n * I + i] += weight[o * I + i] * dy[n * O + o];
      }
    }
    store(dx, sum);
  }
  if (dweight) {
    const sum = accumulatorFor(dweight);
    for (let n = 0; n < N; n++) {
      for (let o = 0; o < O; o++) {
        for (let i = 0; i < I; i++) sum[o * I + i] += x[n * I + i] * dy[n * O + o];
      }
    }
    store(dweight, sum);
  }
  if (dbias) {
    const sum = accumulatorFor(dbias);
    for (let n = 0; n < N; n++) {
      for (let o = 0; o < O; o++) sum[o] += dy[n * O + o];
    }
    store(dbias, sum);
  }
}
