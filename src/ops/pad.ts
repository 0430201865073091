/**
 * pad: puts a border around an image. A negative padding cuts pixels away.
 *
 *   y[…,ho,wo] = x[…,h,w]   with h = ho − top and w = wo − left;  outside the image (a row of 1 2 3 4, padded by 2):
 *
 *     'constant'    1234 → 00123400     `value`, default 0
 *     'reflect'     1234 → 32123432     mirrored at the edge, which isn't repeated
 *     'replicate'   1234 → 11123444     the edge again and again
 *     'circular'    1234 → 34123412     from the other side
 *
 *   x (…, H, W)   y (…, H + top + bottom, W + left + right)
 *
 * Chapter: docs/learn/4-padding-stride.en.md
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 *
 * @example
 * F.pad(tensor([1,2,3,4], [1, 1, 1, 4]), [2, 2, 0, 0], { mode: 'reflect' })
 * // → [[[[3,2,1,2,3,4,3,2]]]]
 */
import { accumulatorFor, type FloatArray, store } from './accumulate.js';
import { formatOption, formatShape, numel, type Shape, ShapeError } from './shape.js';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

export interface PadOptions {
  /** What the border shows. Default 'constant'. */
  mode?: PadMode;
  /** The value of a 'constant' border. Default 0. */
  value?: number;
}

export interface PadSizes {
  /** Images in all, each H x W. */
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly H_out: number;
  readonly W_out: number;
  readonly top: number;
  readonly left: number;
  readonly mode: PadMode;
  readonly value: number;
}

/** `padding`: `[left, right]`, or `[left, right, top, bottom]`, in pixels. */
export function padSizes(x: Shape, padding: readonly number[], options: PadOptions = {}): PadSizes {
  const { mode = 'constant', value = 0 } = options;
  if (!Array.isArray(padding) || (padding.length !== 2 && padding.length !== 4) || !padding.every(Number.isInteger)) {
    throw new ShapeError(
      `pad: padding must be [left, right] or [left, right, top, bottom], but is ${formatOption(padding)}`,
    );
  }
  if (x.length < padding.length / 2)
    throw new ShapeError(`pad: x ${formatShape(x)} has too few dimensions for [${padding}]`);
  const [left, right, top = 0, bottom = 0] = padding;
  const W = x[x.length - 1];
  const H = x.length > 1 ? x[x.length - 2] : 1;
  const most = { constant: Number.POSITIVE_INFINITY, reflect: -1, replicate: Number.POSITIVE_INFINITY, circular: 0 }[
    mode
  ];
  if (most === undefined)
    throw new ShapeError(`pad: mode '${mode}' isn't 'constant', 'reflect', 'replicate' or 'circular'`);
  if (mode !== 'constant' && padding.some((p) => p < 0)) {
    throw new ShapeError(`pad: only mode 'constant' takes a negative padding, but '${mode}' has [${padding}]`);
  }
  if (Math.max(left, right) > W + most || Math.max(top, bottom) > H + most) {
    const rule = mode === 'reflect' ? 'less than the image' : 'at most the image';
    throw new ShapeError(`pad: '${mode}' must pad by ${rule}, but x ${formatShape(x)} gets [${padding}]`);
  }
  if (mode !== 'constant' && H * W === 0)
    throw new ShapeError(`pad: '${mode}' needs a pixel, but x is ${formatShape(x)}`);
  const [H_out, W_out] = [H + top + bottom, W + left + right];
  if (H_out < 1 || W_out < 1) throw new ShapeError(`pad: [${padding}] leaves nothing of x ${formatShape(x)}`);
  return { N: numel(x.slice(0, -2)), H, W, H_out, W_out, top, left, mode, value };
}

/** Writes y. */
export function padForward(y: FloatArray, x: FloatArray, s: PadSizes): void {
  forEachPixel(s, (yi, xi) => {
    y[yi] = xi < 0 ? s.value : x[xi];
  });
}

/** Writes dx. As y shows some x, perhaps more than once,  dx += dy  wherever it does. */
export function padBackward(dx: FloatArray, dy: FloatArray, s: PadSizes): void {
  const sum = accumulatorFor(dx);
  forEachPixel(s, (yi, xi) => {
    if (xi >= 0) sum[xi] += dy[yi];
  });
  store(dx, sum);
}

/** Visits every y with the x that it shows, or −1 if it shows none. */
function forEachPixel(s: PadSizes, visit: (yi: number, xi: number) => void): void {
  const { N, H, W, H_out, W_out, top, left, mode } = s;
  for (let n = 0; n < N; n++) {
    for (let ho = 0; ho < H_out; ho++) {
      const h = source(ho - top, H, mode);
      for (let wo = 0; wo < W_out; wo++) {
        const w = source(wo - left, W, mode);
        visit((n * H_out + ho) * W_out + wo, h < 0 || w < 0 ? -1 : (n * H + h) * W + w);
      }
    }
  }
}

/** Which of the image's `size` positions is shown at position p, which may lie before or behind them; −1 for none. */
function source(p: number, size: number, mode: PadMode): number {
  if (p >= 0 && p < size) return p;
  switch (mode) {
    case 'constant':
      return -1;
    case 'reflect':
      return p < 0 ? -p : 2 * (size - 1) - p;
    case 'replicate':
      return p < 0 ? 0 : size - 1;
    case 'circular':
      return p < 0 ? p + size : p - size;
  }
}
