/** What more than one backend asks about the sizes of a convolution. */
import type { Conv2dSizes } from '../ops/conv2d.js';

/** Whether the kernel is of one pixel and sees every pixel once. An image is then one long row. */
export function isPointwise(s: Conv2dSizes): boolean {
  return s.K_h * s.K_w * s.S_h * s.S_w === 1 && s.P_h === 0 && s.P_w === 0;
}

/** Whether every output channel sees one input channel of its own. */
export function isDepthwise({ G, C_in, C_out }: Conv2dSizes): boolean {
  return G > 1 && C_in === G && C_out === G;
}

/** Whether any tap falls outside x: before it, or behind it (as with padding 'same' and an even kernel). */
export function seesPadding(s: Conv2dSizes): boolean {
  const { H_seen, W_seen } = seenByOutputs(s);
  return s.P_h > 0 || s.P_w > 0 || H_seen > s.H || W_seen > s.W;
}

/** How many rows and columns of x, padding included, y sees. */
export function seenByOutputs({ H_out, W_out, K_h, K_w, S_h, S_w, D_h, D_w }: Conv2dSizes) {
  return { H_seen: (H_out - 1) * S_h + (K_h - 1) * D_h + 1, W_seen: (W_out - 1) * S_w + (K_w - 1) * D_w + 1 };
}
