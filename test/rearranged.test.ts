/** What the chapters on pictures and fully connected layers say, held to the operations. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImageDataset, normalizationOf } from '../src/data/index.js';
import { placeOf } from '../src/figures/index.js';
import { indexOf, stridesOf } from '../src/figures/memory.js';
import { rasterOf } from '../src/figures/raster.js';
import {
  largestDifference,
  moved,
  movedImage,
  relativeDistance,
  reordered,
  restored,
  shuffled,
} from '../src/figures/rearranged.js';
import { Generator } from '../src/tensor/random.js';

const numbers = (generator: Generator, length: number) =>
  Float64Array.from(generator.fillUniform(new Float32Array(length), -1, 1));

/** An image of 12x12 pixels whose outer four are 0, and layers for it. */
function problem(seed: number) {
  const generator = new Generator(seed);
  const image = numbers(generator, 144).map((value, at) => {
    const [h, w] = [Math.floor(at / 12), at % 12];
    return Math.min(h, w) >= 4 && Math.max(h, w) < 8 ? value : 0;
  });
  const layers = { weight: numbers(generator, 1440), bias: numbers(generator, 10), kernel: numbers(generator, 9) };
  return { image, layers, order: generator.randperm(144) };
}

describe('pixels in another order', () => {
  test('a fully connected layer gives the same scores and gradients, a convolution another map', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const { image, layers, order } = problem(seed);
        const { scores, dweight, map } = shuffled(image, [12, 12], order, layers, 3);
        expect(largestDifference(scores.before, scores.likewise)).toBeLessThan(1e-12);
        expect(largestDifference(dweight.before, dweight.restored)).toBeLessThan(1e-12);
        expect(largestDifference(scores.before, scores.unaware)).toBeGreaterThan(0.01);
        expect(relativeDistance(map.before, map.restored)).toBeGreaterThan(0.1);
      }),
      { numRuns: 50 },
    );
  });

  test('can be put back', () => {
    const order = Int32Array.of(2, 0, 1);
    const rows = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...reordered(rows, order)]).toEqual([3, 1, 2, 6, 4, 5]);
    expect([...restored(reordered(rows, order), order)]).toEqual([...rows]);
  });
});

describe('a moved image', () => {
  test('moves the map of a convolution, and changes nothing else in it', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -3, max: 3 }),
        (seed, down, right) => {
          const { image, layers } = problem(seed);
          const { map } = movedImage(image, [12, 12], [down, right], layers);
          expect([...map.movedBack]).toEqual([...map.before]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('loses what leaves it', () => {
    expect([...moved(Float64Array.of(1, 2, 3, 4), [2, 2], [0, 1])]).toEqual([0, 1, 0, 3]);
    expect([...moved(Float64Array.of(1, 2, 3, 4), [2, 2], [-1, 0])]).toEqual([3, 4, 0, 0]);
  });
});

test('a place in memory is counted row by row', () => {
  expect(stridesOf([64, 1, 28, 28])).toEqual([784, 784, 28, 1]);
  expect(indexOf([0, 2, 1, 3], [1, 3, 4, 5])).toBe(48);
  for (let index = 0; index < 120; index++) expect(indexOf(placeOf(index, [2, 3, 4, 5]), [2, 3, 4, 5])).toBe(index);
});

test('a disc covers as many pixels as it is large', () => {
  for (const side of [16, 64]) {
    const pixels = rasterOf({ x: 0.5, y: 0.5, radius: 0.4 }, side);
    const area = pixels.reduce((sum, byte) => sum + byte / 255, 0) / side ** 2;
    expect(area).toBeCloseTo(Math.PI * 0.4 ** 2, 2);
    expect([pixels[0], pixels[(side / 2) * side + side / 2]]).toEqual([0, 255]);
  }
  const [left, right] = [...rasterOf({ x: 0, y: 0.5, radius: 0.5 }, 2)];
  expect(left).toBeGreaterThan(right);
});

describe('normalizationOf', () => {
  test('is mean and deviation of each channel', () => {
    const images = new ImageDataset(Uint8Array.of(0, 255, 51, 51, 0, 255, 51, 51), Uint8Array.of(0, 1), [2, 1, 2]);
    const { mean, std } = normalizationOf(images);
    expect(mean).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.2, 12)]);
    expect(std).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0, 12)]);
  });

  test('asks for bytes', () => {
    expect(() => normalizationOf({ length: 1 })).toThrow('must lie in memory as bytes');
  });
});
