/**
 * Calls of the convolution kernels, and which way a convolution goes: the first that suits it of
 *
 *   1. `assembly/winograd.ts`       3x3 and 5x5, stride 1, ten channels on both sides and eight tiles at least: fewer products
 *   2. `assembly/depthwise3x3.ts`   every channel on its own (groups = C_in = C_out), 3x3, stride 1, padding 1: pixels in lanes
 *   3. `assembly/depthwise.ts`      every channel on its own, whatever the options: channels in lanes, no sum over them
 *   4. `assembly/conv2d.ts`         everything
 */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Kernels } from '../../ops/index.js';
import { address, type WasmBuffer } from './buffer.js';
import { depthwiseForward, depthwiseInputGradient, depthwiseWeightGradient, isDepthwise } from './depthwise.js';
import {
  depthwise3x3Forward,
  depthwise3x3InputGradient,
  depthwise3x3WeightGradient,
  isDepthwise3x3,
} from './depthwise3x3.js';
import type { Engine } from './engine.js';
import { pieces } from './shares.js';
import { border, partsOfRows, runBytes, seenBy, sizesBytes, type TapsSizes, wanted, writeSizes } from './taps.js';
import { suitsWinograd, winogradForward, winogradInputGradient, winogradWeightGradient } from './winograd.js';

/** One way to do all three. */
interface Way {
  forward(engine: Engine, y: number, x: number, weight: number, bias: number, s: Conv2dSizes): void;
  inputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void;
  weightGradient(engine: Engine, dweight: number, dy: number, x: number, s: Conv2dSizes): void;
}

const winograd: Way = {
  forward: winogradForward,
  inputGradient: winogradInputGradient,
  weightGradient: winogradWeightGradient,
};
const depthwise3x3: Way = {
  forward: depthwise3x3Forward,
  inputGradient: depthwise3x3InputGradient,
  weightGradient: depthwise3x3WeightGradient,
};
const depthwise: Way = {
  forward: depthwiseForward,
  inputGradient: depthwiseInputGradient,
  weightGradient: depthwiseWeightGradient,
};
const direct: Way = { forward, inputGradient, weightGradient };
const directFewInputs: Way = { ...direct, inputGradient: scatteredInputGradient };

function wayFor(s: Conv2dSizes): Way {
  if (suitsWinograd(s)) return winograd;
  if (isDepthwise3x3(s)) return depthwise3x3;
  if (isDepthwise(s)) return depthwise;
  return fewInputs(s) ? directFewInputs : direct;
}

export function conv2d(engine: Engine): Kernels<WasmBuffer>['conv2d'] {
  return {
    forward(y, x, weight, bias, s) {
      wayFor(s).forward(engine, y.address, x.address, weight.address, address(bias), s);
    },

    backward(dx, dweight, dbias, dy, x, weight, s) {
      const way = wayFor(s);
      if (dx) way.inputGradient(engine, dx.address, dy.address, weight.address, s);
      if (dweight) way.weightGradient(engine, dweight.address, dy.address, x.address, s);
      if (dbias) {
        const pixels = s.H_out * s.W_out;
        const tasks = pieces(s.C_out, s.N * pixels);
        engine.run('conv2dBiasGradient', tasks, dbias.address, dy.address, s.N, s.C_out, pixels);
      }
    },
  };
}

/** An image with the zeros around it that a walk over it sees. Without any, it is the image itself. */
interface Padded {
  readonly H: number;
  readonly W: number;
  readonly top: number;
  readonly left: number;
  /** Bytes of the copy, 0 if none is needed. */
  readonly bytes: number;
}

function padded(
  planes: number,
  H: number,
  W: number,
  top: number,
  left: number,
  H_seen: number,
  W_seen: number,
): Padded {
  if (top === 0 && left === 0 && H_seen <= H && W_seen <= W) return { H, W, top, left, bytes: 0 };
  return { H: H_seen, W: W_seen, top, left, bytes: planes * H_seen * W_seen * 4 };
}

/** Makes the copy, if there is one, and gives the address of the image to read. */
function pad(engine: Engine, copy: number, x: number, planes: number, H: number, W: number, p: Padded): number {
  if (p.bytes === 0) return x;
  engine.run('conv2dPad', pieces(planes, p.H * p.W), copy, x, planes, H, W, p.H, p.W, p.top, p.left);
  return copy;
}

/** x as forward sees it, and the distance in bytes of every tap from an output's first. */
function inputTaps(s: Conv2dSizes): { image: Padded; taps: number[] } {
  const { N, C_in, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w, G } = s;
  const H_seen = (H_out - 1) * S_h + (K_h - 1) * D_h + 1;
  const W_seen = (W_out - 1) * S_w + (K_w - 1) * D_w + 1;
  const image = padded(N * C_in, H, W, P_h, P_w, H_seen, W_seen);
  const taps: number[] = [];
  for (let ci = 0; ci < C_in / G; ci++) {
    for (let kh = 0; kh < K_h; kh++) {
      for (let kw = 0; kw < K_w; kw++) taps.push(4 * ((ci * image.H + kh * D_h) * image.W + kw * D_w));
    }
  }
  return { image, taps };
}

