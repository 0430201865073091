/**
 * conv2d: every option, directly. The maths: `src/ops/conv2d.ts`; stride 1 with 3x3 and 5x5 kernels goes by `winograd.ts`.
 *
 * A convolution is a walk over taps: output pixel p is Σ_k w[k] · x[p + taps[k]], where k counts input channels and the
 * kernel's rows and columns, and taps[k] is how far away in memory that pixel lies. Eight output channels are computed at
 * once, in lanes, for four neighbouring pixels (tiles.ts). The image has its zeros around it already, so no tap is outside.
 *
 *   weights w (G, C_out / G / 4, K, 4):  output channels in lanes      x (N, C_in, H, W), padded
 *
 * The gradient of x is such a walk too: a pixel of x collects dy from all outputs that saw it. With stride S only every S-th
 * tap has seen it, always the same ones for pixels that are S apart, so dx is made of S · S images with their own taps.
 * The gradient of the weights has pixels and taps change places: dw[k] = Σ_p x[p + taps[k]] · dy[p].
 */
import { biasLanes, rowFromLanes, rowToLanes } from './lanes4';
import { pixelsTile, pixelsTile4, tapsTile, tapsTile4 } from './tiles';
import { share } from './share';

/** Where pixels lie. Written by `src/backends/wasm/conv2d.ts`, in this order; steps are in bytes. */
@unmanaged
export class TapsSizes {
  N: i32;
  G: i32;
  /** Output channels of a group. */
  lanes: i32;
  /** Taps: input channels of a group x the kernel's pixels. */
  K: i32;
  /** Rows and columns of the output that is walked over, and into how many parts its rows are split for tasks. */
  rows: i32;
  columns: i32;
  parts: i32;
  /** Gradient of weights: sums of their own for so many slices of the images. */
  slices: i32;
  /** From one image, group, row, column of x to the next that is seen. */
  xImage: i32;
  xGroup: i32;
  xRow: i32;
  xStep: i32;
  /** Of y: image, group, channel, row, column, and where the first pixel is. */
  yImage: i32;
  yGroup: i32;
  yPlane: i32;
  yRow: i32;
  yStep: i32;
  yStart: i32;
  /** For depthwise.ts, which pads while it walks: a plane, its size with zeros around it, and where in that it lies. */
  H: i32;
  W: i32;
  H_seen: i32;
  W_seen: i32;
  top: i32;
  left: i32;
}

/** Output pixels that are computed in a row before they are transposed into y: a multiple of 4 and of 6. */
const run = 60;

/** One run of pixels to `out` (2, run, 4): blocks of four pixels, then the rest. */
@inline
function tapsRun<Step>(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  const z: usize = run << 4;
  let p = 0;
  for (; p + 4 <= count; p += 4) {
    tapsTile<Step>(out, z, x, taps, K, w, wv, 4);
    out += 64;
    x += 4 * sizeof<Step>();
  }
  if (count - p == 3) tapsTile<Step>(out, z, x, taps, K, w, wv, 3);
  else if (count - p == 2) tapsTile<Step>(out, z, x, taps, K, w, wv, 2);
  else if (count - p == 1) tapsTile<Step>(out, z, x, taps, K, w, wv, 1);
}

/** The same with only one vector of output channels: blocks of six pixels. */
@inline
function tapsRun4<Step>(out: usize, x: usize, taps: usize, K: i32, w: usize, count: i32): void {
  let p = 0;
  for (; p + 6 <= count; p += 6) {
    tapsTile4<Step>(out, x, taps, K, w, 6);
    out += 96;
    x += 6 * sizeof<Step>();
  }
  if (count - p == 5) tapsTile4<Step>(out, x, taps, K, w, 5);
  else if (count - p == 4) tapsTile4<Step>(out, x, taps, K, w, 4);
  else if (count - p == 3) tapsTile4<Step>(out, x, taps, K, w, 3);
  else if (count - p == 2) tapsTile4<Step>(out, x, taps, K, w, 2);
  else if (count - p == 1) tapsTile4<Step>(out, x, taps, K, w, 1);
}

// Functions of their own, so that each has the registers to itself.
function stride1(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  if (wv) tapsRun<f32>(out, x, taps, K, w, wv, count);
  else tapsRun4<f32>(out, x, taps, K, w, count);
}

function stride2(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  if (wv) tapsRun<f64>(out, x, taps, K, w, wv, count);
  else tapsRun4<f64>(out, x, taps, K, w, count);
}

function stride4(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  if (wv) tapsRun<v128>(out, x, taps, K, w, wv, count);
  else tapsRun4<v128>(out, x, taps, K, w, count);
}

