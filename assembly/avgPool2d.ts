/**
 * avgPool2d: the mean of each window. The maths: `src/ops/avgPool2d.ts`.
 *
 * A window's sum is taken in two steps, so that K_h + K_w values are added in place of K_h · K_w, and so that the border is
 * like any other place:
 *
 *   x (H, W)  →  columns (H_out, P_w + W + overhang)  →  y (H_out, W_out)
 *              add K_h rows            with 0 around             add K_w neighbours, divide
 *
 * The way back is the same in the opposite order of directions:
 *
 *   dy (H_out, W_out)  →  shares (H_out, …)  →  rows (H, …)  →  dx (H, W)
 *                  divide           add the rows ho        add the neighbours wo
 *                                    that see row h         that see column w
 *
 * One rule: windows that move by one pixel are added up as whole lanes; with larger steps, the second step of the way back
 * goes pixel by pixel.
 */
import { element, fill, sumShifted } from './planes';
import { firstItem } from './split';
import { fourApart, PoolSizes } from './windows';

/** How many of the window's rows (or columns) count in the divisor. */
@inline
function taps(o: i32, size: i32, K: i32, S: i32, P: i32, countIncludePad: bool): i32 {
  const start = o * S - P;
  const end = min(start + K, size + P);
  return countIncludePad ? end - start : min(end, size) - max(start, 0);
}

/**
 * Writes y. `divisorOverride`: 0 for none. `scratch`: for each thread, W_out columns of the divisor, and then H_out rows
 * of column sums, `width` = (W_out − 1) · S_w + K_w each.
 */
export function avgPool2dForward(
  y: usize,
  x: usize,
  s: PoolSizes,
  countIncludePad: bool,
  divisorOverride: f32,
  scratch: usize,
  perThread: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const H = s.H;
  const W = s.W;
  const K_w = s.K_w;
  const S_w = s.S_w;
  const W_out = s.W_out;
  const H_out = s.H_out;
  const width = (W_out - 1) * S_w + K_w;
  const seen = min(W, width - s.P_w); // columns of x: the last ones may be in no window

  const widths = scratch + <usize>thread * <usize>perThread;
  const columns = element(widths, W_out);
  writeWidths(widths, s, countIncludePad, divisorOverride);
  fill(columns, H_out * width, 0);

  const end = firstItem(s.N * s.C, task + 1, tasks);
  for (let plane = firstItem(s.N * s.C, task, tasks); plane < end; plane++) {
    const image = element(x, plane * H * W);
    for (let ho = 0; ho < H_out; ho++) {
      const top = ho * s.S_h - s.P_h;
      const h0 = max(top, 0);
      const h1 = min(top + s.K_h, H);
      sumShifted(element(columns, ho * width + s.P_w), element(image, h0 * W), seen, h1 - h0, W);
    }
    for (let ho = 0; ho < H_out; ho++) {
      const height = heightOf(ho, s, countIncludePad, divisorOverride);
      const from = element(columns, ho * width);
      const to = element(y, (plane * H_out + ho) * W_out);
      let wo = 0;
      for (; wo + 4 <= W_out; wo += 4) {
        let sum = f32x4.splat(0);
        for (let kw = 0; kw < K_w; kw++) sum = f32x4.add(sum, fourApart(element(from, wo * S_w + kw), S_w));
        const divisor = f32x4.mul(f32x4.splat(height), v128.load(element(widths, wo)));
        v128.store(element(to, wo), f32x4.div(sum, divisor));
      }
      for (; wo < W_out; wo++) {
        let sum: f32 = 0;
        for (let kw = 0; kw < K_w; kw++) sum += load<f32>(element(from, wo * S_w + kw));
        store<f32>(element(to, wo), sum / (height * load<f32>(element(widths, wo))));
      }
    }
  }
}

