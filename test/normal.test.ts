/** The normal distribution, and the weights that are drawn from a part of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import { init } from '../src/nn/index.js';
import { normalCdf, normalQuantile } from '../src/nn/normal.js';
import { manualSeed } from '../src/tensor/random.js';

test.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-2, 0.02275013194817921],
  [3.5, 0.9997673709209645],
  [-5, 2.866515718791939e-7],
  [-10, 7.61985302416052e-24],
])('Φ(%f) is %f', (x, p) => {
  expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-12);
});

test('Φ and its inverse undo each other', () => {
  fc.assert(
    fc.property(fc.double({ min: -8, max: 5, noNaN: true }), (x) => {
      expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(1e-9);
    }),
  );
});

test('Φ⁻¹ is symmetric, and infinite at its ends', () => {
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  expect(normalQuantile(0.25)).toBe(-normalQuantile(0.75));
});

test('truncNormal stays between its bounds, with the deviation of what is left', async () => {
  manualSeed(0);
  const tensor = host.tensor(new Float32Array(20_000), [20_000]);
  init.truncNormal(tensor, { mean: 1, std: 2, a: 0, b: 2 });
  const values = [...(await tensor.data())];
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThanOrEqual(2);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean).toBeCloseTo(1, 1);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  expect(deviation).toBeCloseTo(2 * 0.2837, 1); // √(1 − 2·½·φ(½) / (2Φ(½) − 1)) = 0.2837 for ±½
});
