/**
 * Calls of the convolution kernels, and the rule that picks one: the first in this list that suits the sizes.
 *
 *   1. `assembly/winograd`       3x3 and 5x5, stride 1, ten channels on both sides and eight tiles at least: fewer products
 *   2. `assembly/depthwise3x3.ts`   every channel on its own (groups = C_in = C_out), 3x3, stride 1, padding 1: pixels in lanes
 *   3. `assembly/depthwise.ts`      every channel on its own, any options: channels in lanes, no sum over them
 *   4. `assembly/conv2d.ts`         everything
 *
 * WASM has no flush-to-zero, and nothing is flushed here: most ways read x and dy as they are. Where weights, pixels or gradients are
 * denormal (below 1.2e-38), a call takes 1 to 1.5 times as long as usual on AMD Zen, and on Intel, where each such operand costs
 * about 100 cycles, up to 100 times.
 */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Kernels } from '../../ops/index.js';
import { isDepthwise, isPointwise, seenByOutputs, seesPadding } from '../convolution.js';
import type { Address, Place, WasmBuffer } from './buffer.js';
import { depthwiseForward, depthwiseInputGradient, depthwiseWeightGradient } from './depthwise.js';
import {
  depthwise3x3Forward,
  depthwise3x3InputGradient,
  depthwise3x3WeightGradient,
  isDepthwise3x3,
} from './depthwise3x3.js';
import type { Engine } from './engine.js';
import { type Conv2dForwardSizes, type KernelArguments, SEGMENT_BYTES } from './signatures.js';
import { gradientTaps, partsOfRows, targetTasks } from './taps.js';
import { tasksFor, tasksForItems } from './taskCount.js';
import { suitsWinograd, winogradForward, winogradInputGradient, winogradWeightGradient } from './winograd.js';

/** One way to compute y, dx and dweight. */
interface Way {
  forward(engine: Engine, y: Place, x: Place, weight: Place, bias: Place | null, s: Conv2dSizes): void;
  inputGradient(engine: Engine, dx: Place, dy: Place, weight: Place, s: Conv2dSizes): void;
  weightGradient(engine: Engine, dweight: Place, dy: Place, x: Place, s: Conv2dSizes): void;
}

/** In tiles; and once more, directly, if what comes out isn't all finite. */
const winograd: Way = {
  forward(engine, y, x, weight, bias, s) {
    if (!winogradForward(engine, y, x, weight, bias, s)) direct.forward(engine, y, x, weight, bias, s);
  },
  inputGradient(engine, dx, dy, weight, s) {
    if (!winogradInputGradient(engine, dx, dy, weight, s)) direct.inputGradient(engine, dx, dy, weight, s);
  },
  weightGradient(engine, dweight, dy, x, s) {
    if (!winogradWeightGradient(engine, dweight, dy, x, s)) direct.weightGradient(engine, dweight, dy, x, s);
  },
};
const depthwise3x3: Way = {
  forward: depthwise3x3Forward,
  inputGradient: depthwise3x3InputGradient,
  weightGradient: withoutPadding(depthwise3x3WeightGradient),
};
const depthwise: Way = {
  forward: depthwiseForward,
  inputGradient: depthwiseInputGradient,
  weightGradient: withoutPadding(depthwiseWeightGradient),
};
const direct: Way = { forward, inputGradient, weightGradient: withoutPadding(weightGradient) };
const directFewInputs: Way = { ...direct, inputGradient: scatteredInputGradient };

/** Computes again what has become NaN by the zeros around the images, if a dy isn't finite. */
function withoutPadding(weightGradient: Way['weightGradient']): Way['weightGradient'] {
  return (engine, dweight, dy, x, s) => {
    weightGradient(engine, dweight, dy, x, s);
    if (!seesPadding(s)) return;
    const length = (s.C_out * s.C_in * s.K_h * s.K_w) / s.G;
    engine.run('conv2dWeightGradientAgain', tasksFor(length), { dweight, x, dy, length, s });
  };
}

function wayFor(s: Conv2dSizes): Way {
  if (suitsWinograd(s)) return winograd;
  if (isDepthwise3x3(s)) return depthwise3x3;
  if (isDepthwise(s)) return depthwise;
  return fewInputs(s) ? directFewInputs : direct;
}

export function conv2d(engine: Engine): Kernels<WasmBuffer>['conv2d'] {
  return {
    forward(y, x, weight, bias, s) {
      wayFor(s).forward(engine, y, x, weight, bias, s);
    },

    backward(dx, dweight, dbias, dy, x, weight, s) {
      const way = wayFor(s);
      if (dx) way.inputGradient(engine, dx, dy, weight, s);
      if (dweight) way.weightGradient(engine, dweight, dy, x, s);
      if (dbias) {
        const pixels = s.H_out * s.W_out;
        const tasks = tasksForItems(s.C_out, s.N * pixels);
        engine.run('conv2dBiasGradient', tasks, { dbias, dy, N: s.N, C: s.C_out, pixels });
      }
    },
  };
}

/** An image with the zeros around it that taps reach: a copy, or where no tap leaves the image, the image itself. */
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

