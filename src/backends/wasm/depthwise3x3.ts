/** Calls of `assembly/depthwise3x3.ts`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Place } from './buffer.js';
import type { Engine } from './engine.js';
import { DEPTHWISE_3X3_SUMS_BYTES } from './signatures.js';
import { tasksForItems } from './taskCount.js';

/** Whether it is 3x3 with stride 1 and padding 1, every channel on its own, and rows have four pixels at least. */
export function isDepthwise3x3({ G, C_in, C_out, K_h, K_w, S_h, S_w, P_h, P_w, D_h, D_w, H, W, ...s }: Conv2dSizes) {
  const same = K_h === 3 && K_w === 3 && P_h === 1 && P_w === 1 && s.H_out === H && s.W_out === W;
  return G > 1 && C_in === G && C_out === G && same && S_h * S_w * D_h * D_w === 1 && H >= 1 && W >= 4;
}

/** Computes y, or dx with the kernel turned around. */
function inStrips(
  engine: Engine,
  arrays: { y: Place; x: Place; weight: Place; bias: Place | null; turned: boolean },
  { N, C_in: C, H, W }: Conv2dSizes,
): void {
  engine.run('depthwise3x3Forward', tasksForItems(N * C, 4 * H * W), { N, C, H, W, ...arrays });
}

export function depthwise3x3Forward(
  engine: Engine,
  y: Place,
  x: Place,
  weight: Place,
  bias: Place | null,
  s: Conv2dSizes,
): void {
  inStrips(engine, { y, x, weight, bias, turned: false }, s);
}

export function depthwise3x3InputGradient(engine: Engine, dx: Place, dy: Place, weight: Place, s: Conv2dSizes): void {
  inStrips(engine, { y: dx, x: dy, weight, bias: null, turned: true }, s);
}

export function depthwise3x3WeightGradient(
  engine: Engine,
  dweight: Place,
  dy: Place,
  x: Place,
  { N, C_in: C, H, W }: Conv2dSizes,
): void {
  const [scratch] = engine.scratch(engine.threads * DEPTHWISE_3X3_SUMS_BYTES);
  engine.run('depthwise3x3WeightGradient', tasksForItems(C, 4 * N * H * W), { dweight, x, dy, scratch, N, C, H, W });
}
