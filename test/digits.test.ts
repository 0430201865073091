/** Digits that people draw: whatever the page, the network sees the same. */
import { describe, expect, test } from 'vitest';
import { decodeImage, imageFromPicture, type Pixels, pngFromImage, prepareDigit } from '../src/data/index.js';
import { Generator } from '../src/tensor/random.js';

/** A 5 on a square of side 1: a bar, a stem and a bowl, as points along its strokes. */
const FIVE = [
  [0.85, 0.08, 0.25, 0.08],
  [0.25, 0.08, 0.2, 0.45],
  ...Array.from({ length: 12 }, (_, i) => {
    const at = (k: number) => -Math.PI / 2 - 0.6 + ((Math.PI + 1.1) * k) / 12;
    const point = (k: number) => [0.45 + 0.4 * Math.cos(at(k)), 0.66 + 0.3 * Math.sin(at(k))];
    return [...point(i), ...point(i + 1)];
  }),
];

interface Page {
  width: number;
  height: number;
  /** Of the square that the 5 is in. */
  size: number;
  left: number;
  top: number;
  /** Width of the stroke, as a share of the square. */
  stroke: number;
}

const page = (changes: Partial<Page> = {}): Page => ({
  width: 120,
  height: 120,
  size: 80,
  left: 20,
  top: 20,
  stroke: 0.13,
  ...changes,
});

