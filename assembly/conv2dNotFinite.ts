/**
 * conv2d: gradients of weights, where dy isn't finite. The zeros around an image are multiplied like any pixel, and 0 · ∞ is NaN,
 * but the maths (`src/ops/conv2d.ts`) leaves out what is outside the image. So a gradient that is NaN is computed again, pixel
 * by pixel; none is, as long as numbers are finite.
 */
import { element } from './planes';
import { firstElement } from './split';

@unmanaged
export class Conv2dOptions {
  N: i32;
  C_in: i32;
  H: i32;
  W: i32;
  C_out: i32;
  K_h: i32;
  K_w: i32;
  H_out: i32;
  W_out: i32;
  S_h: i32;
  S_w: i32;
  P_h: i32;
  P_w: i32;
  D_h: i32;
  D_w: i32;
  G: i32;
}

/** Writes those of the `length` weights' gradients that are NaN. */
export function conv2dWeightGradientAgain(
  dweight: usize,
  x: usize,
  dy: usize,
  length: i32,
  s: Conv2dOptions,
  task: i32,
  tasks: i32,
): void {
  const end = firstElement(length, task + 1, tasks);
  let i = firstElement(length, task, tasks);
  for (; i + 4 <= end; i += 4) {
    const four = v128.load(element(dweight, i));
    if (!v128.any_true(f32x4.ne(four, four))) continue;
    for (let lane = i; lane < i + 4; lane++) again(dweight, x, dy, lane, s);
  }
  for (; i < end; i++) again(dweight, x, dy, i, s);
}

/** dweight[i] = Σ x · dy over the pixels of x that weight i sees, if it is NaN. NaN that it sees ends the sum. */
function again(dweight: usize, x: usize, dy: usize, i: i32, s: Conv2dOptions): void {
  if (!isNaN(load<f32>(element(dweight, i)))) return;
  const inputs = s.C_in / s.G;
  const kw = i % s.K_w;
  const kh = (i / s.K_w) % s.K_h;
  const co = i / (s.K_w * s.K_h * inputs);
  const ci = (co / (s.C_out / s.G)) * inputs + (i / (s.K_w * s.K_h)) % inputs;
  let sum: f64 = 0;
  for (let n = 0; n < s.N; n++) {
    for (let ho = 0; ho < s.H_out; ho++) {
      const h = ho * s.S_h + kh * s.D_h - s.P_h;
      if (h < 0 || h >= s.H) continue;
      const row = element(x, ((n * s.C_in + ci) * s.H + h) * s.W);
      const gradient = element(dy, ((n * s.C_out + co) * s.H_out + ho) * s.W_out);
      for (let wo = 0; wo < s.W_out; wo++) {
        const w = wo * s.S_w + kw * s.D_w - s.P_w;
        if (w < 0 || w >= s.W) continue;
        sum += <f64>load<f32>(element(row, w)) * <f64>load<f32>(element(gradient, wo));
      }
      if (isNaN(sum)) return;
    }
  }
  store<f32>(element(dweight, i), <f32>sum);
}
