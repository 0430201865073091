/** Calls of `assembly/depthwise3x3.ts`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Engine } from './engine.js';
import { pieces } from './shares.js';

/** 3x3, stride 1, one zero around, every channel on its own, and rows of a vector at least. */
export function isDepthwise3x3({ G, C_in, C_out, K_h, K_w, S_h, S_w, P_h, P_w, D_h, D_w, H, W, ...s }: Conv2dSizes) {
  const same = K_h === 3 && K_w === 3 && P_h === 1 && P_w === 1 && s.H_out === H && s.W_out === W;
  return G > 1 && C_in === G && C_out === G && same && S_h * S_w * D_h * D_w === 1 && H >= 1 && W >= 4;
}

const sumsBytes = 144;

function walk(
  engine: Engine,
  y: number,
  x: number,
  weight: number,
  bias: number,
  turned: boolean,
  { N, C_in: C, H, W }: Conv2dSizes,
): void {
  const tasks = pieces(N * C, 4 * H * W);
  engine.run('depthwise3x3Taps', tasks, y, x, weight, bias, Number(turned), N, C, H, W);
}

export function depthwise3x3Forward(
  engine: Engine,
  y: number,
  x: number,
  weight: number,
  bias: number,
  s: Conv2dSizes,
): void {
  walk(engine, y, x, weight, bias, false, s);
}

export function depthwise3x3InputGradient(
  engine: Engine,
  dx: number,
  dy: number,
  weight: number,
  s: Conv2dSizes,
): void {
  walk(engine, dx, dy, weight, 0, true, s);
}

export function depthwise3x3WeightGradient(
  engine: Engine,
  dweight: number,
  dy: number,
  x: number,
  { N, C_in: C, H, W }: Conv2dSizes,
): void {
  const [scratch] = engine.scratch(engine.threads * sumsBytes);
  engine.run('depthwise3x3Pixels', pieces(C, 4 * N * H * W), dweight, x, dy, scratch, N, C, H, W);
}
