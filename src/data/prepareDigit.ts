/**
 * A digit that somebody has drawn, as MNIST's are: 28x28, white on black, of one size, in the middle.
 *
 *   1  ink       share of the way from the ground to black (white); the ground may be lit unevenly   (ink.ts, ground.ts)
 *   2  digit     the strokes with the most ink and those near it; specks and ruled lines are left out   (strokes.ts)
 *   3  box       scale = 20 / max(width, height) of the digit: it fits 20x20 and keeps its aspect
 *   4  stroke    width = 4 · mean distance of the ink from the outline, brought to 1.8 … 3.6 pixels if it isn't within them; the digit is
 *                drawn so much smaller or larger before that it fits the box with its new strokes
 *   5  grey      the mean of 4x4 finer pixels, each between black and white: antialiasing
 *   6  middle    (Σ x·ink, Σ y·ink) / Σ ink, the centre of mass, comes to the middle of pixel (14, 14)
 *
 * Steps 3, 5 and 6 are MNIST's own: "normalized to fit in a 20x20 pixel box while preserving their aspect ratio", grey "as a result of
 * the anti-aliasing technique", "centered in a 28x28 image by computing the center of mass". In its files the centre lies within half a
 * pixel of (14, 14), counted from 0. Step 4 isn't: MNIST's writers all had much the same pen, of 1.6 to 3.8 pixels in nine of ten digits.
 *
 * Source: Yann LeCun's MNIST page, http://yann.lecun.com/exdb/mnist/
 */
import { FormatError, type Pixels } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { signedDistances } from './distance.js';
import { type Ink, inkOf, levelOf } from './ink.js';
import { around, digitAmong, strokesOf } from './strokes.js';

export interface PrepareDigitOptions {
  /** What messages call the picture. Default 'picture'. */
  name?: string;
}

const SIZE = 28;
const BOX = 20;
const MIDDLE = 14.5;
const THINNEST = 1.8;
const THICKEST = 3.6;
/** Finer pixels in one, across and down. */
const FINE = 4;
/** Of the finer drawing: whatever the centre of mass, 28x28 around it lie within. */
const DRAWN = 44 * FINE;

/** The digit alone on its page, with ink from 0 to 1, and the box around it. */
interface Digit {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
  readonly centre: { readonly x: number; readonly y: number };
  /** The longer side of its box, in pixels. */
  readonly longer: number;
}

/**
 * The digit on a page of any size (grey or RGB, dark on light or light on dark), prepared as MNIST's: a grey picture of 28x28, white
 * on black. The same digit at another place or in another size gives the same picture, but for rounding. Throws a FormatError if there is
 * no ink: nothing larger than 3 pixels and a fortieth of the page that stands out from the ground.
 */
export function prepareDigit(picture: Pixels, options: PrepareDigitOptions = {}): Pixels {
  requireOptions('prepareDigit', options, { name: true });
  const digit = findDigit(inkOf(picture));
  if (!digit) {
    const { name = 'picture' } = options;
    throw new FormatError(`${name}: there is no digit: nothing on the page stands out as ink`);
  }
  const drawing = withStrokes(digit);
  const { x, y } = centreOfMass(drawing);
  const [left, top] = [Math.round(x - MIDDLE * FINE), Math.round(y - MIDDLE * FINE)];
  const data = new Uint8Array(SIZE * SIZE);
  for (let h = 0; h < SIZE; h++) {
    for (let w = 0; w < SIZE; w++)
      data[h * SIZE + w] = Math.round(255 * meanOf(drawing, left + w * FINE, top + h * FINE));
  }
  return { width: SIZE, height: SIZE, channels: 1, data };
}

/** The digit's strokes without all else on the page; null if there are none. */
function findDigit({ width, height, values, least }: Ink): Digit | null {
  const strokes = digitAmong(strokesOf(values, width, height, least), width, height);
  if (strokes.length === 0 || longerSide(around(strokes)) < Math.max(3, Math.max(width, height) / 40)) return null;
  const alone = new Float64Array(width * height);
  for (const { pixels } of strokes) for (const p of pixels) alone[p] = values[p];
  const level = levelOf(alone, 0);
  for (let p = 0; p < alone.length; p++) alone[p] = Math.min(1, alone[p] / level);
  // A blurred outline lies where half of the ink is.
  const box = around(strokesOf(alone, width, height, 0.5));
  const centre = { x: (box.left + box.right + 1) / 2, y: (box.top + box.bottom + 1) / 2 };
  return { width, height, values: alone, centre, longer: longerSide(box) };
}

