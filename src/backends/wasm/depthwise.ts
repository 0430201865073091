/** Calls of `assembly/depthwise.ts`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import { seenByOutputs } from '../convolution.js';
import type { Address, Place } from './buffer.js';
import type { Engine } from './engine.js';
import { DEPTHWISE_TILE, type DepthwiseForwardSizes, SEGMENT_BYTES } from './signatures.js';
import { gradientTaps } from './taps.js';
import { tasksForItems } from './taskCount.js';

const vector = 16;

/** Size of x with its zeros, as far as forward sees it, and the distance in bytes of every tap. */
function input(s: Conv2dSizes) {
  const { K_h, K_w, D_h, D_w } = s;
  const { H_seen, W_seen } = seenByOutputs(s);
  const taps: number[] = [];
  for (let kh = 0; kh < K_h; kh++) {
    for (let kw = 0; kw < K_w; kw++) taps.push(vector * (kh * D_h * W_seen + kw * D_w));
  }
  return { H_seen, W_seen, taps };
}

/** The last tile of a row reads so many bytes too many, at the most. */
const overrun = (DEPTHWISE_TILE - 1) * vector;

export function depthwiseForward(
  engine: Engine,
  y: Place,
  x: Place,
  weight: Place,
  bias: Place | null,
  s: Conv2dSizes,
): void {
  const { N, C_in: C, H, W, H_out, W_out, S_h, S_w } = s;
  const { H_seen, W_seen, taps } = input(s);
  const blocks = Math.ceil(C / 4);
  const K = taps.length;
  const perThread = SEGMENT_BYTES + H_seen * W_seen * vector + S_w * overrun;
  const [w4, tapsAt, order, scratch] = engine.scratch(blocks * K * vector, K * 4, K * 4, engine.threads * perThread);
  engine.writeIntegers(tapsAt, taps);
  engine.writeIntegers(
    order,
    taps.map((_, k) => 4 * k),
  );
  packWeights(engine, w4, weight, order, C, K, K);
  const pixels = H_out * W_out * 4;
  overTaps(engine, y, x, w4, tapsAt, bias, scratch, perThread, {
    N,
    C,
    K,
    rows: H_out,
    columns: W_out,
    xRow: S_h * W_seen * vector,
    xStep: S_w * vector,
    yImage: C * pixels,
    yPlane: pixels,
    yRow: W_out * 4,
    yStep: 4,
    yStart: 0,
    H,
    W,
    H_seen,
    W_seen,
    top: s.P_h,
    left: s.P_w,
  });
}

/** The weights of C kernels of `pixels` each with channels in lanes, of which K are taken in the order that is written down. */
function packWeights(
  engine: Engine,
  to: Address,
  w: Place,
  order: Address,
  C: number,
  K: number,
  pixels: number,
): void {
  const steps = { groupStep: 0, channelStep: 4 * pixels };
  engine.run('conv2dPackWeights', 1, { to, w, order, G: 1, channels: C, K, ...steps });
}

/** Computes y, or dx, from the taps that see its pixels. */
function overTaps(
  engine: Engine,
  y: Place,
  x: Place,
  w4: Address,
  taps: Address,
  bias: Place | null,
  scratch: Address,
  perThread: number,
  s: DepthwiseForwardSizes,
): void {
  if (s.rows === 0 || s.columns === 0) return;
  engine.run('depthwiseForward', s.N * Math.ceil(s.C / 4), { y, x, w4, taps, bias, scratch, perThread, s });
}

export function depthwiseInputGradient(engine: Engine, dx: Place, dy: Place, weight: Place, s: Conv2dSizes): void {
  const { N, C_in: C, H, W, K_h, K_w, H_out, W_out, S_h, S_w } = s;
  const { down, across, top, left, H_seen, W_seen } = gradientTaps(s);
  const blocks = Math.ceil(C / 4);
  const most = K_h * K_w;
  const perThread = SEGMENT_BYTES + H_seen * W_seen * vector + overrun;
  const [w4, tapsAt, order, scratch] = engine.scratch(
    blocks * most * vector,
    most * 4,
    most * 4,
    engine.threads * perThread,
  );
  for (const h of down) {
    for (const w of across) {
      const seen = h.positions.flatMap((kh) => w.positions.map((kw) => ({ kh, kw })));
      const K = seen.length;
      engine.writeIntegers(
        tapsAt,
        seen.map(({ kh, kw }) => vector * ((top + kh.offset) * W_seen + left + kw.offset)),
      );
      engine.writeIntegers(
        order,
        seen.map(({ kh, kw }) => 4 * (kh.k * K_w + kw.k)),
      );
      packWeights(engine, w4, weight, order, C, K, most);
      overTaps(engine, dx, dy, w4, tapsAt, null, scratch, perThread, {
        N,
        C,
        K,
        rows: h.count,
        columns: w.count,
        xRow: W_seen * vector,
        xStep: vector,
        yImage: C * H * W * 4,
        yPlane: H * W * 4,
        yRow: S_h * W * 4,
        yStep: S_w * 4,
        yStart: 4 * (h.remainder * W + w.remainder),
        H: H_out,
        W: W_out,
        H_seen,
        W_seen,
        top,
        left,
      });
    }
  }
}

export function depthwiseWeightGradient(engine: Engine, dweight: Place, dy: Place, x: Place, s: Conv2dSizes): void {
  const { N, C_in: C, H, W, H_out, W_out, S_h, S_w } = s;
  const { H_seen, W_seen, taps } = input(s);
  const K = taps.length;
  while (taps.length % 4 !== 0) taps.push(taps[K - 1]);
  const blocks = Math.ceil(C / 4);
  const perThread = (H_seen * W_seen + H_out * W_out) * vector;
  const [dw4, tapsAt, scratch] = engine.scratch(
    blocks * taps.length * vector,
    taps.length * 4,
    engine.threads * perThread,
  );
  engine.writeIntegers(tapsAt, taps);
  const sizes = {
    N,
    C,
    K,
    rows: H_out,
    columns: W_out,
    xRow: S_h * W_seen * vector,
    xStep: S_w * vector,
    H,
    W,
    H_seen,
    W_seen,
    top: s.P_h,
    left: s.P_w,
  };
  engine.run('depthwiseWeightGradient', blocks, { dw4, x, dy, taps: tapsAt, scratch, perThread, s: sizes });
  engine.run('conv2dUnpackWeights', tasksForItems(blocks, K * 4), {
    dw: dweight,
    dw4,
    slices: 1,
    G: 1,
    channels: C,
    K,
  });
}
