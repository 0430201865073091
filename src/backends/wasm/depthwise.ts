/** Calls of `assembly/depthwise.ts`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Engine } from './engine.js';
import { pieces } from './shares.js';
import { border, partsOfRows, runBytes, seenBy, sizesBytes, type TapsSizes, toLanes, writeSizes } from './taps.js';

export function isDepthwise({ G, C_in, C_out }: Conv2dSizes): boolean {
  return G > 1 && C_in === G && C_out === G;
}

const vector = 16;

/** x with channels in lanes and zeros around it, as forward sees it, and the distance in bytes of every tap. */
function input(s: Conv2dSizes) {
  const { H_out, W_out, K_h, K_w, S_h, S_w, D_h, D_w } = s;
  const H = (H_out - 1) * S_h + (K_h - 1) * D_h + 1;
  const W = (W_out - 1) * S_w + (K_w - 1) * D_w + 1;
  const taps: number[] = [];
  for (let kh = 0; kh < K_h; kh++) {
    for (let kw = 0; kw < K_w; kw++) taps.push(vector * (kh * D_h * W + kw * D_w));
  }
  return { H, W, taps };
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
  const { N, C_in: C, H_out, W_out, S_h, S_w, P_h, P_w } = s;
  const { H, W, taps } = input(s);
  const blocks = Math.ceil(C / 4);
  const K = taps.length;
  const [x4, w4, tapsAt, orderAt, sizesAt, scratch] = engine.scratch(
    N * blocks * H * W * vector + S_w * overrun,
    blocks * K * vector,
    K * 4,
    K * 4,
    sizesBytes,
    engine.threads * runBytes,
  );
  toLanes(engine, x4, x, N, C, s.H, s.W, H, W, [P_h, P_w]);
  engine.writeIntegers(tapsAt, taps);
  engine.writeIntegers(
    orderAt,
    taps.map((_, k) => 4 * k),
  );
  engine.run('conv2dPackWeights', 1, w4, weight, orderAt, 1, C, K, 0, 4 * K);
  const pixels = H_out * W_out * 4;
  walk(engine, y, x4, w4, tapsAt, bias, scratch, sizesAt, {
    N,
    G: blocks,
    lanes: C,
    K,
    rows: H_out,
    columns: W_out,
    xImage: blocks * H * W * vector,
    xGroup: H * W * vector,
    xRow: S_h * W * vector,
    xStep: S_w * vector,
    yImage: C * pixels,
    yPlane: pixels,
    yRow: W_out * 4,
    yStep: 4,
  });
}

function walk(
  engine: Engine,
  y: number,
  x4: number,
  w4: number,
  taps: number,
  bias: number,
  scratch: number,
  sizesAt: number,
  sizes: TapsSizes & { N: number; G: number; rows: number; columns: number },
): void {
  const { N, G, rows, columns } = sizes;
  if (rows === 0 || columns === 0) return;
  const parts = partsOfRows(N * G, rows);
  writeSizes(engine, sizesAt, { ...sizes, parts });
  engine.run('depthwiseTaps', N * G * parts, y, x4, w4, taps, bias, scratch, sizesAt);
}

export function depthwiseInputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void {
  const { N, C_in: C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w } = s;
  const down = Array.from({ length: S_h }, (_, remainder) => seenBy(remainder, H, K_h, S_h, P_h, D_h));
  const across = Array.from({ length: S_w }, (_, remainder) => seenBy(remainder, W, K_w, S_w, P_w, D_w));
  const [top, H_to] = border(down);
  const [left, W_to] = border(across);
  const blocks = Math.ceil(C / 4);
  const most = K_h * K_w;
  const [dy4, w4, tapsAt, orderAt, sizesAt, scratch] = engine.scratch(
    N * blocks * H_to * W_to * vector + overrun,
    blocks * most * vector,
    most * 4,
    most * 4,
    sizesBytes,
    engine.threads * runBytes,
  );
  toLanes(engine, dy4, dy, N, C, H_out, W_out, H_to, W_to, [top, left]);
  for (const h of down) {
    for (const w of across) {
      const seen = h.positions.flatMap((kh) => w.positions.map((kw) => ({ kh, kw })));
      const K = seen.length;
      engine.writeIntegers(
        tapsAt,
        seen.map(({ kh, kw }) => vector * ((top + kh.offset) * W_to + left + kw.offset)),
      );
      engine.writeIntegers(
        orderAt,
        seen.map(({ kh, kw }) => 4 * (kh.k * K_w + kw.k)),
      );
      engine.run('conv2dPackWeights', 1, w4, weight, orderAt, 1, C, K, 0, 4 * most);
      walk(engine, dx, dy4, w4, tapsAt, 0, scratch, sizesAt, {
        N,
        G: blocks,
        lanes: C,
        K,
        rows: h.count,
        columns: w.count,
        xImage: blocks * H_to * W_to * vector,
        xGroup: H_to * W_to * vector,
        xRow: W_to * vector,
        xStep: vector,
        yImage: C * H * W * 4,
        yPlane: H * W * 4,
        yRow: S_h * W * 4,
        yStep: S_w * 4,
        yStart: 4 * (h.remainder * W + w.remainder),
      });
    }
  }
}

export function depthwiseWeightGradient(engine: Engine, dweight: number, dy: number, x: number, s: Conv2dSizes): void {
  const { N, C_in: C, H_out, W_out, S_h, S_w, P_h, P_w } = s;
  const { H, W, taps } = input(s);
  const K = taps.length;
  while (taps.length % 4 !== 0) taps.push(taps[K - 1]);
  const blocks = Math.ceil(C / 4);
  const [x4, dy4, dw4, tapsAt, sizesAt] = engine.scratch(
    N * blocks * H * W * vector,
    N * blocks * H_out * W_out * vector,
    blocks * taps.length * vector,
    taps.length * 4,
    sizesBytes,
  );
  toLanes(engine, x4, x, N, C, s.H, s.W, H, W, [P_h, P_w]);
  toLanes(engine, dy4, dy, N, C, H_out, W_out, H_out, W_out, 0);
  engine.writeIntegers(tapsAt, taps);
  writeSizes(engine, sizesAt, {
    N,
    G: blocks,
    lanes: C,
    K,
    rows: H_out,
    columns: W_out,
    xImage: blocks * H * W * vector,
    xGroup: H * W * vector,
    xRow: S_h * W * vector,
    xStep: S_w * vector,
  });
  engine.run('depthwisePixels', blocks, dw4, x4, dy4, tapsAt, sizesAt);
  engine.run('conv2dUnpackWeights', pieces(blocks, K * 4), dweight, dw4, 1, C, K);
}
