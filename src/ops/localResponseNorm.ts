/**
 * localResponseNorm: divides every value by the strength of its neighbours in the channels beside it.
 *
 *   D[c] = k + (alpha / size) · Σ_j x[j]²   over the `size` channels j from c − ⌊size/2⌋ to c + ⌊(size − 1)/2⌋
 *   y[c] = x[c] · D[c]^(−beta)              at every pixel; channels outside count 0
 *
 *   x, y (N, C, …)
 *
 * Source: Krizhevsky, Sutskever & Hinton, "ImageNet Classification with Deep Convolutional Neural Networks" (2012);
 * https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 *
 * @example
 * F.localResponseNorm(tensor([3, 4], [1, 2, 1, 1]), 3, { alpha: 3, beta: 1, k: 0 })
 * // → [[[[0.12]], [[0.16]]]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { formatShape, numel, type Shape, ShapeError } from './shape.js';

export interface LocalResponseNormOptions {
  /** Weight of the neighbours. Default 1e-4. */
  alpha?: number;
  /** Exponent. Default 0.75. */
  beta?: number;
  /** Added to D. Default 1. */
  k?: number;
}

export interface LocalResponseNormSizes {
  readonly N: number;
  readonly C: number;
  /** H · W. */
  readonly pixels: number;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

export function localResponseNormSizes(
  x: Shape,
  size: number,
  options: LocalResponseNormOptions = {},
): LocalResponseNormSizes {
  if (x.length < 3)
    throw new ShapeError(`localResponseNorm: x ${formatShape(x)} must be (N, C, …) with a pixel at least`);
  if (!Number.isInteger(size) || size < 1) {
    throw new ShapeError(`localResponseNorm: size must be a whole number ≥ 1, but is ${size}`);
  }
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  return { N: x[0], C: x[1], pixels: numel(x.slice(2)), size, alpha, beta, k };
}

/** Writes y. */
export function localResponseNormForward(y: FloatArray, x: FloatArray, s: LocalResponseNormSizes): void {
  const D = strengths(x, s);
  for (let i = 0; i < y.length; i++) y[i] = x[i] * D[i] ** -s.beta;
}

/**
 * Writes dx. x[j] goes into y[j] directly, and into the D of every channel c that has j among its neighbours:
 *   dx[j] += D[j]^(−beta) · dy[j]
 *   dx[j] −= (2 · alpha · beta / size) · x[j] · x[c] · D[c]^(−beta − 1) · dy[c]
 */
export function localResponseNormBackward(
  dx: FloatArray,
  dy: FloatArray,
  x: FloatArray,
  s: LocalResponseNormSizes,
): void {
  const D = strengths(x, s);
  const sum = accumulatorFor(dx);
  for (let i = 0; i < dx.length; i++) sum[i] = D[i] ** -s.beta * dy[i];
  const scale = (2 * s.alpha * s.beta) / s.size;
  forEachNeighbour(s, (ci, ji) => {
    sum[ji] -= scale * x[ji] * x[ci] * D[ci] ** (-s.beta - 1) * dy[ci];
  });
  store(dx, sum);
}

/** D of every element. */
export function strengths(x: FloatArray, s: LocalResponseNormSizes): Float64Array {
  const D = new Float64Array(x.length).fill(s.k);
  forEachNeighbour(s, (ci, ji) => {
    D[ci] += (s.alpha / s.size) * x[ji] * x[ji];
  });
  return D;
}

/** Visits every element (at ci) with each element (at ji) that its D is a sum over. */
function forEachNeighbour(
  { N, C, pixels, size }: LocalResponseNormSizes,
  visit: (ci: number, ji: number) => void,
): void {
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      const first = Math.max(0, c - Math.floor(size / 2));
      const last = Math.min(C - 1, c + Math.floor((size - 1) / 2));
      for (let j = first; j <= last; j++) {
        for (let p = 0; p < pixels; p++) visit((n * C + c) * pixels + p, (n * C + j) * pixels + p);
      }
    }
  }
}