/** Any stride: pixel by pixel. */
function anyStride(out: usize, x: usize, step: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    if (wv) tapsTile<f32>(out, run << 4, x, taps, K, w, wv, 1);
    else tapsTile4<f32>(out, x, taps, K, w, 1);
    out += 16;
    x += step;
  }
}

/** Writes y where `sizes` says. The work is images x groups x blocks of eight output channels x parts of the rows, which
 *  tasks share. `scratch`: 2 KiB for each thread. */
export function conv2dTaps(
  y: usize,
  x: usize,
  w: usize,
  taps: usize,
  bias: usize,
  scratch: usize,
  sizes: usize,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const s = changetype<TapsSizes>(sizes);
  const pairs = (s.lanes + 7) >> 3;
  const work = s.N * s.G * pairs * s.parts;
  const end = share(work, task + 1, tasks);
  for (let at = share(work, task, tasks); at < end; at++) {
    const block = at / s.parts;
    const g = (block / pairs) % s.G;
    const n = block / pairs / s.G;
    tapsBlock(y, x, w, taps, bias, scratch + ((<usize>thread) << 11), s, n, g, block % pairs, at % s.parts);
  }
}

function tapsBlock(
  y: usize,
  x: usize,
  w: usize,
  taps: usize,
  bias: usize,
  out: usize,
  s: TapsSizes,
  n: i32,
  g: i32,
  pair: i32,
  part: i32,
): void {
  const lanes4 = (s.lanes + 3) >> 2;
  const co = pair << 3;
  const wv = (<usize>s.K) << 4;
  const weights = w + <usize>(g * lanes4 + 2 * pair) * wv;
  const two = 2 * pair + 1 < lanes4;
  const second: usize = two ? max(wv, 16) : 0; // not 0 even where no tap has seen a pixel
  const b = bias ? bias + ((<usize>(g * s.lanes + co)) << 2) : 0;
  const bias0 = biasLanes(b, s.lanes - co);
  const bias1 = biasLanes(b && two ? b + 16 : 0, s.lanes - co - 4);
  const end = share(s.rows, part + 1, s.parts);
  for (let row = share(s.rows, part, s.parts); row < end; row++) {
    let from = x + <usize>(n * s.xImage + g * s.xGroup + row * s.xRow);
    let to = y + <usize>(n * s.yImage + g * s.yGroup + co * s.yPlane + row * s.yRow + s.yStart);
    for (let column = 0; column < s.columns; column += run) {
      const count = min(run, s.columns - column);
      if (s.xStep == 4) stride1(out, from, taps, s.K, weights, second, count);
      else if (s.xStep == 8) stride2(out, from, taps, s.K, weights, second, count);
      else if (s.xStep == 16) stride4(out, from, taps, s.K, weights, second, count);
      else anyStride(out, from, <usize>s.xStep, taps, s.K, weights, second, count);
      rowFromLanes(to, s.yPlane, s.yStep, out, min(4, s.lanes - co), count, bias0);
      if (two) {
        rowFromLanes(
          to + 4 * s.yPlane,
          s.yPlane,
          s.yStep,
          out + (run << 4),
          min(4, s.lanes - co - 4),
          count,
          bias1,
        );
      }
      from += <usize>(run * s.xStep);
      to += <usize>(run * s.yStep);
    }
  }
}

/**
 * dx where there are four input channels or fewer, too few for lanes: there a vector is one tap's four input channels, and
 * every pixel of dy is multiplied with all taps,
 *
 *   columns[tap, p] = Σ_co w[tap, co] · dy[co, p]      then      dx4[p · S + tap] += columns[tap, p]
 *
 * w (taps, C_out, 4). A task is one image. `scratch`: `perThread` bytes for each thread, for columns and dx4.
 */
export function conv2dScatter(
  dx: usize,
  dy: usize,
  w: usize,
  channels: usize,
  places: usize,
  scratch: usize,
  perThread: i32,
  taps: i32,
  C_in: i32,
  C_out: i32,
  H_out: i32,
  W_out: i32,
  H: i32,
  W: i32,
  W_seen: i32,
  H_seen: i32,
  P_h: i32,
  P_w: i32,
  S_h: i32,
  S_w: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const columns = scratch + <usize>(thread * perThread);
  const vector: usize = run << 4; // from one tap's run of pixels to the next one's
  const wv = (<usize>C_out) << 4;
  const dx4 = columns + ((<usize>((taps + 1) & ~1)) << 10);
  memory.fill(dx4, 0, (<usize>(H_seen * W_seen)) << 4);
  const image = dy + ((<usize>(task * C_out * H_out * W_out)) << 2);
  for (let ho = 0; ho < H_out; ho++) {
    for (let wo = 0; wo < W_out; wo += run) {
      const count = min(run, W_out - wo);
      const from = image + ((<usize>(ho * W_out + wo)) << 2);
      for (let tap = 0; tap < taps; tap += 2) {
        const out = columns + <usize>tap * vector;
        stride1(out, from, channels, C_out, w + <usize>tap * wv, tap + 1 < taps ? wv : 0, count);
      }
      const corner = dx4 + ((<usize>(ho * S_h * W_seen + wo * S_w)) << 4);
      for (let tap = 0; tap < taps; tap++) {
        let column = columns + <usize>tap * vector;
        let to = corner + load<i32>(places + ((<usize>tap) << 2));
        for (let p = 0; p < count; p++) {
          v128.store(to, f32x4.add(v128.load(to), v128.load(column)));
          column += 16;
          to += (<usize>S_w) << 4;
        }
      }
    }
  }
  const plane = (<usize>(H * W)) << 2;
  for (let h = 0; h < H; h++) {
    const from = dx4 + ((<usize>((h + P_h) * W_seen + P_w)) << 4);
    rowFromLanes(dx + <usize>(task * C_in) * plane + ((<usize>(h * W)) << 2), plane, 4, from, C_in, W, f32x4.splat(0));
  }
}