/** Makes the copy, if one is needed, and returns the image to read. */
function pad(engine: Engine, copy: Address, x: Place, planes: number, H: number, W: number, p: Padded): Place {
  if (p.bytes === 0) return x;
  const { H: H_to, W: W_to, top, left } = p;
  engine.run('conv2dPad', tasksForItems(planes, H_to * W_to), { to: copy, x, planes, H, W, H_to, W_to, top, left });
  return copy;
}

/** x as the forward pass reads it, and how many bytes each tap is behind an output's first. */
function inputTaps(s: Conv2dSizes): { image: Padded; taps: number[] } {
  const { N, C_in, H, W, K_h, K_w, P_h, P_w, D_h, D_w, G } = s;
  const { H_seen, W_seen } = seenByOutputs(s);
  const image = padded(N * C_in, H, W, P_h, P_w, H_seen, W_seen);
  const taps: number[] = [];
  for (let ci = 0; ci < C_in / G; ci++) {
    for (let kh = 0; kh < K_h; kh++) {
      for (let kw = 0; kw < K_w; kw++) taps.push(4 * ((ci * image.H + kh * D_h) * image.W + kw * D_w));
    }
  }
  return { image, taps };
}

function forward(engine: Engine, y: Place, x: Place, weight: Place, bias: Place | null, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, H_out, W_out, S_h, S_w, G } = s;
  const { image, taps } = inputTaps(s);
  const K = taps.length;
  const channels = C_out / G;
  const packedBytes = G * Math.ceil(channels / 4) * K * 16;
  const [copy, packed, tapsAt, order, scratch] = engine.scratch(
    image.bytes,
    packedBytes,
    K * 4,
    K * 4,
    engine.threads * SEGMENT_BYTES,
  );
  const from = pad(engine, copy, x, N * C_in, H, W, image);
  engine.writeIntegers(tapsAt, taps);
  engine.writeIntegers(
    order,
    taps.map((_, k) => 4 * k),
  );
  const groupStep = channels * K * 4;
  packWeights(engine, { to: packed, w: weight, order, G, channels, K, groupStep, channelStep: K * 4 });
  const [rows, columns] = isPointwise(s) ? [1, H_out * W_out] : [H_out, W_out];
  const pixels = H_out * W_out * 4;
  const plane = image.H * image.W * 4;
  overTaps(engine, y, from, packed, tapsAt, bias, scratch, {
    N,
    G,
    channels,
    K,
    rows,
    columns,
    xImage: C_in * plane,
    xGroup: (C_in / G) * plane,
    xRow: S_h * image.W * 4,
    xStep: S_w * 4,
    yImage: C_out * pixels,
    yGroup: channels * pixels,
    yPlane: pixels,
    yRow: columns * 4,
    yStep: 4,
    yStart: 0,
  });
}

function packWeights(engine: Engine, weights: KernelArguments['conv2dPackWeights']): void {
  const blocks = weights.G * Math.ceil(weights.channels / 4);
  engine.run('conv2dPackWeights', tasksForItems(blocks, weights.K * 4), weights);
}

/** Computes y, or dx: for each of its pixels, a sum over taps. */
function overTaps(
  engine: Engine,
  y: Place,
  x: Place,
  w: Place,
  taps: Address,
  bias: Place | null,
  scratch: Address,
  sizes: Omit<Conv2dForwardSizes, 'parts'>,
): void {
  const { N, G, channels, K, rows, columns } = sizes;
  if (rows === 0 || columns === 0) return;
  const blocks = N * G * Math.ceil(channels / 8);
  const parts = partsOfRows(blocks, rows);
  const products = ((rows / parts) * columns * (K + 1) * 8) / 4; // between vectors
  const s = { parts, ...sizes };
  engine.run('conv2dForward', tasksForItems(blocks * parts, products), { y, x, w, taps, bias, scratch, s });
}

function inputGradient(engine: Engine, dx: Place, dy: Place, weight: Place, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, K_h, K_w, H_out, W_out, S_h, S_w, G } = s;
  const [channels, outputs] = [C_in / G, C_out / G];
  const { down, across, top, left, H_seen, W_seen } = gradientTaps(s);
  const image = padded(N * C_out, H_out, W_out, top, left, H_seen, W_seen);
  const most = outputs * K_h * K_w;
  const [copy, packed, tapsAt, order, scratch] = engine.scratch(
    image.bytes,
    G * Math.ceil(channels / 4) * most * 16,
    most * 4,
    most * 4,
    engine.threads * SEGMENT_BYTES,
  );
  const from = pad(engine, copy, dy, N * C_out, H_out, W_out, image);
  const plane = image.H * image.W * 4;
  const kernel = K_h * K_w * 4;
  const pointwise = isPointwise(s);
  for (const h of down) {
    for (const w of across) {
      const taps: number[] = [];
      const places: number[] = []; // where the taps' weights are
      for (let co = 0; co < outputs; co++) {
        for (const { k: kh, offset: oh } of h.positions) {
          for (const { k: kw, offset: ow } of w.positions) {
            taps.push(co * plane + 4 * ((top + oh) * image.W + left + ow));
            places.push(co * channels * kernel + 4 * (kh * K_w + kw));
          }
        }
      }
      const K = taps.length;
      engine.writeIntegers(tapsAt, taps);
      engine.writeIntegers(order, places);
      const groupStep = outputs * channels * kernel;
      packWeights(engine, { to: packed, w: weight, order, G, channels, K, groupStep, channelStep: kernel });
      const [rows, columns] = pointwise ? [1, H * W] : [h.count, w.count];
      overTaps(engine, dx, from, packed, tapsAt, null, scratch, {
        N,
        G,
        channels,
        K,
        rows,
        columns,
        xImage: C_out * plane,
        xGroup: outputs * plane,
        xRow: image.W * 4,
        xStep: 4,
        yImage: C_in * H * W * 4,
        yGroup: channels * H * W * 4,
        yPlane: H * W * 4,
        yRow: S_h * W * 4,
        yStep: S_w * 4,
        yStart: 4 * (h.remainder * W + w.remainder),
      });
    }
  }
}

