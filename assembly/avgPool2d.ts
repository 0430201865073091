/**
 * avgPool2d: the mean of each window. The maths: `src/ops/avgPool2d.ts`.
 *
 * A window's sum is taken in two steps, first down and then across. So K_h + K_w values are added instead of K_h · K_w, and the
 * border needs no rule of its own:
 *
 *   x (H, W)  →  columns (H_out, P_w + W + overhang)  →  y (H_out, W_out)
 *              add K_h rows            with 0 around             add K_w neighbours, divide
 *
 * The backward pass does the same, in the same order of directions:
 *
 *   dy (H_out, W_out)  →  shares (H_out, …)  →  rows (H, …)  →  dx (H, W)
 *                  divide           add the rows ho        add the neighbours wo
 *                                    that see row h         that see column w
 *
 * Two rules. Where windows move by one pixel, neighbours are added up four lanes at a time. Where they move further, the second
 * step of the backward pass goes window by window, or pixel by pixel if many windows share one. And windows of more than eight rows
 * or columns are summed in a way of their own (`Many`), which loses no digits with their size.
 */
import { get, high, low, narrowed, put } from './lanes';
import { element, fill } from './planes';
import { firstItem } from './split';
import { fourApart, PoolSizes } from './windows';

/** How many rows (or columns) of window o count in the divisor. */
@inline
function taps(o: i32, size: i32, K: i32, S: i32, P: i32, countIncludePad: bool): i32 {
  const start = o * S - P;
  const end = min(start + K, size + P);
  return countIncludePad ? end - start : min(end, size) - max(start, 0);
}

/**
 * Writes y. `divisorOverride`: 0 for none. `scratch`: for each thread, the divisor's part of each of W_out columns, then H_out
 * rows of column sums, `width` = (W_out − 1) · S_w + K_w each.
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
  const widths = scratch + <usize>thread * <usize>perThread;
  writeWidths(widths, s, countIncludePad, divisorOverride);
  const plane = firstItem(s.N * s.C, task, tasks);
  const end = firstItem(s.N * s.C, task + 1, tasks);
  if (max(s.K_h, s.K_w) > FEW) forward<Many>(y, x, s, countIncludePad, divisorOverride, widths, plane, end);
  else forward<Few>(y, x, s, countIncludePad, divisorOverride, widths, plane, end);
}

function forward<Sum>(
  y: usize,
  x: usize,
  s: PoolSizes,
  countIncludePad: bool,
  divisorOverride: f32,
  widths: usize,
  plane: i32,
  end: i32,
): void {
  const H = s.H;
  const W = s.W;
  const K_w = s.K_w;
  const S_w = s.S_w;
  const W_out = s.W_out;
  const H_out = s.H_out;
  const width = (W_out - 1) * S_w + K_w;
  const seen = min(W, width - s.P_w); // columns of x that are in a window: the last ones may be in none
  const columns = element(widths, W_out);
  fill(columns, H_out * width, 0);

  for (; plane < end; plane++) {
    const image = element(x, plane * H * W);
    for (let ho = 0; ho < H_out; ho++) {
      const top = ho * s.S_h - s.P_h;
      const h0 = max(top, 0);
      const h1 = min(top + s.K_h, H);
      sumShifted<Sum>(element(columns, ho * width + s.P_w), element(image, h0 * W), seen, h1 - h0, W);
    }
    for (let ho = 0; ho < H_out; ho++) {
      const height = heightOf(ho, s, countIncludePad, divisorOverride);
      const from = element(columns, ho * width);
      const to = element(y, (plane * H_out + ho) * W_out);
      let wo = 0;
      for (; wo + 4 <= W_out; wo += 4) {
        const sum = changetype<Sum>(0).of(element(from, wo * S_w), K_w, 1, S_w, 4);
        const divisor = f32x4.mul(f32x4.splat(height), v128.load(element(widths, wo)));
        v128.store(element(to, wo), f32x4.div(sum, divisor));
      }
      for (; wo < W_out; wo++) {
        const sum = f32x4.extract_lane(changetype<Sum>(0).of(element(from, wo * S_w), K_w, 1, S_w, 1), 0);
        store<f32>(element(to, wo), sum / (height * load<f32>(element(widths, wo))));
      }
    }
  }
}

/**
 * Writes dx. As y += x / divisor in every window,  dx += dy / divisor  there. `scratch`: for each thread, the
 * divisor's part of each of W_out columns, then H_out rows of shares and H rows of their sums, `width` = W_out + 2 · (K_w − 1)
 * each, with zeros on both sides.
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
  const widths = scratch + <usize>thread * <usize>perThread;
  writeWidths(widths, s, countIncludePad, divisorOverride);
  const plane = firstItem(s.N * s.C, task, tasks);
  const end = firstItem(s.N * s.C, task + 1, tasks);
  if (max(s.K_h, s.K_w) > FEW) backward<Many>(dx, dy, s, countIncludePad, divisorOverride, widths, plane, end);
  else backward<Few>(dx, dy, s, countIncludePad, divisorOverride, widths, plane, end);
}

function backward<Sum>(
  dx: usize,
  dy: usize,
  s: PoolSizes,
  countIncludePad: bool,
  divisorOverride: f32,
  widths: usize,
  plane: i32,
  end: i32,
): void {
  const H = s.H;
  const W = s.W;
  const K_w = s.K_w;
  const W_out = s.W_out;
  const H_out = s.H_out;
  const width = W_out + 2 * (K_w - 1);
  const shares = element(widths, W_out);
  const rows = element(shares, H_out * width);
  fill(shares, H_out * width, 0);

  for (; plane < end; plane++) {
    for (let ho = 0; ho < H_out; ho++) {
      const height = heightOf(ho, s, countIncludePad, divisorOverride);
      const from = element(dy, (plane * H_out + ho) * W_out);
      divide(element(shares, ho * width + K_w - 1), from, widths, W_out, height);
    }
    for (let h = 0; h < H; h++) {
      const last = min((h + s.P_h) / s.S_h, H_out - 1);
      const first = max(0, (h + s.P_h - s.K_h + s.S_h) / s.S_h);
      sumShifted<Sum>(element(rows, h * width), element(shares, first * width), width, last - first + 1, width);
    }
    for (let h = 0; h < H; h++) {
      const to = element(dx, (plane * H + h) * W);
      const from = element(rows, h * width);
      if (s.S_w == 1) sumShifted<Sum>(to, element(from, s.P_w), W, K_w, 1);
      else changetype<Sum>(0).spread(to, element(from, K_w - 1), s);
    }
  }
}

/** How many terms are added up in f32. Of more, the sums of so many are added up in f64. */
const FEW: i32 = 8;

