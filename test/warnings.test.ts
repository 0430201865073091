/** What a bench report says of a machine that wasn't steady. */
import { describe, expect, test } from 'vitest';
import type { BenchContender, BenchRow, Sampled } from '../src/measure/index.js';
import { driftWarnings, noiseWarnings } from '../src/measure/warnings.js';

const sampled = (samples: readonly number[], median = samples[0], mad = 0): Sampled => ({ samples, median, mad });

/** A contender that reached so many GFLOP/s, from round to round. */
function reaching(label: string, gflops: readonly number[]): BenchContender {
  return {
    ...{ label, backend: 'wasm', threads: 1, build: 'simd', adapter: null, emptyWait: sampled([0]) },
    peaks: { compute: sampled(gflops), bandwidth: sampled([10, 20]) },
  };
}

/** A row whose samples lie around 1 ms, half of them nearer than `mads` to it, for each contender. */
function row(...mads: readonly (number | null)[]): BenchRow {
  const results = mads.map((mad) =>
    mad === null
      ? null
      : { cold: 2, steady: sampled([1 - mad, 1, 1 + mad], 1, mad), rounds: [1], gpu: null, checked: null },
  );
  return { group: 'layers', name: 'relu', pass: 'forward', parameter: null, flops: 0, bytes: 0, results };
}

describe('a machine that drifted', () => {
  test('is told with every round, and of the contender that saw it alone', () => {
    const contenders = [reaching('wasm x 1', [44, 45, 44.5]), reaching('wasm x 2', [88, 81.234, 95])];
    expect(driftWarnings(contenders)).toEqual([
      'the machine drifted: wasm x 2 reached 88.0, 81.2, 95.0 GFLOP/s from round to round',
    ]);
  });

  test.each([
    ['a tenth more', [100, 110], 0],
    ['a little over it', [100, 110.1], 1],
    ['as much less', [110.1, 100], 1],
    ['in the middle only', [100, 120, 100], 1],
    ['one round', [100], 0],
  ])('%s: %j', (_, gflops, warnings) => {
    expect(driftWarnings([reaching('wasm x 1', gflops)])).toHaveLength(warnings);
  });

  test('isn’t known of a contender without peaks', () => {
    expect(driftWarnings([{ ...reaching('reference', []), peaks: null }])).toEqual([]);
  });
});

describe('a noisy run', () => {
  test('is told by its typical row', () => {
    expect(noiseWarnings([row(0.01, 0.08), row(null, 0.12)])).toEqual([
      'a noisy run: half of the samples of a typical row are more than 8 % off its median',
    ]);
  });

  test('isn’t one with a single noisy row, or without rows', () => {
    expect(noiseWarnings([row(0.01, 0.02), row(0.5, null)])).toEqual([]);
    expect(noiseWarnings([])).toEqual([]);
  });
});
