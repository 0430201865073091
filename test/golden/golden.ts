/** Reads the golden values that make.py and make_parity.py wrote, and compares with them. */
import { readFileSync } from 'node:fs';
import { parseSafetensors, valuesOf } from '../../src/formats/index.js';
import type { Shape } from '../../src/ops/shape.js';
import type { TypedArray } from '../../src/tensor/tensorBackend.js';

export interface GoldenTensor {
  readonly shape: Shape;
  readonly values: TypedArray;
}

export interface GoldenCase<Options> {
  readonly options: Options;
  /** The tensors of this case, without its number: `in/x`, `y`, `grad/x`, … */
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
}

// biome-ignore lint/suspicious/noExplicitAny: options are whatever JSON the case's operation takes.
export function readGolden<Options = any>(name: string): GoldenCase<Options>[] {
  const { tensors, metadata } = parseSafetensors(readFileSync(fileOf(`${name}.safetensors`)), name);
  const cases: Options[] = JSON.parse(metadata.cases);
  const maps = cases.map(() => new Map<string, GoldenTensor>());
  for (const [key, entry] of tensors) {
    const slash = key.indexOf('/');
    const values = valuesOf(entry, `${name}: ${key}`);
    maps[Number(key.slice(0, slash))].set(key.slice(slash + 1), { shape: entry.shape, values });
  }
  return cases.map((options, i) => ({ options, tensors: maps[i] }));
}

// biome-ignore lint/suspicious/noExplicitAny: JSON.
export function readGoldenJson<Content = any>(name: string): Content {
  return JSON.parse(readFileSync(fileOf(`${name}.json`), 'utf8'));
}

function fileOf(name: string): URL {
  return new URL(name, import.meta.url);
}

/** Throws unless every |actual − expected| ≤ tolerance · max |expected|; NaN and infinities must be the same. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values, but PyTorch has ${expected.length}`);
  }
  const largest = Array.from(expected).reduce((max, b) => (Number.isFinite(b) ? Math.max(max, Math.abs(b)) : max), 0);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i], expected[i]];
    const same = Number.isFinite(b) ? Math.abs(a - b) <= tolerance * largest : Object.is(a, b);
    if (!same) throw new Error(`${what}[${i}] is ${a}, but PyTorch gives ${b} (largest value ${largest})`);
  }
}
