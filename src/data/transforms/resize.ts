/**
 * Resize: a picture of another size, as PIL makes it, to the bit.
 *
 *   y[i] = Σ_j k[i, j] · x[j]              first along rows, then along columns, each rounded to bytes
 *   k[i, j] = f((j + ½ − centre_i) / s) / Σ_j f(…)
 *   centre_i = (i + ½) · in / out,   s = max(in / out, 1)
 *
 * Pixel i of the new picture lies at centre_i of the old one, and each old pixel counts the less the further it is away. The
 * filter f is as wide as two old pixels, or as two new ones where these are larger: then each new pixel is a mean of all that it
 * covers, and fine patterns turn grey instead of flickering (antialiasing).
 *
 *   bilinear  f(t) = 1 − |t|                               for |t| < 1
 *   bicubic   f(t) = (3|t|³ − 5|t|² + 2) / 2               for |t| < 1
 *             f(t) = (−|t|³ + 5|t|² − 8|t| + 4) / 2        for |t| < 2
 *
 * As in PIL, k is rounded to multiples of 2⁻²².
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html; src/libImaging/Resample.c in Pillow; Keys,
 * "Cubic convolution interpolation" (1981)
 */
import type { Pixels } from '../../formats/index.js';
import { type Rule, requireOptions } from '../../ops/options.js';
import { formatOption, type Pair, pair, ShapeError } from '../../ops/shape.js';
import { requirePicture, type Transform } from './image.js';

export type Interpolation = 'bilinear' | 'bicubic';

export const interpolationRule: Rule = {
  what: "'bilinear' or 'bicubic'",
  holds: (value) => value === 'bilinear' || value === 'bicubic',
};

/** f, which is 0 from `support` on. */
interface Filter {
  readonly support: number;
  f(t: number): number;
}

const FILTERS: Record<Interpolation, Filter> = {
  bilinear: { support: 1, f: (t) => Math.max(0, 1 - Math.abs(t)) },
  bicubic: {
    support: 2,
    f(t) {
      const x = Math.abs(t);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    },
  },
};

/** k's fraction has so many bits. */
const BITS = 22;

/** The old pixels that each new one is made of, along one axis. */
interface Taps {
  /** first[i]: the first of them, for new pixel i. */
  readonly first: Int32Array;
  /** count[i]: how many they are. */
  readonly count: Int32Array;
  /** k[i · most + j]: what old pixel first[i] + j weighs, in units of 2⁻²². */
  readonly k: Int32Array;
  readonly most: number;
}

function tapsOf(from: number, to: number, { support, f }: Filter): Taps {
  const step = from / to;
  const s = Math.max(step, 1);
  const reach = support * s;
  const most = Math.ceil(reach) * 2 + 1;
  const [first, count, k] = [new Int32Array(to), new Int32Array(to), new Int32Array(to * most)];
  const weights = new Float64Array(most);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    let sum = 0;
    for (let j = start; j < end; j++) {
      weights[j - start] = f((j - centre + 0.5) * (1 / s));
      sum += weights[j - start];
    }
    for (let j = 0; j < end - start; j++) {
      const weight = (weights[j] / sum) * 2 ** BITS;
      k[i * most + j] = Math.trunc(weight + (weight < 0 ? -0.5 : 0.5));
    }
    [first[i], count[i]] = [start, end - start];
  }
  return { first, count, k, most };
}

/** Resizes the middle axis of bytes (outer, from, inner). */
function resizeAxis(
  data: Uint8Array,
  outer: number,
  from: number,
  to: number,
  inner: number,
  filter: Filter,
): Uint8Array {
  if (from === to) return data;
  const { first, count, k, most } = tapsOf(from, to, filter);
  const resized = new Uint8Array(outer * to * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const [x, y] = [(o * from + first[i]) * inner, (o * to + i) * inner];
      for (let q = 0; q < inner; q++) {
        let sum = 1 << (BITS - 1); // a half, for rounding
        for (let j = 0; j < count[i]; j++) sum = (sum + Math.imul(data[x + j * inner + q], k[i * most + j])) | 0;
        resized[y + q] = Math.max(0, Math.min(sum >> BITS, 255));
      }
    }
  }
  return resized;
}

export interface ResizeOptions {
  /** Default 'bilinear'. */
  interpolation?: Interpolation;
  /** Where `size` is a number: the longer side may have no more pixels, even if the shorter one has less than `size` then. Default:
   *  no limit. */
  maxSize?: number;
}

/** A number is the length of the shorter side, and the aspect is kept; [height, width] are exact. */
export function resize(picture: Pixels, size: Pair, options: ResizeOptions = {}): Pixels {
  requirePicture('Resize', picture);
  requireResize(size, options);
  const { interpolation = 'bilinear', maxSize } = options;
  const { width: W, height: H, channels: C } = picture;
  const [height, width] = typeof size === 'number' ? fitted(H, W, size, maxSize) : size;
  const filter = FILTERS[interpolation];
  const rows = resizeAxis(picture.data, H, W, width, C, filter);
  return { width, height, channels: C, data: resizeAxis(rows, 1, H, height, width * C, filter) };
}

/** The size whose shorter side is `size`. Fractions of pixels are cut off. */
function fitted(H: number, W: number, size: number, maxSize = Infinity): [height: number, width: number] {
  const [short, long] = [Math.min(H, W), Math.max(H, W)];
  let [newShort, newLong] = [size, Math.trunc((size * long) / short)];
  if (newLong > maxSize) [newShort, newLong] = [Math.trunc((maxSize * newShort) / newLong), maxSize];
  if (newShort < 1) {
    throw new ShapeError(`Resize: ${H} x ${W} pixels with a longer side of ${maxSize} have no shorter side`);
  }
  return W <= H ? [newLong, newShort] : [newShort, newLong];
}

function requireResize(size: Pair, options: ResizeOptions): void {
  pair('Resize', 'size', size, 1);
  requireOptions('Resize', options, { interpolation: interpolationRule, maxSize: true });
  const { maxSize } = options;
  if (maxSize === undefined) return;
  if (typeof size !== 'number' || !Number.isInteger(maxSize) || maxSize <= size) {
    throw new ShapeError(
      `Resize: maxSize must be a whole number greater than size, and size a number, but they are ${formatOption(maxSize)} and ${formatOption(size)}`,
    );
  }
}

/** The picture in another size. A number is the length of the shorter side, and the aspect is kept; [height, width] are exact. */
export class Resize implements Transform {
  readonly size: Pair;
  readonly interpolation: Interpolation;
  readonly maxSize: number | undefined;

  constructor(size: Pair, options: ResizeOptions = {}) {
    requireResize(size, options);
    this.size = size;
    ({ interpolation: this.interpolation = 'bilinear', maxSize: this.maxSize } = options);
  }

  apply(picture: Pixels): Pixels {
    return resize(picture, this.size, { interpolation: this.interpolation, maxSize: this.maxSize });
  }
}
