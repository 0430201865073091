/** Gradient clipping by norm. The maths is in `ops/gradNorm.ts`. */
import { Storage } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import { newArray } from '../tensor/tensorBackend.js';

/**
 * Scales the gradients of all parameters, in place, so that their norm as one vector is at most `maxNorm`. Nothing is read back
 * from the device. Call it between `backward()` and `step()`. Throws a RangeError unless maxNorm is above 0.
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): void {
  if (!(maxNorm > 0)) throw new RangeError(`clipGradNorm: maxNorm must be above 0, but is ${maxNorm}`);
  const squares = sumOfSquares(parameters);
  if (!squares) return;
  for (const { grad } of parameters) {
    grad?.backend.kernels.clipGrad.forward(grad.buffer, squares.buffer, { maxNorm });
  }
  squares.release();
}

/** The norm of the gradients of all parameters, taken as one vector; 0 if there are none. */
export async function gradNorm(parameters: readonly Tensor[]): Promise<number> {
  const squares = sumOfSquares(parameters);
  if (!squares) return 0;
  const [sum] = await squares.read();
  squares.release();
  return Math.sqrt(sum);
}

/** Σ g² over all gradients, on the device; null if there is none. */
function sumOfSquares(parameters: readonly Tensor[]): Storage | null {
  let squares: Storage | null = null;
  for (const { grad } of parameters) {
    if (!grad) continue;
    squares ??= Storage.of(grad.backend, grad.dtype, newArray(grad.dtype, 1));
    grad.backend.kernels.gradNorm.forward(squares.buffer, grad.buffer);
  }
  return squares;
}
