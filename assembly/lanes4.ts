/**
 * To channels in lanes and back. An image (C, H, W) becomes (C / 4, H', W', 4): four channels of a pixel side by side, so
 * that a vector is one pixel whatever the stride, and edges need no care.
 *
 *   channel 0: a b c d        a e i m     pixel 0
 *   channel 1: e f g h   →    b f j n     pixel 1       (a transposed 4x4 block; channels that aren't there are 0)
 *   channel 2: i j k l        c g k o     pixel 2
 *   channel 3: m n o p        d h l p     pixel 3
 */
import { share } from './share';

/** Stores four pixels of four channels, given as rows of channels, transposed. Works in both directions. */
@inline
export function storeTransposed(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23); // a0 b0 a1 b1
  const ab1 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31); // a2 b2 a3 b3
  const cd0 = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const cd1 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  v128.store(to, i8x16.shuffle(ab0, cd0, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to + step, i8x16.shuffle(ab0, cd0, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
  v128.store(to + 2 * step, i8x16.shuffle(ab1, cd1, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to + 3 * step, i8x16.shuffle(ab1, cd1, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
}

/** `count` pixels of `channels` ≤ 4 channels, `plane` bytes apart, to channels in lanes. */
export function rowToLanes(to: usize, x: usize, plane: usize, channels: i32, count: i32): void {
  let p = 0;
  if (channels == 4) {
    for (; p + 4 <= count; p += 4) {
      storeTransposed(to, 16, v128.load(x), v128.load(x + plane), v128.load(x + 2 * plane), v128.load(x + 3 * plane));
      to += 64;
      x += 16;
    }
  }
  for (; p < count; p++) {
    for (let c: usize = 0; c < 4; c++) store<f32>(to + (c << 2), <i32>c < channels ? load<f32>(x + c * plane) : 0);
    to += 16;
    x += 4;
  }
}

/** `count` pixels back, `step` bytes apart, with the bias of each channel (0: none) added. */
export function rowFromLanes(
  y: usize,
  plane: usize,
  step: usize,
  from: usize,
  channels: i32,
  count: i32,
  bias: usize,
): void {
  let add = f32x4.splat(0);
  if (bias) {
    for (let c = 0; c < channels; c++) add = c == 0 ? f32x4.replace_lane(add, 0, load<f32>(bias)) : c == 1 ? f32x4.replace_lane(add, 1, load<f32>(bias, 4)) : c == 2 ? f32x4.replace_lane(add, 2, load<f32>(bias, 8)) : f32x4.replace_lane(add, 3, load<f32>(bias, 12));
  }
  let p = 0;
  if (channels == 4 && step == 4) {
    for (; p + 4 <= count; p += 4) {
      storeTransposed(
        y,
        plane,
        f32x4.add(v128.load(from), add),
        f32x4.add(v128.load(from, 16), add),
        f32x4.add(v128.load(from, 32), add),
        f32x4.add(v128.load(from, 48), add),
      );
      y += 16;
      from += 64;
    }
  }
  for (; p < count; p++) {
    const v = f32x4.add(v128.load(from), add);
    store<f32>(y, f32x4.extract_lane(v, 0));
    if (channels > 1) store<f32>(y + plane, f32x4.extract_lane(v, 1));
    if (channels > 2) store<f32>(y + 2 * plane, f32x4.extract_lane(v, 2));
    if (channels > 3) store<f32>(y + 3 * plane, f32x4.extract_lane(v, 3));
    y += step;
    from += 16;
  }
}

/**
 * Up to four channels of an image, x (channels, H, W) → to (H_to, W_to, 4): the image at row `top` and column `left`, 0 around
 * it. What doesn't fit is cut off; `top` may be negative.
 */
export function planeToLanes(
  to: usize,
  x: usize,
  channels: i32,
  H: i32,
  W: i32,
  H_to: i32,
  W_to: i32,
  top: i32,
  left: i32,
): void {
  const plane = (<usize>(H * W)) << 2;
  const row = (<usize>W_to) << 4;
  const columns = min(W, W_to - left);
  const before = (<usize>left) << 4;
  const beyond = (<usize>(left + columns)) << 4;
  for (let h = 0; h < H_to; h++) {
    if (h < top || h >= top + H) {
      memory.fill(to, 0, row);
    } else {
      if (left > 0) memory.fill(to, 0, before);
      if (beyond < row) memory.fill(to + beyond, 0, row - beyond);
      rowToLanes(to + before, x + ((<usize>((h - top) * W)) << 2), plane, channels, columns);
    }
    to += row;
  }
}

/** x (N, C, H, W) → to (N, C / 4, H_to, W_to, 4), as planeToLanes does it. Tasks share the N · C / 4 planes. */
export function toLanes(
  to: usize,
  x: usize,
  N: i32,
  C: i32,
  H: i32,
  W: i32,
  H_to: i32,
  W_to: i32,
  top: i32,
  left: i32,
  task: i32,
  tasks: i32,
): void {
  const C4 = (C + 3) >> 2;
  const end = share(N * C4, task + 1, tasks);
  for (let i = share(N * C4, task, tasks); i < end; i++) {
    const c = (i % C4) << 2;
    const from = x + ((<usize>(((i / C4) * C + c) * H * W)) << 2);
    planeToLanes(to + ((<usize>i * H_to * W_to) << 4), from, min(4, C - c), H, W, H_to, W_to, top, left);
  }
}
