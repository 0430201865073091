/**
 * ColorJitter: another light, another camera. Three of its four parts mix the picture x with one that lacks what they change, d:
 *
 *   y = d + factor · (x − d)         factor 1 is x itself, 0 is d, and more than 1 leads beyond x; cut off to bytes 0 … 255
 *
 *   brightness   d = black
 *   contrast     d = a plane of the mean of x in grey
 *   saturation   d = x in grey
 *   hue          turns the circle of colours by a part of its whole, −½ to ½
 *
 * Grey is 0.299 · red + 0.587 · green + 0.114 · blue (ITU-R BT.601). On grey pictures saturation and hue change nothing.
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html; Haeberli & Voorhies, "Image processing
 * by interpolation and extrapolation" (1994)
 */
import type { Pixels } from '../../formats/index.js';
import { type Rule, requireOptions } from '../../ops/options.js';
import { ShapeError } from '../../ops/shape.js';
import type { Generator } from '../../tensor/random.js';
import { toHsv, toRgb } from './hsv.js';
import { requirePicture, type Transform } from './image.js';
import { uniform } from './random.js';
import { isRange, type Range } from './rules.js';

/** `factor` of the picture and 1 − `factor` of black: 0 gives black, 1 the picture itself, 2 twice as bright. Throws a RangeError unless
 *  `factor` is ≥ 0. */
export function adjustBrightness(picture: Pixels, factor: number): Pixels {
  requireColours('adjustBrightness', picture);
  return mix('adjustBrightness', picture, factor, () => 0);
}

/** `factor` of the picture and 1 − `factor` of its mean grey: 0 gives an even grey, 1 the picture itself. */
export function adjustContrast(picture: Pixels, factor: number): Pixels {
  requireColours('adjustContrast', picture);
  let sum = 0;
  const pixels = picture.width * picture.height;
  for (let pixel = 0; pixel < pixels; pixel++) sum += greyOf(picture, pixel);
  const mean = Math.trunc(sum / pixels + 0.5);
  return mix('adjustContrast', picture, factor, () => mean);
}

/** `factor` of the picture and 1 − `factor` of itself in grey: 0 gives grey, 1 the picture itself. */
export function adjustSaturation(picture: Pixels, factor: number): Pixels {
  requireColours('adjustSaturation', picture);
  return mix('adjustSaturation', picture, factor, (pixel) => greyOf(picture, pixel));
}

/** `factor` of the circle of colours: ½ and −½ are the colours opposite. */
export function adjustHue(picture: Pixels, factor: number): Pixels {
  requireColours('adjustHue', picture);
  if (!(factor >= -0.5 && factor <= 0.5)) {
    throw new RangeError(`adjustHue: the factor must be from -0.5 to 0.5, but is ${factor}`);
  }
  if (picture.channels === 1) return picture;
  const data = Uint8Array.from(picture.data);
  const turn = Math.trunc(factor * 255);
  for (let i = 0; i < data.length; i += 3) {
    toHsv(data, i);
    data[i] += turn; // a byte, as the circle, begins anew at its end
    toRgb(data, i);
  }
  return { ...picture, data };
}

/** The picture mixed with one whose pixels are `other`. */
function mix(operation: string, picture: Pixels, factor: number, other: (pixel: number) => number): Pixels {
  if (!(factor >= 0 && factor < Infinity)) {
    throw new RangeError(`${operation}: the factor must be a finite number ≥ 0, but is ${factor}`);
  }
  const { channels: C, data: x } = picture;
  const alpha = Math.fround(factor);
  const data = new Uint8Array(x.length);
  for (let i = 0; i < data.length; ) {
    const d = other(i / C);
    for (let c = 0; c < C; c++, i++) {
      const y = Math.fround(d + Math.fround(alpha * (x[i] - d)));
      data[i] = Math.max(0, Math.min(y, 255)); // a fraction is cut off
    }
  }
  return { ...picture, data };
}

