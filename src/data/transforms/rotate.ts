/**
 * RandomRotation: the picture turned about its middle, counter-clockwise. Its size stays; corners that are turned out of it are lost, and
 * `fill` shows where nothing was.
 *
 * Each new pixel asks which place of the old picture it shows, so that there are no holes:
 *
 *   (x, y) = middle + R⁻¹ · ((w + ½, h + ½) − middle),      R⁻¹ = ( cos a   −sin a )
 *                                                                 ( sin a    cos a )
 *
 * The y axis points downwards, which is why the signs are those of a clockwise turn. 'nearest' shows the pixel that (x, y) lies in;
 * 'bilinear' mixes the four whose middles surround it.
 *
 * As in PIL, 'nearest' counts places in 16.16 fixed point, and turns by quarters that keep the size move pixels exactly.
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomRotation.html; src/libImaging/Geometry.c in Pillow
 */
import type { Pixels } from '../../formats/index.js';
import { type Rule, requireOptions } from '../../ops/options.js';
import type { Generator } from '../../tensor/random.js';
import { requirePicture, type Transform } from './image.js';
import { uniform } from './random.js';
import { type Fill, fillOf, fill as fillRule, isRange, type Range } from './rules.js';

export type RotationInterpolation = 'nearest' | 'bilinear';

export interface RotateOptions {
  /** Default 'nearest'. */
  interpolation?: RotationInterpolation;
  /** The colour where the old picture has no pixel. Default 0, black. */
  fill?: Fill;
}

const RULES: Record<keyof RotateOptions, Rule> = {
  interpolation: { what: "'nearest' or 'bilinear'", holds: (value) => value === 'nearest' || value === 'bilinear' },
  fill: fillRule,
};

/** (x, y) = (a · w + b · h + c, d · w + e · h + f) */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The picture turned by `angle` degrees, counter-clockwise. */
export function rotate(picture: Pixels, angle: number, options: RotateOptions = {}): Pixels {
  requirePicture('rotate', picture);
  requireOptions('rotate', options, RULES);
  if (!Number.isFinite(angle)) throw new RangeError(`rotate: the angle must be a finite number, but is ${angle}`);
  const { interpolation = 'nearest', fill = 0 } = options;
  const { width: W, height: H, channels: C } = picture;
  const degrees = ((angle % 360) + 360) % 360;
  const data = new Uint8Array(picture.data.length);
  if (degrees % 180 === 0 || (degrees % 90 === 0 && W === H)) {
    moveByQuarters(data, picture, degrees / 90);
  } else {
    const colour = fillOf('rotate', fill, C);
    for (let i = 0; i < data.length; i++) data[i] = colour[i % C];
    const places = backwards(degrees, W, H);
    if (interpolation === 'nearest') sampleNearest(data, picture, places);
    else sampleBilinear(data, picture, places);
  }
  return { ...picture, data };
}

/** Turns by 0, 180, or, where W = H, by 90 and 270 degrees. */
function moveByQuarters(data: Uint8Array, picture: Pixels, quarters: number): void {
  const { width: W, height: H, channels: C } = picture;
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      const [y, x] = [
        [h, w],
        [w, W - 1 - h],
        [H - 1 - h, W - 1 - w],
        [H - 1 - w, h],
      ][quarters];
      for (let c = 0; c < C; c++) data[(h * W + w) * C + c] = picture.data[(y * W + x) * C + c];
    }
  }
}

/** From places of the new picture back to those of the old one. */
function backwards(degrees: number, W: number, H: number): Affine {
  const radians = -degrees * (Math.PI / 180);
  const rounded = (value: number) => Number(value.toFixed(15)); // so that cos 90° is 0
  const [cos, sin] = [rounded(Math.cos(radians)), rounded(Math.sin(radians))];
  const [x, y] = [W / 2, H / 2];
  return [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y];
}

function sampleNearest(
  data: Uint8Array,
  { width: W, height: H, channels: C, data: from }: Pixels,
  places: Affine,
): void {
  const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
  const [a, b, c, d, e, f] = places;
  const [stepX, stepY] = [fixed(a), fixed(d)];
  for (let h = 0; h < H; h++) {
    let x = fixed(c + a * 0.5 + b * 0.5) + h * fixed(b);
    let y = fixed(f + d * 0.5 + e * 0.5) + h * fixed(e);
    for (let w = 0; w < W; w++, x += stepX, y += stepY) {
      const [column, row] = [Math.floor(x / 65536), Math.floor(y / 65536)];
      if (column < 0 || column >= W || row < 0 || row >= H) continue;
      const [source, target] = [(row * W + column) * C, (h * W + w) * C];
      for (let channel = 0; channel < C; channel++) data[target + channel] = from[source + channel];
    }
  }
}

function sampleBilinear(
  data: Uint8Array,
  { width: W, height: H, channels: C, data: from }: Pixels,
  places: Affine,
): void {
  const [a, b, c, d, e, f] = places;
  const within = (place: number, size: number) => Math.max(0, Math.min(place, size - 1));
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      const [x, y] = [a * (w + 0.5) + b * (h + 0.5) + c, d * (w + 0.5) + e * (h + 0.5) + f];
      if (x < 0 || x >= W || y < 0 || y >= H) continue;
      // Measured from middle to middle of the pixels.
      const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
      const [right, below] = [x - 0.5 - left, y - 0.5 - top];
      const [x0, x1] = [within(left, W) * C, within(left + 1, W) * C];
      const [y0, y1] = [within(top, H) * W * C, within(top + 1, H) * W * C];
      for (let channel = 0; channel < C; channel++) {
        const at = (row: number, column: number) => from[row + column + channel];
        const upper = at(y0, x0) + (at(y0, x1) - at(y0, x0)) * right;
        const lower = at(y1, x0) + (at(y1, x1) - at(y1, x0)) * right;
        data[(h * W + w) * C + channel] = upper + (lower - upper) * below; // cut off, not rounded
      }
    }
  }
}

/** Turned by an angle between −degrees and degrees, or within [least, largest]. */
export class RandomRotation implements Transform {
  readonly degrees: Range;
  readonly interpolation: RotationInterpolation;
  readonly fill: Fill;

  constructor(degrees: number | Range, options: RotateOptions = {}) {
    const range = typeof degrees === 'number' && degrees >= 0 ? ([-degrees, degrees] as const) : degrees;
    if (!isRange(range, -Number.MAX_VALUE, Number.MAX_VALUE)) {
      throw new RangeError(`RandomRotation: degrees must be a number ≥ 0, or [least, largest], but is ${degrees}`);
    }
    requireOptions('RandomRotation', options, RULES);
    this.degrees = range;
    ({ interpolation: this.interpolation = 'nearest', fill: this.fill = 0 } = options);
  }

  apply(picture: Pixels, random: Generator): Pixels {
    requirePicture('RandomRotation', picture);
    return rotate(picture, this.getParams(random), { interpolation: this.interpolation, fill: this.fill });
  }

  /** The angle, in degrees. */
  getParams(random: Generator): number {
    return uniform(random, ...this.degrees);
  }
}