/**
 * Writes dx. As y += x / divisor in every window,  dx += dy / divisor  there. `scratch`: for each thread, W_out columns of
 * the divisor, then H_out rows of shares and H rows of their sums, `width` = W_out + 2 · (K_w − 1) each: 0 on both sides.
 */
export function avgPool2dBackward(
  dx: usize,
  dy: usize,
  s: PoolSizes,
  countIncludePad: bool,
  divisorOverride: f32,
  scratch: usize,
  perThread: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const H = s.H;
  const W = s.W;
  const K_w = s.K_w;
  const W_out = s.W_out;
  const H_out = s.H_out;
  const width = W_out + 2 * (K_w - 1);

  const widths = scratch + <usize>thread * <usize>perThread;
  const shares = element(widths, W_out);
  const rows = element(shares, H_out * width);
  writeWidths(widths, s, countIncludePad, divisorOverride);
  fill(shares, H_out * width, 0);

  const end = firstItem(s.N * s.C, task + 1, tasks);
  for (let plane = firstItem(s.N * s.C, task, tasks); plane < end; plane++) {
    for (let ho = 0; ho < H_out; ho++) {
      const height = heightOf(ho, s, countIncludePad, divisorOverride);
      const from = element(dy, (plane * H_out + ho) * W_out);
      divide(element(shares, ho * width + K_w - 1), from, widths, W_out, height);
    }
    for (let h = 0; h < H; h++) {
      const last = min((h + s.P_h) / s.S_h, H_out - 1);
      const first = max(0, (h + s.P_h - s.K_h + s.S_h) / s.S_h);
      sumShifted(element(rows, h * width), element(shares, first * width), width, last - first + 1, width);
    }
    for (let h = 0; h < H; h++) {
      const to = element(dx, (plane * H + h) * W);
      const from = element(rows, h * width);
      if (s.S_w == 1) sumShifted(to, element(from, s.P_w), W, K_w, 1);
      else spread(to, element(from, K_w - 1), s);
    }
  }
}

/** The divisor's part that depends on wo; all of it, if it is given. */
@inline
function writeWidths(widths: usize, s: PoolSizes, countIncludePad: bool, divisorOverride: f32): void {
  for (let wo = 0; wo < s.W_out; wo++) {
    const width = <f32>taps(wo, s.W, s.K_w, s.S_w, s.P_w, countIncludePad);
    store<f32>(element(widths, wo), divisorOverride != 0 ? divisorOverride : width);
  }
}

/** The divisor's part that depends on ho. */
@inline
function heightOf(ho: i32, s: PoolSizes, countIncludePad: bool, divisorOverride: f32): f32 {
  return divisorOverride != 0 ? 1 : <f32>taps(ho, s.H, s.K_h, s.S_h, s.P_h, countIncludePad);
}

/** shares[wo] = dy[wo] / (height · widths[wo]) */
@inline
function divide(shares: usize, dy: usize, widths: usize, W_out: i32, height: f32): void {
  let wo = 0;
  for (; wo + 4 <= W_out; wo += 4) {
    const divisor = f32x4.mul(f32x4.splat(height), v128.load(element(widths, wo)));
    v128.store(element(shares, wo), f32x4.div(v128.load(element(dy, wo)), divisor));
  }
  for (; wo < W_out; wo++) {
    store<f32>(element(shares, wo), load<f32>(element(dy, wo)) / (height * load<f32>(element(widths, wo))));
  }
}

/** dx[w] += row[wo]  for every column w of window wo. */
@inline
function spread(dx: usize, row: usize, s: PoolSizes): void {
  fill(dx, s.W, 0);
  for (let wo = 0; wo < s.W_out; wo++) {
    const left = wo * s.S_w - s.P_w;
    const share = load<f32>(element(row, wo));
    const w1 = min(left + s.K_w, s.W);
    for (let w = max(left, 0); w < w1; w++) store<f32>(element(dx, w), load<f32>(element(dx, w)) + share);
  }
}