/** Whether there are so few input channels that most lanes of dx would be empty. Then taps go into lanes instead. */
function fewInputs(s: Conv2dSizes): boolean {
  return s.G === 1 && s.C_in <= 4 && s.K_h * s.K_w > 1;
}

function scatteredInputGradient(engine: Engine, dx: Place, dy: Place, weight: Place, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, K_h, K_w, H_out, W_out, P_h, P_w, D_h, D_w } = s;
  const taps = K_h * K_w;
  const kernel = taps * 4;
  // The size of dx with its padding, and with all pixels behind it that an output has seen.
  const seen = seenByOutputs(s);
  const H_seen = Math.max(H + P_h, seen.H_seen);
  const W_seen = Math.max(W + P_w, seen.W_seen);
  const perThread = Math.ceil(taps / 2) * SEGMENT_BYTES + H_seen * W_seen * 16;
  const [packed, channelsAt, order, placesAt, scratch] = engine.scratch(
    (taps + 1) * C_out * 16,
    C_out * 4,
    C_out * 4,
    taps * 4,
    engine.threads * perThread,
  );
  const channels = Array.from({ length: C_out }, (_, co) => co);
  engine.writeIntegers(
    channelsAt,
    channels.map((co) => 4 * co * H_out * W_out),
  );
  engine.writeIntegers(
    order,
    channels.map((co) => co * C_in * kernel),
  );
  const places: number[] = [];
  for (let kh = 0; kh < K_h; kh++) {
    for (let kw = 0; kw < K_w; kw++) places.push(16 * (kh * D_h * W_seen + kw * D_w));
  }
  engine.writeIntegers(placesAt, places);
  const steps = { groupStep: 4, channelStep: kernel };
  packWeights(engine, { to: packed, w: weight, order, G: taps, channels: C_in, K: C_out, ...steps });
  engine.run('conv2dScatteredInputGradient', N, {
    dx,
    dy,
    w: packed,
    channels: channelsAt,
    places: placesAt,
    scratch,
    perThread,
    taps,
    H_seen,
    W_seen,
    ...s,
  });
}

/** Bytes that the sums of all slices of the images may take. */
const sliceBytes = 16e6;

function weightGradient(engine: Engine, dweight: Place, dy: Place, x: Place, s: Conv2dSizes): void {
  const { N, C_in, H, W, C_out, H_out, W_out, S_h, S_w, G } = s;
  const { image, taps } = inputTaps(s);
  const K = taps.length;
  while (taps.length % 4 !== 0) taps.push(taps[K - 1]);
  const channels = C_out / G;
  const fours = G * Math.ceil(channels / 4);
  const eights = G * Math.ceil(channels / 8);
  const sums = fours * taps.length * 16;
  const slices = Math.max(1, Math.min(N, Math.floor(targetTasks / eights), Math.floor(sliceBytes / sums)));
  const parts = Math.max(1, Math.min(taps.length / 4, Math.floor(targetTasks / eights / slices)));
  const perThread = H_out * W_out * 32;
  const [copy, dw4, tapsAt, scratch] = engine.scratch(
    image.bytes,
    slices * sums,
    taps.length * 4,
    engine.threads * perThread,
  );
  const from = pad(engine, copy, x, N * C_in, H, W, image);
  const [rows, columns] = isPointwise(s) ? [1, H_out * W_out] : [H_out, W_out];
  const plane = image.H * image.W * 4;
  engine.writeIntegers(tapsAt, taps);
  const sizes = {
    N,
    G,
    channels,
    K,
    rows,
    columns,
    parts,
    slices,
    xImage: C_in * plane,
    xGroup: (C_in / G) * plane,
    xRow: S_h * image.W * 4,
    xStep: S_w * 4,
  };
  const tasks = slices * eights * parts;
  engine.run('conv2dWeightGradient', tasks, { dw4, x: from, dy, taps: tapsAt, scratch, perThread, s: sizes });
  engine.run('conv2dUnpackWeights', tasksForItems(fours, K * slices * 4), { dw: dweight, dw4, slices, G, channels, K });
}
