/**
 * conv2d: 2-D cross-correlation, which CNNs call convolution (the kernel isn't flipped).
 *
 *   y[n,co,ho,wo] = bias[co] + Σ_ci Σ_kh Σ_kw weight[co,ci,kh,kw] · x[n,ci,h,w]
 *     with h = ho·S_h + kh·D_h − P_h  and  w = wo·S_w + kw·D_w − P_w;  x is 0 outside the image.
 *
 *   x (N, C_in, H, W)   weight (C_out, C_in/G, K_h, K_w)   bias (C_out)   y (N, C_out, H_out, W_out)
 *   H_out = ⌊(H + 2·P_h − D_h·(K_h − 1) − 1) / S_h⌋ + 1,  and W_out likewise.
 *
 * With G groups, output channel co sees only the C_in/G input channels of its own group.
 *
 * Chapters: docs/learn/3-convolution.en.md, docs/learn/4-padding-stride.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html; Dumoulin & Visin, "A guide to convolution
 * arithmetic for deep learning" (2016), https://arxiv.org/abs/1603.07285
 *
 * @example The lecture's single-channel convolution: a 3x3 kernel slides over a 5x5 image.
 * F.conv2d(
 *   tensor([1,1,1,0,0, 0,1,1,1,0, 0,0,1,1,1, 0,0,1,1,0, 0,1,1,0,0], [1, 1, 5, 5]),
 *   tensor([1,0,1, 0,1,0, 1,0,1], [1, 1, 3, 3]),
 *   null)
 * // → [[[[4,3,4], [2,4,3], [2,3,4]]]]
 *
 * @example The lecture's shapes: 5 channels in, 10 out, a 3x3 kernel on 100x100 pixels.
 * F.conv2d(zeros([1, 5, 100, 100]), zeros([10, 5, 3, 3]), null).shape
 * // → [1, 10, 98, 98]
 */
import { accumulatorFor, type FloatArray, store, widen } from './accumulate.js';
import { formatShape, imageShape, type Pair, pair, type Shape, ShapeError } from './shape.js';

export interface Conv2dOptions {
  /** Pixels that the kernel moves at a time. Default 1. */
  stride?: Pair;
  /** Zeros around the image, in pixels; `'valid'` is 0, `'same'` keeps H and W (stride 1 only). Default 0. */
  padding?: Pair | 'same' | 'valid';
  /** Distance between two taps of the kernel, in pixels. Default 1. */
  dilation?: Pair;
  /** G: the channels are split into this many groups, and an output sees the inputs of its own group only. Default 1. */
  groups?: number;
}

export interface Conv2dSizes {
  readonly N: number;
  readonly C_in: number;
  readonly H: number;
  readonly W: number;
  readonly C_out: number;
  readonly K_h: number;
  readonly K_w: number;
  readonly H_out: number;
  readonly W_out: number;
  readonly S_h: number;
  readonly S_w: number;
  readonly P_h: number;
  readonly P_w: number;
  readonly D_h: number;
  readonly D_w: number;
  readonly G: number;
}