/** A kernel of one pixel that sees every pixel once: the image is then one long row. */
function isPointwise(s: Conv2dSizes): boolean {
  return s.K_h * s.K_w * s.S_h * s.S_w === 1 && s.P_h === 0 && s.P_w === 0;
}

function forward(engine: Engine, y: number, x: number, weight: number, bias: number, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, H_out, W_out, S_h, S_w, G } = s;
  const { image, taps } = inputTaps(s);
  const K = taps.length;
  const lanes = C_out / G;
  const packedBytes = G * Math.ceil(lanes / 4) * K * 16;
  const [copy, packed, tapsAt, orderAt, sizesAt, scratch] = engine.scratch(
    image.bytes,
    packedBytes,
    K * 4,
    K * 4,
    sizesBytes,
    engine.threads * runBytes,
  );
  const from = pad(engine, copy, x, N * C_in, H, W, image);
  engine.writeIntegers(tapsAt, taps);
  engine.writeIntegers(
    orderAt,
    taps.map((_, k) => 4 * k),
  );
  packWeights(engine, packed, weight, orderAt, G, lanes, K, lanes * K * 4, K * 4);
  const [rows, columns] = isPointwise(s) ? [1, H_out * W_out] : [H_out, W_out];
  const pixels = H_out * W_out * 4;
  const plane = image.H * image.W * 4;
  walk(engine, y, from, packed, tapsAt, bias, scratch, sizesAt, {
    N,
    G,
    lanes,
    K,
    rows,
    columns,
    xImage: C_in * plane,
    xGroup: (C_in / G) * plane,
    xRow: S_h * image.W * 4,
    xStep: S_w * 4,
    yImage: C_out * pixels,
    yGroup: lanes * pixels,
    yPlane: pixels,
    yRow: columns * 4,
    yStep: 4,
  });
}

function packWeights(
  engine: Engine,
  packed: number,
  weight: number,
  order: number,
  G: number,
  lanes: number,
  K: number,
  groupStep: number,
  laneStep: number,
): void {
  const blocks = G * Math.ceil(lanes / 4);
  engine.run('conv2dPackWeights', pieces(blocks, K * 4), packed, weight, order, G, lanes, K, groupStep, laneStep);
}

function walk(
  engine: Engine,
  y: number,
  x: number,
  packed: number,
  taps: number,
  bias: number,
  scratch: number,
  sizesAt: number,
  sizes: TapsSizes & { N: number; G: number; lanes: number; K: number; rows: number; columns: number },
): void {
  const { N, G, lanes, K, rows, columns } = sizes;
  if (rows === 0 || columns === 0) return;
  const blocks = N * G * Math.ceil(lanes / 8);
  const parts = partsOfRows(blocks, rows);
  writeSizes(engine, sizesAt, { ...sizes, parts });
  const products = ((rows / parts) * columns * (K + 1) * 8) / 4; // of vectors
  engine.run('conv2dTaps', pieces(blocks * parts, products), y, x, packed, taps, bias, scratch, sizesAt);
}

function inputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w, G } = s;
  const [C_group, lanesOut] = [C_in / G, C_out / G];
  const down = Array.from({ length: S_h }, (_, remainder) => seenBy(remainder, H, K_h, S_h, P_h, D_h));
  const across = Array.from({ length: S_w }, (_, remainder) => seenBy(remainder, W, K_w, S_w, P_w, D_w));
  const [top, H_seen] = border(down);
  const [left, W_seen] = border(across);
  const image = padded(N * C_out, H_out, W_out, top, left, H_seen, W_seen);
  const most = lanesOut * K_h * K_w;
  const [copy, packed, tapsAt, orderAt, sizesAt, scratch] = engine.scratch(
    image.bytes,
    G * Math.ceil(C_group / 4) * most * 16,
    most * 4,
    most * 4,
    sizesBytes,
    engine.threads * runBytes,
  );
  const from = pad(engine, copy, dy, N * C_out, H_out, W_out, image);
  const plane = image.H * image.W * 4;
  const kernel = K_h * K_w * 4;
  const pointwise = isPointwise(s);
  for (const h of down) {
    for (const w of across) {
      const taps: number[] = [];
      const order: number[] = [];
      for (let co = 0; co < lanesOut; co++) {
        for (const { k: kh, offset: oh } of h.positions) {
          for (const { k: kw, offset: ow } of w.positions) {
            taps.push(co * plane + 4 * ((top + oh) * image.W + left + ow));
            order.push(co * C_group * kernel + 4 * (kh * K_w + kw));
          }
        }
      }
      const K = taps.length;
      engine.writeIntegers(tapsAt, taps);
      engine.writeIntegers(orderAt, order);
      packWeights(engine, packed, weight, orderAt, G, C_group, K, lanesOut * C_group * kernel, kernel);
      const [rows, columns] = pointwise ? [1, H * W] : [h.count, w.count];
      walk(engine, dx, from, packed, tapsAt, 0, scratch, sizesAt, {
        N,
        G,
        lanes: C_group,
        K,
        rows,
        columns,
        xImage: C_out * plane,
        xGroup: lanesOut * plane,
        xRow: image.W * 4,
        xStep: 4,
        yImage: C_in * H * W * 4,
        yGroup: C_group * H * W * 4,
        yPlane: H * W * 4,
        yRow: S_h * W * 4,
        yStep: S_w * 4,
        yStart: 4 * (h.remainder * W + w.remainder),
      });
    }
  }
}

