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
  const taps = tapsOf(s);
  const { S_w, y_row, x_row } = steps(s);
  forEachMeeting(s, (kernel, yPlane, xPlane) => {
    for (let k = 0; k < taps.length; k++) {
      const tap = taps[k];
      const w = weight[kernel + k];
      for (let r = 0, yi = yPlane + tap.y, xi = xPlane + tap.x; r < tap.rows; r++, yi += y_row, xi += x_row) {
        for (let c = 0; c < tap.columns; c++) sum[yi + c] += w * x64[xi + c * S_w];
      }
    }
  });
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
  const taps = tapsOf(s);
  const { S_w, y_row, x_row } = steps(s);
  if (dx) {
    const sum = accumulatorFor(dx);
    forEachMeeting(s, (kernel, yPlane, xPlane) => {
      for (let k = 0; k < taps.length; k++) {
        const tap = taps[k];
        const w = weight[kernel + k];
        for (let r = 0, yi = yPlane + tap.y, xi = xPlane + tap.x; r < tap.rows; r++, yi += y_row, xi += x_row) {
          for (let c = 0; c < tap.columns; c++) sum[xi + c * S_w] += w * dy64[yi + c];
        }
      }
    });
    store(dx, sum);
  }
  if (dweight) {
    const [x64, sum] = [widen(x), accumulatorFor(dweight)];
    forEachMeeting(s, (kernel, yPlane, xPlane) => {
      for (let k = 0; k < taps.length; k++) {
        const tap = taps[k];
        let dw = 0;
        for (let r = 0, yi = yPlane + tap.y, xi = xPlane + tap.x; r < tap.rows; r++, yi += y_row, xi += x_row) {
          for (let c = 0; c < tap.columns; c++) dw += x64[xi + c * S_w] * dy64[yi + c];
        }
        sum[kernel + k] += dw;
      }
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

/**
 * Visits every plane of x that a plane of y sees, through the kernel of these two channels: weight[kernel], y[yPlane] and x[xPlane] are
 * where the three begin. The loops stand in the equation's order.
 */
function forEachMeeting(
  { N, C_in, H, W, C_out, K_h, K_w, H_out, W_out, G }: Conv2dSizes,
  visit: (kernel: number, yPlane: number, xPlane: number) => void,
): void {
  const C_group = C_in / G;
  for (let n = 0; n < N; n++) {
    for (let co = 0; co < C_out; co++) {
      const group = Math.floor(co / (C_out / G));
      for (let ci = 0; ci < C_group; ci++) {
        const kernel = (co * C_group + ci) * K_h * K_w;
        visit(kernel, (n * C_out + co) * H_out * W_out, (n * C_in + group * C_group + ci) * H * W);
      }
    }
  }
}

/** What a weight of a kernel sees: row r < rows and column c < columns of y, counted from y, see x through it. y and x are counted
 *  from where their planes begin. */
interface Tap {
  readonly y: number;
  readonly x: number;
  readonly rows: number;
  readonly columns: number;
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
      taps.push({ y: ho * W_out + wo, x: (ho * S_h + top) * W + wo * S_w + left, rows, columns });
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

/** Distances in memory: for a step along a row of y, that in x (S_w); for a step down, that in y and that in x. */
function steps(s: Conv2dSizes) {
  return { S_w: s.S_w, y_row: s.W_out, x_row: s.S_h * s.W };
}
