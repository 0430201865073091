/**
 * conv2d: every option, directly. The maths: `src/ops/conv2d.ts`; stride 1 with 3x3 and 5x5 kernels goes by `winograd`.
 *
 * An output pixel p is Σ_k w[k] · x[p + taps[k]], where k counts input channels and the
 * kernel's rows and columns, and taps[k] is how far away in memory that pixel lies. Eight output channels are computed at
 * once, in lanes, for four neighbouring pixels (tiles.ts). The image has its zeros around it already, so no tap is outside.
 *
 *   weights w (G, C_out / G / 4, K, 4):  output channels in lanes      x (N, C_in, H, W), padded
 *
 * The gradient of x is such a sum, too: a pixel of x collects dy from all outputs that saw it. With stride S only every S-th
 * tap has seen it, always the same ones for pixels that are S apart, so dx is made of S · S images with their own taps.
 * The gradient of the weights has pixels and taps change places: dw[k] = Σ_p x[p + taps[k]] · dy[p].
 */
import { biasLanes, rowFromLanes, rowToLanes } from './lanes4';
import { pixelsTile, pixelsTile4, tapsTile, tapsTile4 } from './tiles';
import { Optional } from './optional';
import { firstItem } from './split';

/** Where taps and pixels lie; steps are in bytes. */
@unmanaged
class Conv2dSizes {
  N: i32;
  G: i32;
  /** Channels of a group that are computed: of y in the forward pass, of x for its gradient. */
  channels: i32;
  /** Taps: channels of a group that are summed over x the kernel's pixels. */
  K: i32;
  /** Rows and columns of the output that is computed, and into how many parts its rows (or the taps) are split for tasks. */
  rows: i32;
  columns: i32;
  parts: i32;
  /** From one image, group, row, column of x to the next that is seen. */
  xImage: i32;
  xGroup: i32;
  xRow: i32;
  xStep: i32;
}

@unmanaged
export class Conv2dForwardSizes extends Conv2dSizes {
  /** From one image, group, channel, row, column of y to the next, and where the first pixel is. */
  yImage: i32;
  yGroup: i32;
  yPlane: i32;
  yRow: i32;
  yStep: i32;
  yStart: i32;
}

@unmanaged
export class Conv2dWeightGradientSizes extends Conv2dSizes {
  /** There are sums of their own for so many slices of the images. */
  slices: i32;
}

/** A segment: output pixels of one row that are computed before they are transposed into y. A multiple of 4 and of 6. */
export const SEGMENT: i32 = 60;
/** Bytes of scratch that a segment takes, two vectors a pixel; rounded up, so that threads have cache lines of their own. */
export const SEGMENT_BYTES: i32 = 2048;

/** One segment to `out` (2, SEGMENT, 4): blocks of four pixels, then the rest. */
@inline
function tapsSegment<Step>(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  const z: usize = SEGMENT << 4;
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
function tapsSegment4<Step>(out: usize, x: usize, taps: usize, K: i32, w: usize, count: i32): void {
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
  if (wv) tapsSegment<f32>(out, x, taps, K, w, wv, count);
  else tapsSegment4<f32>(out, x, taps, K, w, count);
}

function stride2(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  if (wv) tapsSegment<f64>(out, x, taps, K, w, wv, count);
  else tapsSegment4<f64>(out, x, taps, K, w, count);
}

function stride4(out: usize, x: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  if (wv) tapsSegment<v128>(out, x, taps, K, w, wv, count);
  else tapsSegment4<v128>(out, x, taps, K, w, count);
}

/** Any stride: pixel by pixel. */
function anyStride(out: usize, x: usize, step: usize, taps: usize, K: i32, w: usize, wv: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    if (wv) tapsTile<f32>(out, SEGMENT << 4, x, taps, K, w, wv, 1);
    else tapsTile4<f32>(out, x, taps, K, w, 1);
    out += 16;
    x += step;
  }
}

/**
 * Writes y where `s` says; the gradient of x is computed by it as well, with dy for x and dx for y. Tasks share images x groups
 * x blocks of eight channels x parts of the rows. `scratch`: SEGMENT_BYTES for each thread.
 */
