/**
 * adaptiveAvgPool2d: the mean of each cell of a grid laid over the image. The maths: `src/ops/adaptiveAvgPool2d.ts`.
 *
 * The rows of a cell are added up one after another, four lanes at a time. A cell as wide as the image lies in memory as one long
 * row, and is added up as one. That makes the usual case fast, the mean of the whole image.
 */
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
        let sum: f32 = 0;
        if (width == W) sum = sumOf(cell, height * W);
        else for (let h = 0; h < height; h++) sum += sumOf(element(cell, h * W), width);
        store<f32>(element(y, (plane * H_out + ho) * W_out + wo), sum / <f32>(height * width));
      }
    }
  }
}

/** Writes dx. As y += x / area in every cell,  dx += dy / area  there. */
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

/** Σ run[i]:   [s0, s1, s2, s3] → (s0 + s2) + (s1 + s3) */
@inline
function sumOf(run: usize, count: i32): f32 {
  let i = 0;
  let sums = f32x4.splat(0);
  for (; i + 4 <= count; i += 4) sums = f32x4.add(sums, v128.load(element(run, i)));
  sums = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1));
  let sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1);
  for (; i < count; i++) sum += load<f32>(element(run, i));
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
