/** Calls of `assembly/depthwise.ts`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Engine } from './engine.js';
import { pieces } from './shares.js';
import { border, runBytes, seenBy, sizesBytes, type TapsSizes, writeSizes } from './taps.js';

export function isDepthwise({ G, C_in, C_out }: Conv2dSizes): boolean {
  return G > 1 && C_in === G && C_out === G;
}

const vector = 16;

/** Size of x with its zeros, as far as forward sees it, and the distance in bytes of every tap. */
function input(s: Conv2dSizes) {
  const { H_out, W_out, K_h, K_w, S_h, S_w, D_h, D_w } = s;
  const H_seen = (H_out - 1) * S_h + (K_h - 1) * D_h + 1;
  const W_seen = (W_out - 1) * S_w + (K_w - 1) * D_w + 1;
  const taps: number[] = [];
  for (let kh = 0; kh < K_h; kh++) {
    for (let kw = 0; kw < K_w; kw++) taps.push(vector * (kh * D_h * W_seen + kw * D_w));
  }
  return { H_seen, W_seen, taps };
}

/** The last tile of a row reads up to five pixels too many. */
const overrun = 5 * vector;

export function depthwiseForward(
  engine: Engine,
  y: number,
  x: number,
  weight: number,
  bias: number,
  s: Conv2dSizes,
): void {
  const { N, C_in: C, H, W, H_out, W_out, S_h, S_w } = s;
  const { H_seen, W_seen, taps } = input(s);
  const blocks = Math.ceil(C / 4);
  const K = taps.length;
  const perThread = runBytes + H_seen * W_seen * vector + S_w * overrun;
  const [w4, tapsAt, orderAt, sizesAt, scratch] = engine.scratch(
    blocks * K * vector,
    K * 4,
    K * 4,
    sizesBytes,
    engine.threads * perThread,
  );
  engine.writeIntegers(tapsAt, taps);
  engine.writeIntegers(
    orderAt,
    taps.map((_, k) => 4 * k),
  );
  engine.run('conv2dPackWeights', 1, w4, weight, orderAt, 1, C, K, 0, 4 * K);
  const pixels = H_out * W_out * 4;
  walk(engine, y, x, w4, tapsAt, bias, scratch, perThread, sizesAt, {
    N,
    G: blocks,
    lanes: C,
    K,
    rows: H_out,
    columns: W_out,
    xRow: S_h * W_seen * vector,
    xStep: S_w * vector,
    yImage: C * pixels,
    yPlane: pixels,
    yRow: W_out * 4,
    yStep: 4,
    H,
    W,
    H_seen,
    W_seen,
    top: s.P_h,
    left: s.P_w,
  });
}

function walk(
  engine: Engine,
  y: number,
  x: number,
  w4: number,
  taps: number,
  bias: number,
  scratch: number,
  perThread: number,
  sizesAt: number,
  sizes: TapsSizes & { N: number; G: number; rows: number; columns: number },
): void {
  const { N, G, rows, columns } = sizes;
  if (rows === 0 || columns === 0) return;
  writeSizes(engine, sizesAt, sizes);
  engine.run('depthwiseTaps', N * G, y, x, w4, taps, bias, scratch, perThread, sizesAt);
}

export function depthwiseInputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void {
  const { N, C_in: C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w } = s;
  const down = Array.from({ length: S_h }, (_, remainder) => seenBy(remainder, H, K_h, S_h, P_h, D_h));
  const across = Array.from({ length: S_w }, (_, remainder) => seenBy(remainder, W, K_w, S_w, P_w, D_w));
  const [top, H_seen] = border(down);
  const [left, W_seen] = border(across);
  const blocks = Math.ceil(C / 4);
  const most = K_h * K_w;
  const perThread = runBytes + H_seen * W_seen * vector + overrun;
  const [w4, tapsAt, orderAt, sizesAt, scratch] = engine.scratch(
    blocks * most * vector,
    most * 4,
    most * 4,
    sizesBytes,
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
        orderAt,
        seen.map(({ kh, kw }) => 4 * (kh.k * K_w + kw.k)),
      );
      engine.run('conv2dPackWeights', 1, w4, weight, orderAt, 1, C, K, 0, 4 * most);
      walk(engine, dx, dy, w4, tapsAt, 0, scratch, perThread, sizesAt, {
        N,
        G: blocks,
        lanes: C,
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

export function depthwiseWeightGradient(engine: Engine, dweight: number, dy: number, x: number, s: Conv2dSizes): void {
  const { N, C_in: C, H, W, H_out, W_out, S_h, S_w } = s;
  const { H_seen, W_seen, taps } = input(s);
  const K = taps.length;
  while (taps.length % 4 !== 0) taps.push(taps[K - 1]);
  const blocks = Math.ceil(C / 4);
  const perThread = (H_seen * W_seen + H_out * W_out) * vector;
  const [dw4, tapsAt, sizesAt, scratch] = engine.scratch(
    blocks * taps.length * vector,
    taps.length * 4,
    sizesBytes,
    engine.threads * perThread,
  );
  engine.writeIntegers(tapsAt, taps);
  writeSizes(engine, sizesAt, {
    N,
    G: blocks,
    lanes: C,
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
  });
  engine.run('depthwisePixels', blocks, dw4, x, dy, tapsAt, scratch, perThread, sizesAt);
  engine.run('conv2dUnpackWeights', pieces(blocks, K * 4), dweight, dw4, 1, 1, C, K);
}
