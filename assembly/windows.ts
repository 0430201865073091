/** The sliding windows that the pooling operations share: `src/ops/windows.ts` as the kernels see it. */
import { element } from './planes';

/** Sizes and options, with the letters of `src/ops/windows.ts`. */
@unmanaged
export class PoolSizes {
  N: i32;
  C: i32;
  H: i32;
  W: i32;
  K_h: i32;
  K_w: i32;
  H_out: i32;
  W_out: i32;
  S_h: i32;
  S_w: i32;
  P_h: i32;
  P_w: i32;
  D_h: i32;
  D_w: i32;
}

/** The first tap that is inside the image, of a window that starts at row (or column) `start` ≥ −padding. */
@inline
export function firstTap(start: i32, D: i32): i32 {
  return start < 0 ? (D - 1 - start) / D : 0;
}

/** The tap behind the last one that is inside an image of `size` > start. */
@inline
export function endTap(start: i32, size: i32, K: i32, D: i32): i32 {
  return min(K, (size - start + D - 1) / D);
}

/**
 * What one tap sees in four windows side by side, S pixels apart. It reads nothing behind the last of them.
 *
 *   S = 1:   [x0, x1, x2, x3]
 *   S = 2:   [x0, x1, x2, x3], [x3, x4, x5, x6] → [x0, x2, x4, x6]
 */
@inline
export function fourApart(x: usize, S: i32): v128 {
  if (S == 1) return v128.load(x);
  if (S == 2) return v128.shuffle<f32>(v128.load(x), v128.load(x, 12), 0, 2, 5, 7);
  const step = (<usize>S) << 2;
  let four = v128.load_zero<u32>(x);
  four = v128.load_lane<u32>(x + step, four, 1);
  four = v128.load_lane<u32>(x + 2 * step, four, 2);
  return v128.load_lane<u32>(x + 3 * step, four, 3);
}