/**
 * Weights with output channels in lanes: to (G, lanes / 4, K, 4). Lane l of group g is at w + g · groupStep + l · laneStep +
 * order[k], in bytes. Tasks share the blocks of four lanes.
 */
export function conv2dPackWeights(
  to: usize,
  w: usize,
  order: usize,
  G: i32,
  lanes: i32,
  K: i32,
  groupStep: i32,
  laneStep: i32,
  task: i32,
  tasks: i32,
): void {
  const lanes4 = (lanes + 3) >> 2;
  const end = share(G * lanes4, task + 1, tasks);
  for (let i = share(G * lanes4, task, tasks); i < end; i++) {
    const lane = (i % lanes4) << 2;
    const channels = min(4, lanes - lane);
    const from = w + <usize>((i / lanes4) * groupStep + lane * laneStep);
    let at = to + ((<usize>(i * K)) << 4);
    for (let k = 0; k < K; k++) {
      const p = from + load<i32>(order + ((<usize>k) << 2));
      let four = v128.load_zero<f32>(p);
      if (channels > 1) four = v128.load_lane<f32>(p + <usize>laneStep, four, 1);
      if (channels > 2) four = v128.load_lane<f32>(p + <usize>(2 * laneStep), four, 2);
      if (channels > 3) four = v128.load_lane<f32>(p + <usize>(3 * laneStep), four, 3);
      v128.store(at, four);
      at += 16;
    }
  }
}

/** Images with zeros around them: to (planes, H_to, W_to), the image at row `top` and column `left`. Tasks share the planes. */
export function conv2dPad(
  to: usize,
  x: usize,
  planes: i32,
  H: i32,
  W: i32,
  H_to: i32,
  W_to: i32,
  top: i32,
  left: i32,
  task: i32,
  tasks: i32,
): void {
  const end = share(planes, task + 1, tasks);
  const rows = min(H, H_to - top);
  const columns = min(W, W_to - left);
  for (let plane = share(planes, task, tasks); plane < end; plane++) {
    const image = to + ((<usize>(plane * H_to * W_to)) << 2);
    memory.fill(image, 0, (<usize>(H_to * W_to)) << 2);
    for (let h = 0; h < rows; h++) {
      memory.copy(
        image + ((<usize>((h + top) * W_to + left)) << 2),
        x + ((<usize>((plane * H + h) * W)) << 2),
        (<usize>columns) << 2,
      );
    }
  }
}

/**
 * dw4 (slices, G, lanes / 4, K', 4), K' being K up to the next multiple of 4 (and so many taps are given). A task is a slice of
 * the images, a group, a block of eight output channels and a part of the taps; each sum runs over the slice's images in
 * their order. `scratch`: `perThread` bytes for each thread, for one image's dy with channels in lanes.
 */