/** Sums of a few terms. */
@unmanaged
class Few {
  /** Σ_k of the numbers k · step behind `from`, for four numbers that are S apart, or for one. */
  @inline
  of(from: usize, terms: i32, step: i32, S: i32, lanes: i32): v128 {
    let sum = f32x4.splat(0);
    const apart = (<usize>step) << 2;
    for (let k = 0; k < terms; k++) {
      sum = f32x4.add(sum, lanes == 4 ? fourApart(from, S) : get(from, 1));
      from += apart;
    }
    return sum;
  }

  /** dx[w] += row[wo]  for every column w of window wo. */
  @inline
  spread(dx: usize, row: usize, s: PoolSizes): void {
    fill(dx, s.W, 0);
    for (let wo = 0; wo < s.W_out; wo++) {
      const left = wo * s.S_w - s.P_w;
      const share = load<f32>(element(row, wo));
      const w1 = min(left + s.K_w, s.W);
      for (let w = max(left, 0); w < w1; w++) store<f32>(element(dx, w), load<f32>(element(dx, w)) + share);
    }
  }
}

/** The same, of any number of terms. */
@unmanaged
class Many {
  @inline
  of(from: usize, terms: i32, step: i32, S: i32, lanes: i32): v128 {
    let lows = f64x2.splat(0);
    let highs = lows;
    for (let k = 0; k < terms; k += FEW) {
      const few = changetype<Few>(0).of(element(from, k * step), min(terms - k, FEW), step, S, lanes);
      lows = f64x2.add(lows, low(few));
      highs = f64x2.add(highs, high(few));
    }
    return narrowed(lows, highs);
  }

  /** Where more than a few windows see a column, it adds them up. */
  @inline
  spread(dx: usize, row: usize, s: PoolSizes): void {
    if (s.K_w <= FEW * s.S_w) {
      changetype<Few>(0).spread(dx, row, s);
      return;
    }
    for (let w = 0; w < s.W; w++) {
      const last = min((w + s.P_w) / s.S_w, s.W_out - 1);
      const first = max(0, (w + s.P_w - s.K_w + s.S_w) / s.S_w);
      put(element(dx, w), this.of(element(row, first), last - first + 1, 1, 1, 1), 1);
    }
  }
}

/** to[i] = Σ_k from[i + k · step]. With a `step` of one row it adds up rows, with 1 neighbours in a row.
 *  Inlined: a call for each row would cost a quarter of the time where rows are short. */
@inline
function sumShifted<Sum>(to: usize, from: usize, count: i32, terms: i32, step: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) put(element(to, i), changetype<Sum>(0).of(element(from, i), terms, step, 1, 4), 4);
  for (; i < count; i++) put(element(to, i), changetype<Sum>(0).of(element(from, i), terms, step, 1, 1), 1);
}

/** Writes the part of the divisor that depends on wo: the window's columns, or all of `divisorOverride`. */
@inline
function writeWidths(widths: usize, s: PoolSizes, countIncludePad: bool, divisorOverride: f32): void {
  for (let wo = 0; wo < s.W_out; wo++) {
    const width = <f32>taps(wo, s.W, s.K_w, s.S_w, s.P_w, countIncludePad);
    store<f32>(element(widths, wo), divisorOverride != 0 ? divisorOverride : width);
  }
}

/** The part of the divisor that depends on ho: the window's rows, or 1 with `divisorOverride`. */
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