function longerSide({
  left,
  top,
  right,
  bottom,
}: {
  left: number;
  top: number;
  right: number;
  bottom: number;
}): number {
  return Math.max(right - left, bottom - top) + 1;
}

/** The digit in a box of 20x20 pixels of FINE x FINE, with strokes neither thinner nor thicker than MNIST's: steps 3 and 4. */
function withStrokes(digit: Digit): Float64Array {
  const scale = (BOX * FINE) / digit.longer;
  const drawn = outlined(digit, scale);
  const width = (4 * meanInside(drawn)) / FINE;
  const wanted = Math.min(Math.max(width, THINNEST), THICKEST);
  if (wanted === width) return drawn.map(coverage);
  // What is between the middles of the outermost strokes is made to fit with them.
  const shrink = (BOX - wanted) / Math.max(1, BOX - width);
  const wider = ((wanted - width * shrink) / 2) * FINE;
  return outlined(digit, scale * shrink).map((distance) => coverage(distance + wider));
}

/** How much of a pixel is within an outline at that distance from its middle. */
function coverage(distance: number): number {
  return Math.min(Math.max(distance + 0.5, 0), 1);
}

function meanInside(distances: Float64Array): number {
  const inside = distances.filter((distance) => distance > 0);
  return inside.reduce((sum, distance) => sum + distance, 0) / Math.max(1, inside.length);
}

/** Distances from the outline of the digit, drawn to scale. */
function outlined(digit: Digit, scale: number): Float64Array {
  const drawn = resample(digit, scale);
  // Strokes that are thinner than a pixel of the drawing are grey in it, and are drawn nonetheless.
  const half = levelOf(drawn, 0) / 2;
  return signedDistances(
    Uint8Array.from(drawn, (ink) => (ink >= half && ink > 0 ? 1 : 0)),
    DRAWN,
  );
}

/** The digit's box in the middle of DRAWN x DRAWN pixels. Each is the mean of the digit's around it, weighted less the farther they are
 *  away, and not at all beyond one pixel of the coarser of the two: antialiasing, as PIL's BILINEAR. */
function resample({ width, height, values, centre }: Digit, scale: number): Float64Array {
  const across = weightsOf(width, centre.x, scale);
  const down = weightsOf(height, centre.y, scale);
  const rows = new Float64Array(height * DRAWN);
  for (let y = 0; y < height; y++) {
    for (let w = 0; w < DRAWN; w++) {
      for (const { from, weight } of across[w]) rows[y * DRAWN + w] += weight * values[y * width + from];
    }
  }
  const drawn = new Float64Array(DRAWN * DRAWN);
  for (let h = 0; h < DRAWN; h++) {
    for (const { from, weight } of down[h]) {
      for (let w = 0; w < DRAWN; w++) drawn[h * DRAWN + w] += weight * rows[from * DRAWN + w];
    }
  }
  return drawn;
}

/** For each drawn pixel of a line: which of the `size` pixels it is the mean of. There is no ink beyond the page. */
function weightsOf(size: number, centre: number, scale: number): { from: number; weight: number }[][] {
  const reach = Math.max(1, 1 / scale);
  return Array.from({ length: DRAWN }, (_, i) => {
    const at = centre + (i + 0.5 - DRAWN / 2) / scale;
    const near: { from: number; weight: number }[] = [];
    let sum = 0;
    for (let from = Math.floor(at - reach); from <= at + reach; from++) {
      const weight = Math.max(0, 1 - Math.abs(from + 0.5 - at) / reach);
      sum += weight;
      if (weight > 0 && from >= 0 && from < size) near.push({ from, weight });
    }
    return near.map(({ from, weight }) => ({ from, weight: weight / sum }));
  });
}

function centreOfMass(drawing: Float64Array): { x: number; y: number } {
  let [sum, x, y] = [0, 0, 0];
  drawing.forEach((ink, i) => {
    sum += ink;
    x += ink * ((i % DRAWN) + 0.5);
    y += ink * (Math.floor(i / DRAWN) + 0.5);
  });
  return { x: x / sum, y: y / sum };
}

/** The mean of FINE x FINE pixels, of which those beyond the drawing are 0. */
function meanOf(drawing: Float64Array, left: number, top: number): number {
  let sum = 0;
  for (let y = top; y < top + FINE; y++) {
    for (let x = left; x < left + FINE; x++) {
      if (y >= 0 && y < DRAWN && x >= 0 && x < DRAWN) sum += drawing[y * DRAWN + x];
    }
  }
  return sum / FINE ** 2;
}