export function conv2dPixels(
  dw4: usize,
  x: usize,
  dy: usize,
  taps: usize,
  scratch: usize,
  perThread: i32,
  sizes: usize,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const s = changetype<TapsSizes>(sizes);
  const lanes4 = (s.lanes + 3) >> 2;
  const pairs = (lanes4 + 1) >> 1;
  const K4 = (s.K + 3) >> 2;
  const part = task % s.parts;
  const pair = (task / s.parts) % pairs;
  const g = (task / s.parts / pairs) % s.G;
  const slice = task / s.parts / pairs / s.G;
  const begin = share(K4, part, s.parts);
  const end = share(K4, part + 1, s.parts);
  const co = pair << 3;
  const two = 2 * pair + 1 < lanes4;
  const dwv = (<usize>K4) << 6;
  const dw = dw4 + <usize>((slice * s.G + g) * lanes4 + 2 * pair) * dwv;
  memory.fill(dw + ((<usize>begin) << 6), 0, (<usize>(end - begin)) << 6);
  if (two) memory.fill(dw + dwv + ((<usize>begin) << 6), 0, (<usize>(end - begin)) << 6);

  const pixels = s.rows * s.columns;
  const plane = (<usize>pixels) << 2;
  const dyv = plane << 2;
  const dy4 = scratch + <usize>(thread * perThread);
  const last = share(s.N, slice + 1, s.slices);
  for (let n = share(s.N, slice, s.slices); n < last; n++) {
    const gradient = dy + <usize>((n * s.G + g) * s.lanes + co) * plane;
    rowToLanes(dy4, gradient, plane, min(4, s.lanes - co), pixels);
    if (two) rowToLanes(dy4 + dyv, gradient + 4 * plane, plane, min(4, s.lanes - co - 4), pixels);
    const image = x + <usize>(n * s.xImage + g * s.xGroup);
    for (let k = begin; k < end; k++) {
      const tap = taps + ((<usize>k) << 4);
      const x0 = image + load<i32>(tap);
      const x1 = image + load<i32>(tap, 4);
      const x2 = image + load<i32>(tap, 8);
      const x3 = image + load<i32>(tap, 12);
      const to = dw + ((<usize>k) << 6);
      if (s.xStep == 4) {
        if (two) pixelsTile<f32>(to, dwv, 16, x0, x1, x2, x3, dy4, dyv, s.rows, s.xRow, s.columns);
        else pixelsTile4<f32>(to, 16, x0, x1, x2, x3, dy4, s.rows, s.xRow, s.columns);
      } else if (s.xStep == 8) {
        if (two) pixelsTile<f64>(to, dwv, 16, x0, x1, x2, x3, dy4, dyv, s.rows, s.xRow, s.columns);
        else pixelsTile4<f64>(to, 16, x0, x1, x2, x3, dy4, s.rows, s.xRow, s.columns);
      } else {
        // Any stride: each pixel as a row of its own.
        for (let row = 0; row < s.rows; row++) {
          const at = <usize>(row * s.xRow);
          const d = dy4 + ((<usize>(row * s.columns)) << 4);
          if (two) pixelsTile<f32>(to, dwv, 16, x0 + at, x1 + at, x2 + at, x3 + at, d, dyv, s.columns, s.xStep, 1);
          else pixelsTile4<f32>(to, 16, x0 + at, x1 + at, x2 + at, x3 + at, d, s.columns, s.xStep, 1);
        }
      }
    }
  }
}

/** dw (C_out, K) = Σ of dw4 (slices, G, lanes / 4, K', 4) over the slices, of which the first is used up. Tasks share the
 *  blocks of four lanes. */
export function conv2dUnpackWeights(
  dw: usize,
  dw4: usize,
  slices: i32,
  G: i32,
  lanes: i32,
  K: i32,
  task: i32,
  tasks: i32,
): void {
  const lanes4 = (lanes + 3) >> 2;
  const block = (<usize>((K + 3) >> 2)) << 6;
  const slice = <usize>(G * lanes4) * block;
  const end = share(G * lanes4, task + 1, tasks);
  for (let i = share(G * lanes4, task, tasks); i < end; i++) {
    const sums = dw4 + <usize>i * block;
    for (let j = 1; j < slices; j++) {
      const more = sums + <usize>j * slice;
      for (let at: usize = 0; at < block; at += 16) {
        v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(more + at)));
      }
    }
    const lane = (i % lanes4) << 2;
    const plane = (<usize>K) << 2;
    const to = dw + <usize>((i / lanes4) * lanes + lane) * plane;
    rowFromLanes(to, plane, 4, sums, min(4, lanes - lane), K, f32x4.splat(0));
  }
}

/** dbias[co] = Σ dy over images and pixels, in f64. Tasks share the channels. */
export function conv2dBiasGradient(
  dbias: usize,
  dy: usize,
  N: i32,
  C: i32,
  pixels: i32,
  task: i32,
  tasks: i32,
): void {
  const end = share(C, task + 1, tasks);
  for (let c = share(C, task, tasks); c < end; c++) {
    let sums = f64x2.splat(0);
    let rest: f64 = 0;
    for (let n = 0; n < N; n++) {
      let p = dy + ((<usize>((n * C + c) * pixels)) << 2);
      let i = 0;
      for (; i + 4 <= pixels; i += 4) {
        const v = v128.load(p);
        const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
        sums = f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high)));
        p += 16;
      }
      for (; i < pixels; i++) {
        rest += <f64>load<f32>(p);
        p += 4;
      }
    }
    store<f32>(
      dbias + ((<usize>c) << 2),
      <f32>(f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest),
    );
  }
}