/** Checks the shapes and the options against each other; the only place where conv2d throws. */
export function conv2dSizes(x: Shape, weight: Shape, bias: Shape | null, options: Conv2dOptions = {}): Conv2dSizes {
  const [N, C_in, H, W] = imageShape('conv2d', x);
  if (weight.length !== 4) {
    throw new ShapeError(`conv2d: weight ${formatShape(weight)} must be (C_out, C_in / groups, K_h, K_w)`);
  }
  const [C_out, C_group, K_h, K_w] = weight;
  const G = options.groups ?? 1;
  if (!Number.isInteger(G) || G < 1 || C_in % G !== 0 || C_out % G !== 0) {
    throw new ShapeError(`conv2d: groups = ${G} must divide C_in = ${C_in} and C_out = ${C_out}`);
  }
  if (C_group * G !== C_in) {
    const has = G === 1 ? `C_in = ${C_in}` : `C_in / groups = ${C_in} / ${G} = ${C_in / G}`;
    throw new ShapeError(
      `conv2d: x ${formatShape(x)} has ${has}, but weight ${formatShape(weight)} takes ${C_group} (C_in / groups)`,
    );
  }
  if (bias !== null && (bias.length !== 1 || bias[0] !== C_out)) {
    throw new ShapeError(`conv2d: bias ${formatShape(bias)} must be (C_out) = (${C_out})`);
  }
  if (K_h < 1 || K_w < 1) throw new ShapeError(`conv2d: weight ${formatShape(weight)} has an empty kernel`);
  const [S_h, S_w] = pair('conv2d', 'stride', options.stride ?? 1, 1);
  const [D_h, D_w] = pair('conv2d', 'dilation', options.dilation ?? 1, 1);
  const span_h = D_h * (K_h - 1);
  const span_w = D_w * (K_w - 1);

  // The zeros before and after the image together. P_h and P_w are those before; if 'same' needs an odd number, one more
  // goes after.
  let total_h: number;
  let total_w: number;
  if (options.padding === 'same') {
    if (S_h !== 1 || S_w !== 1)
      throw new ShapeError(`conv2d: padding 'same' needs stride 1, but stride is [${S_h}, ${S_w}]`);
    [total_h, total_w] = [span_h, span_w];
  } else {
    const padding = options.padding === 'valid' ? 0 : (options.padding ?? 0);
    [total_h, total_w] = pair('conv2d', 'padding', padding, 0).map((p) => 2 * p);
  }
  const H_out = Math.floor((H + total_h - span_h - 1) / S_h) + 1;
  const W_out = Math.floor((W + total_w - span_w - 1) / S_w) + 1;
  if (H_out < 1 || W_out < 1) {
    throw new ShapeError(
      `conv2d: the kernel spans ${span_h + 1}x${span_w + 1} pixels, but x ${formatShape(x)} with its padding is only ${H + total_h}x${W + total_w}`,
    );
  }
  const [P_h, P_w] = [Math.floor(total_h / 2), Math.floor(total_w / 2)];
  return { N, C_in, H, W, C_out, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w, G };
}

/** Writes y. */
export function conv2dForward(
  y: FloatArray,
  x: FloatArray,
  weight: FloatArray,
  bias: FloatArray | null,
  s: Conv2dSizes,
): void {
  const [x64, sum] = [widen(x), accumulatorFor(y)];
  if (bias) {
    const pixels = s.H_out * s.W_out;
    for (let plane = 0; plane < s.N * s.C_out; plane++) {
      sum.fill(bias[plane % s.C_out], plane * pixels, (plane + 1) * pixels);
    }
  }
  forEachMeeting(s, (wi, yi, xi, tap) => addSeen(sum, yi, x64, xi, weight[wi], tap));
  store(y, sum);
}

/**
 * Writes the gradients that are asked for (not null). The forward pass says y += weight · x wherever the three meet, so
 * at the same meetings  dx += weight · dy  and  dweight += x · dy;  and as y += bias everywhere, dbias += dy.
 */
export function conv2dBackward(
  dx: FloatArray | null,
  dweight: FloatArray | null,
  dbias: FloatArray | null,
  dy: FloatArray,
  x: FloatArray,
  weight: FloatArray,
  s: Conv2dSizes,
): void {
  const dy64 = widen(dy);
  if (dx) {
    const sum = accumulatorFor(dx);
    forEachMeeting(s, (wi, yi, xi, tap) => addSeers(sum, xi, dy64, yi, weight[wi], tap));
    store(dx, sum);
  }
  if (dweight) {
    const [x64, sum] = [widen(x), accumulatorFor(dweight)];
    forEachMeeting(s, (wi, yi, xi, tap) => {
      sum[wi] += sumOfProducts(x64, xi, dy64, yi, tap);
    });
    store(dweight, sum);
  }
  if (dbias) {
    const sum = accumulatorFor(dbias);
    const pixels = s.H_out * s.W_out;
    for (let yi = 0; yi < dy.length; yi++) sum[Math.floor(yi / pixels) % s.C_out] += dy[yi];
    store(dbias, sum);
  }
}

/* The three inner loops. A function of its own is compiled for its arguments alone, and is a third faster than a closure. */

