/** The ink on a page, whatever its ground. */
import type { Pixels } from '../formats/index.js';
import { groundOf, marginOf, median } from './ground.js';
import { grey, resizePlane } from './planes.js';

/** Larger pages are made smaller: so many pixels are enough to find a digit of a fortieth of the page. */
const LARGEST = 640;
/** The least contrast that may be ink, as a share of what the ground allows. */
const FAINTEST = 0.04;
/** Noise is normal, about: beyond four of its deviations there is nearly none. */
const BEYOND_NOISE = 4;
const SMOOTHINGS = 4;

export interface Ink {
  readonly width: number;
  readonly height: number;
  /** 0 is ground; about `level` is ink. */
  readonly values: Float64Array;
  /** What has no more isn't ink. */
  readonly least: number;
}

/**
 * The ink of each pixel, as a share of the way from the ground to black, or to white if what is drawn is lighter than the ground:
 *
 *   ink = (ground − page) / ground      or      ink = (page − ground) / (255 − ground)
 *
 * A page lit half as much has ground and page halved, and the same ink. Noise is measured on the page's margin, as 1.4826 · median |ink|,
 * which is the deviation of what is normal; the page is smoothed, by [1 2 1] / 4 across and down, until the ink stands out from it.
 */
export function inkOf({ width, height, channels, data }: Pixels): Ink {
  const reduction = Math.max(1, Math.max(width, height) / LARGEST);
  const [W, H] = [Math.ceil(width / reduction), Math.ceil(height / reduction)];
  const greys = Float64Array.from({ length: width * height }, (_, p) =>
    channels === 1 ? data[p] : grey(data[3 * p], data[3 * p + 1], data[3 * p + 2]),
  );
  const page = resizePlane(greys, height, width, H, W);
  const groundAt = groundOf(page, W, H);
  const ground = Float64Array.from({ length: W * H }, (_, p) => groundAt(p % W, Math.floor(p / W)));
  const lighter = ground.map((level, p) => page[p] - level);
  const margin = marginOf(W, H);
  const noiseOf = (values: Float64Array) => 1.4826 * median(margin.map((p) => Math.abs(values[p])));
  const loud = Math.max(255 * FAINTEST, BEYOND_NOISE * noiseOf(lighter));
  const sum = lighter.reduce((all, value) => (Math.abs(value) > loud ? all + value : all), 0);
  let values = Float64Array.from(lighter, (value, p) =>
    sum <= 0 ? -value / Math.max(32, ground[p]) : value / Math.max(32, 255 - ground[p]),
  );
  for (let smoothings = 0; ; smoothings++) {
    const noise = Math.max(FAINTEST, BEYOND_NOISE * noiseOf(values));
    const level = levelOf(values, noise);
    if (noise <= level / 4 || smoothings === SMOOTHINGS) {
      return { width: W, height: H, values, least: Math.max(noise, level / 8) };
    }
    values = smooth(smooth(values, 1, W, W), W, H, W);
  }
}

/** Σ value² / Σ value of the values that are more than `least`: a mean in which strong ink counts more than faint. */
export function levelOf(values: Float64Array, least: number): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    if (value <= least) continue;
    sum += value;
    squares += value * value;
  }
  return sum > 0 ? squares / sum : 0;
}

/** [1 2 1] / 4 along one direction, in which a pixel's neighbours are `step` apart and `size` in a line. */
function smooth(values: Float64Array<ArrayBuffer>, step: number, size: number, W: number): Float64Array<ArrayBuffer> {
  return values.map((value, p) => {
    const at = step === 1 ? p % W : Math.floor(p / W);
    const before = at > 0 ? values[p - step] : value;
    const after = at < size - 1 ? values[p + step] : value;
    return (before + 2 * value + after) / 4;
  });
}