/** Ink from 0 to 1 of each pixel. */
function draw({ width, height, size, left, top, stroke }: Page): Float64Array {
  return Float64Array.from({ length: width * height }, (_, p) => {
    const [x, y] = [(p % width) + 0.5 - left, Math.floor(p / width) + 0.5 - top];
    const distance = Math.min(
      ...FIVE.map(([x0, y0, x1, y1]) => {
        const [dx, dy, px, py] = [(x1 - x0) * size, (y1 - y0) * size, x - x0 * size, y - y0 * size];
        const along = Math.min(Math.max((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1);
        return Math.hypot(px - along * dx, py - along * dy);
      }),
    );
    return Math.min(Math.max((stroke * size) / 2 - distance + 0.5, 0), 1);
  });
}

/** The page as a picture: black on white unless `light` says otherwise. */
function picture(at: Page, light = (ink: number, _x: number, _y: number) => 255 * (1 - ink)): Pixels {
  const { width, height } = at;
  const values = Array.from(draw(at), (ink, p) => light(ink, p % width, Math.floor(p / width)));
  return {
    width,
    height,
    channels: 1,
    data: Uint8Array.from(values, (v) => Math.round(Math.min(Math.max(v, 0), 255))),
  };
}

const empty = (light: (x: number, y: number) => number) => {
  const at = page({ left: 1000 });
  return picture(at, (_ink, x, y) => light(x, y));
};

/** Mean difference of two prepared digits, as a share of the ink of the first. */
function difference(a: Pixels, b: Pixels): number {
  const ink = a.data.reduce((sum, value) => sum + value, 0);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / ink;
}

/** In pixels. */
const inkOf = ({ data }: Pixels) => data.reduce((sum, value) => sum + value, 0) / 255;

const plain = prepareDigit(picture(page()));

describe('prepareDigit', () => {
  test.each([
    ['a square page', page()],
    ['a wide page', page({ width: 300, left: 200 })],
    ['a small digit', page({ size: 24, left: 80, top: 5 })],
    ['a large digit', page({ width: 400, height: 420, size: 380, left: 10, top: 20 })],
  ])('fits %s into 20x20, with its centre of mass in the middle of pixel (14, 14)', (_name, at) => {
    const { width, height, channels, data } = prepareDigit(picture(at));
    expect([width, height, channels]).toEqual([28, 28, 1]);
    const dark = [...data].flatMap((value, i) => (value > 64 ? [[i % 28, Math.floor(i / 28)]] : []));
    const side = (axis: number) => Math.max(...dark.map((p) => p[axis])) - Math.min(...dark.map((p) => p[axis])) + 1;
    expect(Math.max(side(0), side(1))).toBeGreaterThanOrEqual(19);
    expect(Math.max(side(0), side(1))).toBeLessThanOrEqual(21);
    const sum = data.reduce((all, value) => all + value, 0);
    const mean = (axis: (i: number) => number) => data.reduce((all, value, i) => all + value * axis(i), 0) / sum;
    expect(Math.abs(mean((i) => i % 28) - 14)).toBeLessThan(0.15);
    expect(Math.abs(mean((i) => Math.floor(i / 28)) - 14)).toBeLessThan(0.15);
  });

  test.each([
    ['elsewhere', page({ left: 3, top: 36 }), 0.08],
    ['half as large', page({ size: 40, left: 60 }), 0.2],
    ['four times as large', page({ width: 400, height: 400, size: 320 }), 0.2],
    ['on a wide page', page({ width: 400, left: 290 }), 0.08],
    ['on a tall page', page({ height: 400, top: 0 }), 0.08],
  ])('gives the same digit drawn %s', (_name, at, most) => {
    expect(difference(plain, prepareDigit(picture(at)))).toBeLessThan(most);
  });

  test.each<[string, (ink: number, x: number, y: number) => number]>([
    ['white on black', (ink) => 255 * ink],
    ['light grey on dark grey', (ink) => 60 + 120 * ink],
    ['pencil on grey paper', (ink) => 200 - 50 * ink],
    ['lit from the left', (ink, x) => (250 - 1.2 * x) * (1 - 0.7 * ink)],
    ['with dark corners', (ink, x, y) => (240 - 0.015 * ((x - 50) ** 2 + (y - 60) ** 2)) * (1 - 0.8 * ink)],
    ['white chalk lit from above', (ink, _x, y) => 20 + 0.5 * y + (235 - 0.5 * y) * 0.8 * ink],
  ])('sees no difference in a digit that is %s', (_name, light) => {
    expect(difference(plain, prepareDigit(picture(page(), light)))).toBeLessThan(0.1);
  });

  test('knows ink from noise', () => {
    const random = new Generator(1);
    const noisy = picture(page({ width: 240, height: 240, size: 160, left: 40, top: 40 }), (ink) => {
      const noise = Array.from({ length: 6 }, () => random.uniform() - 0.5).reduce((sum, value) => sum + value, 0);
      return 200 - 120 * ink + 20 * noise;
    });
    expect(difference(plain, prepareDigit(noisy))).toBeLessThan(0.15);
  });

  test.each<[string, (x: number, y: number) => boolean]>([
    ['a speck in the corner', (x, y) => x < 3 && y < 3],
    ['two blots', (x, y) => Math.hypot(x - 112, y - 8) < 4 || Math.hypot(x - 8, y - 110) < 3],
    ['a ruled line', (_x, y) => y >= 115 && y < 118],
    ['a frame', (x, y) => Math.min(x, y, 119 - x, 119 - y) < 2],
  ])('leaves %s out', (_name, dirty) => {
    const spoilt = picture(page(), (ink, x, y) => (dirty(x, y) ? 0 : 255 * (1 - ink)));
    expect(difference(plain, prepareDigit(spoilt))).toBeLessThan(0.02);
  });

  test('keeps a stroke that was set apart', () => {
    const apart = picture(page(), (ink, _x, y) => (y > 33 && y < 37 ? 255 : 255 * (1 - ink)));
    expect(difference(plain, prepareDigit(apart))).toBeLessThan(0.2);
  });

  test('brings thin and thick strokes to the width of a pen', () => {
    const inks = [0.012, 0.03, 0.13, 0.22].map((stroke) =>
      inkOf(prepareDigit(picture(page({ width: 400, height: 400, size: 300, left: 50, top: 50, stroke })))),
    );
    // Without that, the first would have a tenth of the third's ink, and the last 1.5 times as much.
    expect(inks[0]).toBeGreaterThan(0.55 * inks[2]);
    expect(inks[1]).toBeGreaterThan(0.55 * inks[2]);
    expect(inks[3]).toBeLessThan(1.4 * inks[2]);
  });

  test('reads colours', () => {
    const grey = picture(page());
    const data = Uint8Array.from(
      { length: 3 * grey.data.length },
      (_, i) => [250, 240, 90][i % 3] - (255 - grey.data[Math.floor(i / 3)]) / 4,
    );
    expect(difference(plain, prepareDigit({ ...grey, channels: 3, data }))).toBeLessThan(0.1);
  });

  test('says so where there is no ink', () => {
    const random = new Generator(2);
    const pages = [
      empty(() => 255),
      empty(() => 0),
      empty((x, y) => 250 - 0.5 * x - 0.3 * y),
      empty(() => 200 + 20 * random.uniform()),
      empty((x, y) => (x === 60 && y === 70 ? 0 : 255)),
      { width: 1, height: 1, channels: 1, data: Uint8Array.of(7) },
    ];
    for (const page of pages) {
      expect(() => prepareDigit(page, { name: 'page.png' })).toThrow(
        'page.png: there is no digit: nothing on the page stands out as ink',
      );
    }
  });

  test('goes through imageFromPicture as it is', async () => {
    const { data } = picture(page({ left: 35 }));
    const png = pngFromImage(
      Float32Array.from(data, (value) => value / 255),
      [1, 120, 120],
    );
    const digit = prepareDigit(await decodeImage(png, 'five.png'));
    const image = imageFromPicture(digit, { channels: 1, height: 28, width: 28 });
    expect([...image]).toEqual(
      [...prepareDigit(picture(page({ left: 35 }))).data].map((value) => Math.fround(value / 255)),
    );
  });
});