/** y += w · x, where x is seen through this tap. */
function addSeen(y: Float64Array, yi: number, x: Float64Array, xi: number, w: number, tap: Tap): void {
  const { rows, columns, y_row, x_row, S_w } = tap;
  for (let r = 0; r < rows; r++, yi += y_row, xi += x_row) {
    for (let c = 0; c < columns; c++) y[yi + c] += w * x[xi + c * S_w];
  }
}

/** dx += w · dy, of the outputs that see x through this tap. */
function addSeers(dx: Float64Array, xi: number, dy: Float64Array, yi: number, w: number, tap: Tap): void {
  const { rows, columns, y_row, x_row, S_w } = tap;
  for (let r = 0; r < rows; r++, yi += y_row, xi += x_row) {
    for (let c = 0; c < columns; c++) dx[xi + c * S_w] += w * dy[yi + c];
  }
}

/** Σ x · dy, where they meet through this tap. */
function sumOfProducts(x: Float64Array, xi: number, dy: Float64Array, yi: number, tap: Tap): number {
  const { rows, columns, y_row, x_row, S_w } = tap;
  let sum = 0;
  for (let r = 0; r < rows; r++, yi += y_row, xi += x_row) {
    for (let c = 0; c < columns; c++) sum += x[xi + c * S_w] * dy[yi + c];
  }
  return sum;
}

/** The part of an image in which one weight, y and x meet: row r < rows and column c < columns of y see x through that weight. */
interface Tap {
  /** Where the part begins in a plane of y, and in one of x. */
  readonly y: number;
  readonly x: number;
  readonly rows: number;
  readonly columns: number;
  /** Distances in memory: for a step down, that in y and that in x; for a step along a row of y, that in x. */
  readonly y_row: number;
  readonly x_row: number;
  readonly S_w: number;
}

/**
 * Visits every part of an image in which one weight, y and x meet: y from y[yi] on sees x from x[xi] on through weight[wi]. The loops
 * stand in the equation's order.
 */
function forEachMeeting(s: Conv2dSizes, visit: (wi: number, yi: number, xi: number, tap: Tap) => void): void {
  const { N, C_in, H, W, C_out, H_out, W_out, G } = s;
  const C_group = C_in / G;
  const taps = tapsOf(s);
  for (let n = 0; n < N; n++) {
    for (let co = 0; co < C_out; co++) {
      const group = Math.floor(co / (C_out / G));
      for (let ci = 0; ci < C_group; ci++) {
        const wi = (co * C_group + ci) * taps.length;
        const yi = (n * C_out + co) * H_out * W_out;
        const xi = (n * C_in + group * C_group + ci) * H * W;
        for (let k = 0; k < taps.length; k++) visit(wi + k, yi + taps[k].y, xi + taps[k].x, taps[k]);
      }
    }
  }
}

/** The taps of a kernel, row by row. Where one falls outside the image it would add 0, and that is left out. */
function tapsOf({ H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w }: Conv2dSizes): Tap[] {
  const taps: Tap[] = [];
  for (let kh = 0; kh < K_h; kh++) {
    const top = kh * D_h - P_h; // h = ho·S_h + top
    const ho = firstInside(top, S_h);
    const rows = firstOutside(top, H, H_out, S_h) - ho;
    for (let kw = 0; kw < K_w; kw++) {
      const left = kw * D_w - P_w; // w = wo·S_w + left
      const wo = firstInside(left, S_w);
      const columns = firstOutside(left, W, W_out, S_w) - wo;
      const [y, x] = [ho * W_out + wo, (ho * S_h + top) * W + wo * S_w + left];
      taps.push({ y, x, rows, columns, y_row: W_out, x_row: S_h * W, S_w });
    }
  }
  return taps;
}

/** The first output o ≥ 0 whose tap, at o·S + offset, is not before the image. */
function firstInside(offset: number, S: number): number {
  return Math.max(0, Math.ceil(-offset / S));
}

/** The first output o ≤ out whose tap, at o·S + offset, is past the image of that size. */
function firstOutside(offset: number, size: number, out: number, S: number): number {
  return Math.min(out, Math.ceil((size - offset) / S));
}
