/**
 * matmul: the matrix product, one for each entry of the batch.
 *
 *   y[m,n] = Σ_k a[m,k] · b[k,n]
 *
 *   a (…, M, K)   b (…, K, N)   y (…, M, N).   The batch dimensions … broadcast. A vector stands for a row (a) or a
 *   column (b), and that dimension is left out of y again.
 *
 * Chapter: docs/learn/2-fully-connected.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.matmul.html
 *
 * @example
 * tensor([1,2, 3,4], [2, 2]).matmul(tensor([5,6, 7,8], [2, 2]))
 * // → [[19,22], [43,50]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { broadcastShape, broadcastStrides } from './broadcast.js';
import { formatShape, numel, type Shape, ShapeError } from './shape.js';

export interface MatmulSizes {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  /** For each matrix of the batch, where its a and its b begin. Those of y follow each other. */
  readonly aOffsets: readonly number[];
  readonly bOffsets: readonly number[];
  /** The shape of y. */
  readonly shape: Shape;
}

export function matmulSizes(a: Shape, b: Shape): MatmulSizes {
  if (a.length === 0 || b.length === 0) throw new ShapeError('matmul: a scalar has no rows or columns; use mul');
  const [M, K] = a.length === 1 ? [1, a[0]] : a.slice(-2);
  const [K_b, N] = b.length === 1 ? [b[0], 1] : b.slice(-2);
  if (K !== K_b) {
    throw new ShapeError(`matmul: a ${formatShape(a)} has rows of ${K}, but b ${formatShape(b)} has columns of ${K_b}`);
  }
  const [aBatch, bBatch] = [a.slice(0, -2), b.slice(0, -2)];
  const batch = broadcastShape('matmul', aBatch, bBatch);
  return {
    M,
    K,
    N,
    aOffsets: offsets(batch, aBatch).map((matrix) => matrix * M * K),
    bOffsets: offsets(batch, bBatch).map((matrix) => matrix * K * N),
    shape: [...batch, ...(a.length === 1 ? [] : [M]), ...(b.length === 1 ? [] : [N])],
  };
}

/** For each entry of `batch`, in order, which entry of the smaller `shape` it reads. */
function offsets(batch: Shape, shape: Shape): number[] {
  const strides = broadcastStrides(shape, batch);
  return Array.from({ length: numel(batch) }, (_, entry) => {
    let offset = 0;
    for (let d = batch.length - 1, rest = entry; d >= 0; d--) {
      offset += (rest % batch[d]) * strides[d];
      rest = Math.floor(rest / batch[d]);
    }
    return offset;
  });
}

/** Writes y. */
export function matmulForward(y: FloatArray, a: FloatArray, b: FloatArray, s: MatmulSizes): void {
  const sum = accumulatorFor(y);
  forEachMeeting(s, (yi, ai, bi) => {
    for (let n = 0; n < s.N; n++) sum[yi + n] += a[ai] * b[bi + n];
  });
  store(y, sum);
}

/** Writes the gradients that are asked for (not null). As y += a · b,  da += dy · b  and  db += a · dy. */
export function matmulBackward(
  da: FloatArray | null,
  db: FloatArray | null,
  dy: FloatArray,
  a: FloatArray,
  b: FloatArray,
  s: MatmulSizes,
): void {
  if (da) {
    const sum = accumulatorFor(da);
    forEachMeeting(s, (yi, ai, bi) => {
      for (let n = 0; n < s.N; n++) sum[ai] += dy[yi + n] * b[bi + n];
    });
    store(da, sum);
  }
  if (db) {
    const sum = accumulatorFor(db);
    forEachMeeting(s, (yi, ai, bi) => {
      for (let n = 0; n < s.N; n++) sum[bi + n] += a[ai] * dy[yi + n];
    });
    store(db, sum);
  }
}

/** Visits every row in which one a meets a row of b and a row of y: for n < N, y[yi + n] sees a[ai] · b[bi + n]. */
function forEachMeeting(s: MatmulSizes, visit: (yi: number, ai: number, bi: number) => void): void {
  const { M, K, N, aOffsets, bOffsets } = s;
  for (let batch = 0; batch < aOffsets.length; batch++) {
    for (let m = 0; m < M; m++) {
      for (let k = 0; k < K; k++) visit((batch * M + m) * N, aOffsets[batch] + m * K + k, bOffsets[batch] + k * N);
    }
  }
}