export function conv2dForward(
  y: usize,
  x: usize,
  w: usize,
  taps: usize,
  bias: Optional,
  scratch: usize,
  s: Conv2dForwardSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const eights = (s.channels + 7) >> 3;
  const work = s.N * s.G * eights * s.parts;
  const end = firstItem(work, task + 1, tasks);
  for (let at = firstItem(work, task, tasks); at < end; at++) {
    const block = at / s.parts;
    const g = (block / eights) % s.G;
    const n = block / eights / s.G;
    const out = scratch + <usize>(thread * SEGMENT_BYTES);
    forwardBlock(y, x, w, taps, bias, out, s, n, g, block % eights, at % s.parts);
  }
}

/** One part of the rows of eight channels, from channel 8 · `eight` of the group on. */
function forwardBlock(
  y: usize,
  x: usize,
  w: usize,
  taps: usize,
  bias: usize,
  out: usize,
  s: Conv2dForwardSizes,
  n: i32,
  g: i32,
  eight: i32,
  part: i32,
): void {
  const fours = (s.channels + 3) >> 2;
  const co = eight << 3;
  const wv = (<usize>s.K) << 4;
  const weights = w + <usize>(g * fours + 2 * eight) * wv;
  const two = 2 * eight + 1 < fours;
  const second: usize = two ? max(wv, 16) : 0; // not 0 even where no tap has seen a pixel
  const b = bias ? bias + ((<usize>(g * s.channels + co)) << 2) : 0;
  const bias0 = biasLanes(b, s.channels - co);
  const bias1 = biasLanes(b && two ? b + 16 : 0, s.channels - co - 4);
  const end = firstItem(s.rows, part + 1, s.parts);
  for (let row = firstItem(s.rows, part, s.parts); row < end; row++) {
    let from = x + <usize>(n * s.xImage + g * s.xGroup + row * s.xRow);
    let to = y + <usize>(n * s.yImage + g * s.yGroup + co * s.yPlane + row * s.yRow + s.yStart);
    for (let column = 0; column < s.columns; column += SEGMENT) {
      const count = min(SEGMENT, s.columns - column);
      if (s.xStep == 4) stride1(out, from, taps, s.K, weights, second, count);
      else if (s.xStep == 8) stride2(out, from, taps, s.K, weights, second, count);
      else if (s.xStep == 16) stride4(out, from, taps, s.K, weights, second, count);
      else anyStride(out, from, <usize>s.xStep, taps, s.K, weights, second, count);
      rowFromLanes(to, s.yPlane, s.yStep, out, min(4, s.channels - co), count, bias0);
      if (two) {
        rowFromLanes(
          to + 4 * s.yPlane,
          s.yPlane,
          s.yStep,
          out + (SEGMENT << 4),
          min(4, s.channels - co - 4),
          count,
          bias1,
        );
      }
      from += <usize>(SEGMENT * s.xStep);
      to += <usize>(SEGMENT * s.yStep);
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
export function conv2dScatteredInputGradient(
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
  const vector: usize = SEGMENT << 4; // from one tap's segment to the next one's
  const wv = (<usize>C_out) << 4;
  const dx4 = columns + <usize>(((taps + 1) & ~1) * (SEGMENT_BYTES / 2));
  memory.fill(dx4, 0, (<usize>(H_seen * W_seen)) << 4);
  const image = dy + ((<usize>(task * C_out * H_out * W_out)) << 2);
  for (let ho = 0; ho < H_out; ho++) {
    for (let wo = 0; wo < W_out; wo += SEGMENT) {
      const count = min(SEGMENT, W_out - wo);
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
 * Weights with channels in lanes: to (G, channels / 4, K, 4). Channel c of group g is at w + g · groupStep + c · channelStep +
 * order[k], in bytes. Tasks share the blocks of four channels.
 */
export function conv2dPackWeights(
  to: usize,
  w: usize,
  order: usize,
  G: i32,
  channels: i32,
  K: i32,
  groupStep: i32,
  channelStep: i32,
  task: i32,
  tasks: i32,
): void {
  const fours = (channels + 3) >> 2;
  const end = firstItem(G * fours, task + 1, tasks);
  for (let i = firstItem(G * fours, task, tasks); i < end; i++) {
    const channel = (i % fours) << 2;
    const lanes = min(4, channels - channel);
    const from = w + <usize>((i / fours) * groupStep + channel * channelStep);
    let at = to + ((<usize>(i * K)) << 4);
    for (let k = 0; k < K; k++) {
      const p = from + load<i32>(order + ((<usize>k) << 2));
      let four = v128.load_zero<f32>(p);
      if (lanes > 1) four = v128.load_lane<f32>(p + <usize>channelStep, four, 1);
      if (lanes > 2) four = v128.load_lane<f32>(p + <usize>(2 * channelStep), four, 2);
      if (lanes > 3) four = v128.load_lane<f32>(p + <usize>(3 * channelStep), four, 3);
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
  const end = firstItem(planes, task + 1, tasks);
  const rows = min(H, H_to - top);
  const columns = min(W, W_to - left);
  for (let plane = firstItem(planes, task, tasks); plane < end; plane++) {
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
 * dw4 (slices, G, channels / 4, K', 4), K' being K up to the next multiple of 4 (and so many taps are given). A task is a slice of
 * the images, a group, a block of eight output channels and a part of the taps; each sum runs over the slice's images in
 * their order. `scratch`: `perThread` bytes for each thread, for one image's dy with channels in lanes.
 */
export function conv2dWeightGradient(
  dw4: usize,
  x: usize,
  dy: usize,
  taps: usize,
  scratch: usize,
  perThread: i32,
  s: Conv2dWeightGradientSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const fours = (s.channels + 3) >> 2;
  const eights = (fours + 1) >> 1;
  const K4 = (s.K + 3) >> 2;
  const part = task % s.parts;
  const eight = (task / s.parts) % eights;
  const g = (task / s.parts / eights) % s.G;
  const slice = task / s.parts / eights / s.G;
  const begin = firstItem(K4, part, s.parts);
  const end = firstItem(K4, part + 1, s.parts);
  const co = eight << 3;
  const two = 2 * eight + 1 < fours;
  const dwv = (<usize>K4) << 6;
  const dw = dw4 + <usize>((slice * s.G + g) * fours + 2 * eight) * dwv;
  memory.fill(dw + ((<usize>begin) << 6), 0, (<usize>(end - begin)) << 6);
  if (two) memory.fill(dw + dwv + ((<usize>begin) << 6), 0, (<usize>(end - begin)) << 6);

  const pixels = s.rows * s.columns;
  const plane = (<usize>pixels) << 2;
  const dyv = plane << 2;
  const dy4 = scratch + <usize>(thread * perThread);
  const last = firstItem(s.N, slice + 1, s.slices);
  for (let n = firstItem(s.N, slice, s.slices); n < last; n++) {
    const gradient = dy + <usize>((n * s.G + g) * s.channels + co) * plane;
    rowToLanes(dy4, gradient, plane, min(4, s.channels - co), pixels);
    if (two) rowToLanes(dy4 + dyv, gradient + 4 * plane, plane, min(4, s.channels - co - 4), pixels);
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

/** dw (C_out, K) = Σ of dw4 (slices, G, channels / 4, K', 4) over the slices, of which the first is used up. Tasks share the
 *  blocks of four channels. */
export function conv2dUnpackWeights(
  dw: usize,
  dw4: usize,
  slices: i32,
  G: i32,
  channels: i32,
  K: i32,
  task: i32,
  tasks: i32,
): void {
  const fours = (channels + 3) >> 2;
  const block = (<usize>((K + 3) >> 2)) << 6;
  const slice = <usize>(G * fours) * block;
  const end = firstItem(G * fours, task + 1, tasks);
  for (let i = firstItem(G * fours, task, tasks); i < end; i++) {
    const sums = dw4 + <usize>i * block;
    for (let j = 1; j < slices; j++) {
      const more = sums + <usize>j * slice;
      for (let at: usize = 0; at < block; at += 16) {
        v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(more + at)));
      }
    }
    const channel = (i % fours) << 2;
    const plane = (<usize>K) << 2;
    const to = dw + <usize>((i / fours) * channels + channel) * plane;
    rowFromLanes(to, plane, 4, sums, min(4, channels - channel), K, f32x4.splat(0));
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
  const end = firstItem(C, task + 1, tasks);
  for (let c = firstItem(C, task, tasks); c < end; c++) {
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