/** So few input channels that they would leave most lanes of dx empty: the taps become lanes instead. */
function fewInputs(s: Conv2dSizes): boolean {
  return s.G === 1 && s.C_in <= 4 && s.K_h * s.K_w > 1;
}

function scatteredInputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w } = s;
  const taps = K_h * K_w;
  const kernel = taps * 4;
  // dx with its padding, as large as whatever an output has seen.
  const H_seen = Math.max(H + P_h, (H_out - 1) * S_h + (K_h - 1) * D_h + 1);
  const W_seen = Math.max(W + P_w, (W_out - 1) * S_w + (K_w - 1) * D_w + 1);
  const perThread = Math.ceil(taps / 2) * 2 * (runBytes / 2) + H_seen * W_seen * 16;
  const [packed, rowsAt, orderAt, placesAt, scratch] = engine.scratch(
    (taps + 1) * C_out * 16,
    C_out * 4,
    C_out * 4,
    taps * 4,
    engine.threads * perThread,
  );
  const channels = Array.from({ length: C_out }, (_, co) => co);
  engine.writeIntegers(
    rowsAt,
    channels.map((co) => 4 * co * H_out * W_out),
  );
  engine.writeIntegers(
    orderAt,
    channels.map((co) => co * C_in * kernel),
  );
  const places: number[] = [];
  for (let kh = 0; kh < K_h; kh++) {
    for (let kw = 0; kw < K_w; kw++) places.push(16 * (kh * D_h * W_seen + kw * D_w));
  }
  engine.writeIntegers(placesAt, places);
  packWeights(engine, packed, weight, orderAt, taps, C_in, C_out, 4, kernel);
  engine.run(
    'conv2dScatter',
    N,
    dx,
    dy,
    packed,
    rowsAt,
    placesAt,
    scratch,
    perThread,
    taps,
    C_in,
    C_out,
    H_out,
    W_out,
    H,
    W,
    W_seen,
    H_seen,
    P_h,
    P_w,
    S_h,
    S_w,
  );
}

/** Bytes of sums that are kept for slices of the images. */
const sliceBytes = 16e6;

function weightGradient(engine: Engine, dweight: number, dy: number, x: number, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, H_out, W_out, S_h, S_w, G } = s;
  const { image, taps } = inputTaps(s);
  const K = taps.length;
  while (taps.length % 4 !== 0) taps.push(taps[K - 1]);
  const lanes = C_out / G;
  const blocks = G * Math.ceil(lanes / 4);
  const pairs = G * Math.ceil(lanes / 8);
  const sums = blocks * taps.length * 16;
  const slices = Math.max(1, Math.min(N, Math.floor(wanted / pairs), Math.floor(sliceBytes / sums)));
  const parts = Math.max(1, Math.min(taps.length / 4, Math.floor(wanted / pairs / slices)));
  const perThread = H_out * W_out * 32;
  const [copy, dw4, tapsAt, sizesAt, scratch] = engine.scratch(
    image.bytes,
    slices * sums,
    taps.length * 4,
    sizesBytes,
    engine.threads * perThread,
  );
  const from = pad(engine, copy, x, N * C_in, H, W, image);
  const [rows, columns] = isPointwise(s) ? [1, H_out * W_out] : [H_out, W_out];
  const plane = image.H * image.W * 4;
  engine.writeIntegers(tapsAt, taps);
  writeSizes(engine, sizesAt, {
    N,
    G,
    lanes,
    K,
    rows,
    columns,
    parts,
    slices,
    xImage: C_in * plane,
    xGroup: (C_in / G) * plane,
    xRow: S_h * image.W * 4,
    xStep: S_w * 4,
  });
  engine.run('conv2dPixels', slices * pairs * parts, dw4, from, dy, tapsAt, scratch, perThread, sizesAt);
  engine.run('conv2dUnpackWeights', pieces(blocks, K * slices * 4), dweight, dw4, slices, G, lanes, K);
}
