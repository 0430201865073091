/**
 * adaptiveAvgPool2d: the mean of each cell of a grid laid over the image. The maths: `src/ops/adaptiveAvgPool2d.ts`.
 *
 * A cell is a stack of runs, which are added up in f64, four numbers at a time. One rule makes the usual case, the mean of the whole
 * image, a single long run: a cell as wide as the image is one run of all its rows.
 */
import { across, high, low } from './lanes';
import { element, fill } from './planes';
import { firstItem } from './split';

/** Writes y. */
export function adaptiveAvgPool2dForward(
  y: usize,
  x: usize,
  planes: i32,
  H: i32,
  W: i32,
  H_out: i32,
  W_out: i32,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(planes, task + 1, tasks);
  for (let plane = firstItem(planes, task, tasks); plane < end; plane++) {
    for (let ho = 0; ho < H_out; ho++) {
      const h0 = cellStart(ho, H, H_out);
      const height = cellEnd(ho, H, H_out) - h0;
      for (let wo = 0; wo < W_out; wo++) {
        const w0 = cellStart(wo, W, W_out);
        const width = cellEnd(wo, W, W_out) - w0;
        const cell = element(x, (plane * H + h0) * W + w0);
        let sum: f64 = 0;
        if (width == W) sum = sumOf(cell, height * W);
        else for (let h = 0; h < height; h++) sum += sumOf(element(cell, h * W), width);
        store<f32>(element(y, (plane * H_out + ho) * W_out + wo), <f32>(sum / <f64>(height * width)));
      }
    }
  }
}

/**
 * Writes dx. As y += x / area in every cell,  dx += dy / area  there. Where there are more cells than pixels, many of them share a
 * pixel, and each pixel adds up its own, in f64.
 */
export function adaptiveAvgPool2dBackward(
  dx: usize,
  dy: usize,
  planes: i32,
  H: i32,
  W: i32,
  H_out: i32,
  W_out: i32,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(planes, task + 1, tasks);
  for (let plane = firstItem(planes, task, tasks); plane < end; plane++) {
    if (H_out > H || W_out > W) {
      gather(element(dx, plane * H * W), element(dy, plane * H_out * W_out), H, W, H_out, W_out);
      continue;
    }
    fill(element(dx, plane * H * W), H * W, 0);
    for (let ho = 0; ho < H_out; ho++) {
      const h0 = cellStart(ho, H, H_out);
      const height = cellEnd(ho, H, H_out) - h0;
      for (let wo = 0; wo < W_out; wo++) {
        const w0 = cellStart(wo, W, W_out);
        const width = cellEnd(wo, W, W_out) - w0;
        const cell = element(dx, (plane * H + h0) * W + w0);
        const share = load<f32>(element(dy, (plane * H_out + ho) * W_out + wo)) / <f32>(height * width);
        if (width == W) addTo(cell, height * W, share);
        else for (let h = 0; h < height; h++) addTo(element(cell, h * W), width, share);
      }
    }
  }
}

/** The cells that a pixel is in are those of the grid of cells that it would have for a cell. */
function gather(dx: usize, dy: usize, H: i32, W: i32, H_out: i32, W_out: i32): void {
  for (let h = 0; h < H; h++) {
    const last = cellEnd(h, H_out, H);
    for (let w = 0; w < W; w++) {
      let sum: f64 = 0;
      const end = cellEnd(w, W_out, W);
      for (let ho = cellStart(h, H_out, H); ho < last; ho++) {
        const height = cellEnd(ho, H, H_out) - cellStart(ho, H, H_out);
        for (let wo = cellStart(w, W_out, W); wo < end; wo++) {
          const width = cellEnd(wo, W, W_out) - cellStart(wo, W, W_out);
          sum += <f64>load<f32>(element(dy, ho * W_out + wo)) / <f64>(height * width);
        }
      }
      store<f32>(element(dx, h * W + w), <f32>sum);
    }
  }
}

/** ⌊o · size / out⌋ */
@inline
function cellStart(o: i32, size: i32, out: i32): i32 {
  return (o * size) / out;
}

/** ⌈(o + 1) · size / out⌉ */
@inline
function cellEnd(o: i32, size: i32, out: i32): i32 {
  return ((o + 1) * size + out - 1) / out;
}

/** Σ run[i]: sixteen numbers at a time pair by pair, and their sums in f64, which loses no digits with their number. */
@inline
function sumOf(run: usize, count: i32): f64 {
  let i = 0;
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  for (; i + 16 <= count; i += 16) {
    const at = element(run, i);
    const first = f32x4.add(v128.load(at), v128.load(at, 16));
    const four = f32x4.add(first, f32x4.add(v128.load(at, 32), v128.load(at, 48)));
    even = f64x2.add(even, low(four));
    odd = f64x2.add(odd, high(four));
  }
  let sum = across(f64x2.add(even, odd));
  for (; i < count; i++) sum += <f64>load<f32>(element(run, i));
  return sum;
}

/** run[i] += value */
@inline
function addTo(run: usize, count: i32, value: f32): void {
  const values = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(element(run, i), f32x4.add(v128.load(element(run, i)), values));
  for (; i < count; i++) store<f32>(element(run, i), load<f32>(element(run, i)) + value);
}
