/**
 * pad: puts a border around an image, or cuts pixels away. The maths: `src/ops/pad.ts`, equal to the bit.
 *
 * Row by row: the image's own pixels are one run, which moves as a whole; the border beside it goes pixel by pixel.
 *
 *   y  |··border··|==== copy of a row of x ====|··border··|
 *      0          from                         to         W_out
 */
import { add, copy, element, fill } from './planes';
import { firstItem } from './split';

/** Modes. */
export const PAD_CONSTANT: i32 = 0;
export const PAD_REFLECT: i32 = 1;
export const PAD_REPLICATE: i32 = 2;
export const PAD_CIRCULAR: i32 = 3;

/** Writes y. */
export function padForward(
  y: usize,
  x: usize,
  N: i32,
  H: i32,
  W: i32,
  H_out: i32,
  W_out: i32,
  top: i32,
  left: i32,
  mode: i32,
  value: f32,
  task: i32,
  tasks: i32,
): void {
  const from = min(max(left, 0), W_out);
  const to = max(min(left + W, W_out), from);
  const end = firstItem(N, task + 1, tasks);
  for (let n = firstItem(N, task, tasks); n < end; n++) {
    for (let ho = 0; ho < H_out; ho++) {
      const shown = element(y, (n * H_out + ho) * W_out);
      const h = source(ho - top, H, mode);
      if (h < 0) {
        fill(shown, W_out, value);
        continue;
      }
      const row = element(x, (n * H + h) * W);
      showBorder(shown, row, 0, from, left, W, mode, value);
      copy(element(shown, from), element(row, from - left), to - from);
      showBorder(shown, row, to, W_out, left, W, mode, value);
    }
  }
}

/** Writes dx. As y shows some x, perhaps more than once,  dx += dy  wherever it does. */
export function padBackward(
  dx: usize,
  dy: usize,
  N: i32,
  H: i32,
  W: i32,
  H_out: i32,
  W_out: i32,
  top: i32,
  left: i32,
  mode: i32,
  task: i32,
  tasks: i32,
): void {
  const from = min(max(left, 0), W_out);
  const to = max(min(left + W, W_out), from);
  const end = firstItem(N, task + 1, tasks);
  for (let n = firstItem(N, task, tasks); n < end; n++) {
    fill(element(dx, n * H * W), H * W, 0);
    for (let ho = 0; ho < H_out; ho++) {
      const h = source(ho - top, H, mode);
      if (h < 0) continue;
      const shown = element(dy, (n * H_out + ho) * W_out);
      const row = element(dx, (n * H + h) * W);
      payBorder(row, shown, 0, from, left, W, mode);
      add(element(row, from - left), element(shown, from), to - from);
      payBorder(row, shown, to, W_out, left, W, mode);
    }
  }
}

/** Columns wo of y, from ≤ wo < to, show a pixel of the row, or the value. */
@inline
function showBorder(y: usize, row: usize, from: i32, to: i32, left: i32, W: i32, mode: i32, value: f32): void {
  for (let wo = from; wo < to; wo++) {
    const w = source(wo - left, W, mode);
    if (w < 0) store<f32>(element(y, wo), value);
    else store<u32>(element(y, wo), load<u32>(element(row, w)));
  }
}

/** Columns wo of dy, from ≤ wo < to, pay the pixel of the row that they showed. */
@inline
function payBorder(row: usize, dy: usize, from: i32, to: i32, left: i32, W: i32, mode: i32): void {
  for (let wo = from; wo < to; wo++) {
    const w = source(wo - left, W, mode);
    if (w < 0) continue;
    const at = element(row, w);
    store<f32>(at, load<f32>(at) + load<f32>(element(dy, wo)));
  }
}

/** The position that is shown at position p of an endless row, or −1 for none. */
@inline
function source(p: i32, size: i32, mode: i32): i32 {
  if (p >= 0 && p < size) return p;
  if (mode == PAD_CONSTANT) return -1;
  if (mode == PAD_REFLECT) return p < 0 ? -p : 2 * (size - 1) - p;
  if (mode == PAD_REPLICATE) return p < 0 ? 0 : size - 1;
  return p < 0 ? p + size : p - size; // circular
}
