/**
 * To channels in lanes, and back. An image (C, H, W) becomes (C / 4, H', W', 4), with four channels of a pixel side by side. So a
 * vector is one pixel, whatever the stride, and there are no rests of lanes.
 *
 *   channel 0: a b c d        a e i m     pixel 0
 *   channel 1: e f g h   →    b f j n     pixel 1       (a transposed 4x4 block; channels that aren't there are 0)
 *   channel 2: i j k l        c g k o     pixel 2
 *   channel 3: m n o p        d h l p     pixel 3
 */
/** Row `i` of a transposed 4x4 block, whose columns are a, b, c, d. */
@inline
function upper(i: i32, a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  return i == 0 ? v128.shuffle<f32>(ab, cd, 0, 1, 4, 5) : v128.shuffle<f32>(ab, cd, 2, 3, 6, 7);
}

@inline
function lower(i: i32, a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<f32>(a, b, 2, 6, 3, 7); // a2 b2 a3 b3
  const cd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  return i == 2 ? v128.shuffle<f32>(ab, cd, 0, 1, 4, 5) : v128.shuffle<f32>(ab, cd, 2, 3, 6, 7);
}

@inline
function storeLanes(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, upper(0, a, b, c, d));
  v128.store(to, upper(1, a, b, c, d), 16);
  v128.store(to, lower(2, a, b, c, d), 32);
  v128.store(to, lower(3, a, b, c, d), 48);
}

/** Puts the channels of `count` pixels into lanes: `channels` ≤ 4 of them, `plane` bytes apart. */
export function rowToLanes(to: usize, x: usize, plane: usize, channels: i32, count: i32): void {
  const zero = f32x4.splat(0);
  const x1 = plane;
  const x2: usize = 2 * plane;
  const x3: usize = 3 * plane;
  let p = 0;
  if (channels == 4) {
    for (; p + 4 <= count; p += 4) {
      storeLanes(to, v128.load(x), v128.load(x + x1), v128.load(x + x2), v128.load(x + x3));
      to += 64;
      x += 16;
    }
  } else {
    for (; p + 4 <= count; p += 4) {
      const b = channels > 1 ? v128.load(x + x1) : zero;
      const c = channels > 2 ? v128.load(x + x2) : zero;
      storeLanes(to, v128.load(x), b, c, zero);
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

/** The biases of `channels` ≤ 4 channels as a vector; `bias` 0: none. */
@inline
export function biasLanes(bias: usize, channels: i32): v128 {
  let lanes = f32x4.splat(0);
  if (bias) {
    lanes = f32x4.replace_lane(lanes, 0, load<f32>(bias));
    if (channels > 1) lanes = f32x4.replace_lane(lanes, 1, load<f32>(bias, 4));
    if (channels > 2) lanes = f32x4.replace_lane(lanes, 2, load<f32>(bias, 8));
    if (channels > 3) lanes = f32x4.replace_lane(lanes, 3, load<f32>(bias, 12));
  }
  return lanes;
}

/** Writes `count` pixels back to their planes, `step` bytes apart, and adds the channels' biases. */
export function rowFromLanes(
  y: usize,
  plane: usize,
  step: usize,
  from: usize,
  channels: i32,
  count: i32,
  bias: v128,
): void {
  let p = 0;
  if (step == 4) {
    for (; p + 4 <= count; p += 4) {
      const a = f32x4.add(v128.load(from), bias);
      const b = f32x4.add(v128.load(from, 16), bias);
      const c = f32x4.add(v128.load(from, 32), bias);
      const d = f32x4.add(v128.load(from, 48), bias);
      v128.store(y, upper(0, a, b, c, d));
      if (channels > 1) v128.store(y + plane, upper(1, a, b, c, d));
      if (channels > 2) v128.store(y + 2 * plane, lower(2, a, b, c, d));
      if (channels > 3) v128.store(y + 3 * plane, lower(3, a, b, c, d));
      y += 16;
      from += 64;
    }
    if (p + 2 <= count) {
      pairFromLanes(y, plane, v128.load(from), v128.load(from, 16), channels, bias);
      p += 2;
      y += 8;
      from += 32;
    }
  }
  for (; p < count; p++) {
    const v = f32x4.add(v128.load(from), bias);
    v128.store32_lane(y, v, 0);
    if (channels > 1) v128.store32_lane(y + plane, v, 1);
    if (channels > 2) v128.store32_lane(y + 2 * plane, v, 2);
    if (channels > 3) v128.store32_lane(y + 3 * plane, v, 3);
    y += step;
    from += 16;
  }
}

/** Writes two neighbouring pixels back. */
@inline
export function pairFromLanes(y: usize, plane: usize, a: v128, b: v128, channels: i32, bias: v128): void {
  a = f32x4.add(a, bias);
  b = f32x4.add(b, bias);
  const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  v128.store64_lane(y, low, 0);
  if (channels > 1) v128.store64_lane(y + plane, low, 1);
  const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  if (channels > 2) v128.store64_lane(y + 2 * plane, high, 0);
  if (channels > 3) v128.store64_lane(y + 3 * plane, high, 1);
}

/** Clears a few vectors. `memory.fill` would take longer, since it is a call out of the module. */
@inline
function clear(from: usize, end: usize): void {
  const zero = f32x4.splat(0);
  for (; from < end; from += 16) v128.store(from, zero);
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
      clear(to, to + row);
    } else {
      clear(to, to + before);
      clear(to + beyond, to + row);
      rowToLanes(to + before, x + ((<usize>((h - top) * W)) << 2), plane, channels, columns);
    }
    to += row;
  }
}
