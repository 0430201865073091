/** The sliding windows that the pooling operations share. */
import { formatShape, imageShape, type Pair, pair, type Shape, ShapeError } from './shape.js';

export interface PoolOptions {
  /** Pixels that the window moves at a time. Default: the kernel size. */
  stride?: Pair;
  /** Pixels around the image, at most half the kernel. Default 0. */
  padding?: Pair;
  /** Distance between two taps of the window, in pixels. Default 1. */
  dilation?: Pair;
  /** Round the output size up instead of down, so that the last pixels are never left out. Default false. */
  ceilMode?: boolean;
}

export interface PoolSizes {
  readonly N: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly K_h: number;
  readonly K_w: number;
  readonly H_out: number;
  readonly W_out: number;
  readonly S_h: number;
  readonly S_w: number;
  readonly P_h: number;
  readonly P_w: number;
  readonly D_h: number;
  readonly D_w: number;
}

/** Checks a pooling's shape and options. */
export function poolSizes(operation: string, x: Shape, kernelSize: Pair, options: PoolOptions): PoolSizes {
  const [N, C, H, W] = imageShape(operation, x);
  const [K_h, K_w] = pair(operation, 'kernelSize', kernelSize, 1);
  const [S_h, S_w] = pair(operation, 'stride', options.stride ?? kernelSize, 1);
  const [P_h, P_w] = pair(operation, 'padding', options.padding ?? 0, 0);
  const [D_h, D_w] = pair(operation, 'dilation', options.dilation ?? 1, 1);
  if (2 * P_h > K_h || 2 * P_w > K_w) {
    throw new ShapeError(`${operation}: padding [${P_h}, ${P_w}] must be at most half of kernelSize [${K_h}, ${K_w}]`);
  }
  const H_out = windowsAlong(H, K_h, S_h, P_h, D_h, options.ceilMode ?? false);
  const W_out = windowsAlong(W, K_w, S_w, P_w, D_w, options.ceilMode ?? false);
  if (H_out < 1 || W_out < 1) {
    throw new ShapeError(
      `${operation}: a window of ${D_h * (K_h - 1) + 1}x${D_w * (K_w - 1) + 1} pixels doesn't fit x ${formatShape(x)} padded by [${P_h}, ${P_w}]`,
    );
  }
  return { N, C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w };
}

/** How many windows fit along one direction. In ceil mode a last window may overhang, but must start inside the image
 *  or its left padding: one that starts in the right padding is dropped. */
function windowsAlong(size: number, K: number, S: number, P: number, D: number, ceilMode: boolean): number {
  const steps = (size + 2 * P - D * (K - 1) - 1) / S;
  if (!ceilMode) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * S >= size + P ? count - 1 : count;
}