/** How light a pixel is, as a byte: the weights are in units of 2⁻¹⁶. */
function greyOf({ channels, data }: Pixels, pixel: number): number {
  if (channels === 1) return data[pixel];
  const i = pixel * 3;
  return (19595 * data[i] + 38470 * data[i + 1] + 7471 * data[i + 2] + 0x8000) >> 16;
}

function requireColours(operation: string, picture: unknown): asserts picture is Pixels {
  requirePicture(operation, picture);
  if (picture.channels === 1 || picture.channels === 3) return;
  throw new ShapeError(`${operation}: a picture has 1 channel (grey) or 3 (RGB), but this one has ${picture.channels}`);
}

/** A number n stands for factors from 1 − n (at least 0) to 1 + n. */
export interface ColorJitterOptions {
  /** Default 0: unchanged. */
  brightness?: number | Range;
  /** Default 0: unchanged. */
  contrast?: number | Range;
  /** Default 0: unchanged. */
  saturation?: number | Range;
  /** A number n ≤ ½ stands for −n to n. Default 0: unchanged. */
  hue?: number | Range;
}

/** What is drawn for a picture. null: that part changes nothing. */
export interface ColorJitterParams {
  /** 0 is brightness, 1 contrast, 2 saturation, 3 hue. */
  readonly order: readonly number[];
  readonly brightness: number | null;
  readonly contrast: number | null;
  readonly saturation: number | null;
  readonly hue: number | null;
}

const factors: Rule = {
  what: 'a number ≥ 0, or [least, largest] with 0 ≤ least ≤ largest',
  holds: (value) => isRange(typeof value === 'number' ? [0, value] : value, 0, Number.MAX_VALUE),
};
const turns: Rule = {
  what: 'a number from 0 to 0.5, or [least, largest] with -0.5 ≤ least ≤ largest ≤ 0.5',
  holds: (value) => isRange(typeof value === 'number' ? [0, value] : value, -0.5, 0.5),
};

/** The four parts in random order, each by a factor of its own. */
export class ColorJitter implements Transform {
  /** null: this part is left out. */
  readonly brightness: Range | null;
  readonly contrast: Range | null;
  readonly saturation: Range | null;
  readonly hue: Range | null;

  constructor(options: ColorJitterOptions = {}) {
    const rules = { brightness: factors, contrast: factors, saturation: factors, hue: turns };
    requireOptions('ColorJitter', options, rules);
    this.brightness = rangeAround(1, options.brightness, 0);
    this.contrast = rangeAround(1, options.contrast, 0);
    this.saturation = rangeAround(1, options.saturation, 0);
    this.hue = rangeAround(0, options.hue, -0.5);
  }

  apply(picture: Pixels, random: Generator): Pixels {
    requireColours('ColorJitter', picture);
    const { order, brightness, contrast, saturation, hue } = this.getParams(random);
    const parts = [
      [adjustBrightness, brightness],
      [adjustContrast, contrast],
      [adjustSaturation, saturation],
      [adjustHue, hue],
    ] as const;
    let jittered: Pixels = picture;
    for (const part of order) {
      const [adjust, factor] = parts[part];
      if (factor !== null) jittered = adjust(jittered, factor);
    }
    return jittered;
  }

  getParams(random: Generator): ColorJitterParams {
    const order = Array.from(random.randperm(4));
    const draw = (range: Range | null) => range && uniform(random, ...range);
    const brightness = draw(this.brightness);
    const contrast = draw(this.contrast);
    const saturation = draw(this.saturation);
    return { order, brightness, contrast, saturation, hue: draw(this.hue) };
  }
}

/** From centre − value, at least `least`, to centre + value; null where that is the centre alone. */
function rangeAround(centre: number, value: number | Range = 0, least: number): Range | null {
  const range: Range = typeof value === 'number' ? [Math.max(centre - value, least), centre + value] : value;
  return range[0] === centre && range[1] === centre ? null : range;
}
