/** A seed gives the numbers that PyTorch's CPU generator gives, in the same order. */
import { expect, it } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import * as F from '../src/nn/functional/index.js';
import * as init from '../src/nn/init.js';
import { defaultGenerator, Generator, manualSeed } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { expectClose, readGoldenJson } from './golden/golden.js';

interface RandomCase {
  seed: number;
  /** The low 31 bits of every 30th word. */
  words31: number[];
  uniform: number[];
  uniform64: number[];
  /** Uniform in −0.3 … 0.4. */
  between: number[];
  /** By the count that was asked for. */
  randperm: Record<string, number[]>;
  /** Mean 0.5, deviation 2; by the count. */
  normal: Record<string, number[]>;
  /** Three normal numbers, and then two. */
  normalTwice: [number[], number[]];
  /** Weights (5, 3, 2, 2) by how they are initialised. */
  init: Record<string, number[]>;
  /** 64 ones with p = 0.3: 1 where they stayed. */
  dropout: number[];
}

const cases = readGoldenJson<RandomCase[]>('random');

it.each(cases)('words of seed $seed', ({ seed, words31 }) => {
  const generator = new Generator(seed);
  const words = Array.from({ length: 630 }, () => generator.random());
  expect(words.filter((_, i) => i % 30 === 0).map((word) => word & 0x7fffffff)).toEqual(words31);
});

it.each(cases)('uniform numbers of seed $seed, bit for bit', ({ seed, uniform, uniform64, between }) => {
  const generator = new Generator(seed);
  expect(uniform.map(() => generator.uniform())).toEqual(uniform);
  generator.manualSeed(seed);
  expect(uniform64.map(() => generator.uniform64())).toEqual(uniform64);
  generator.manualSeed(seed);
  expect([...generator.fillUniform(new Float32Array(between.length), -0.3, 0.4)]).toEqual(between);
});

it.each(cases)('permutations of seed $seed', ({ seed, randperm }) => {
  for (const [n, order] of Object.entries(randperm)) {
    expect([...new Generator(seed).randperm(Number(n))]).toEqual(order);
  }
});

it.each(cases)('normal numbers of seed $seed', ({ seed, normal, normalTwice }) => {
  for (const [n, numbers] of Object.entries(normal)) {
    expectClose(new Generator(seed).fillNormal(new Float32Array(Number(n)), 0.5, 2), numbers, 1e-6, `normal of ${n}`);
  }
  const generator = new Generator(seed);
  for (const numbers of normalTwice) {
    expectClose(generator.fillNormal(new Float32Array(numbers.length), 0, 1), numbers, 1e-6, 'one call after another');
  }
});

it.each(cases)('dropout of seed $seed', async ({ seed, dropout }) => {
  manualSeed(seed);
  const ones = new ReferenceBackend().tensor(new Float32Array(64).fill(1));
  const kept = [...(await F.dropout(ones, 0.3).data())].map((value) => (value > 0 ? 1 : 0));
  expect(kept).toEqual(dropout);
});

const inits: Record<string, (weight: Tensor) => void> = {
  kaimingUniform: init.kaimingUniform,
  kaimingUniformFanOut: (weight) => init.kaimingUniform(weight, { a: 0.5, mode: 'fanOut' }),
  kaimingNormal: init.kaimingNormal,
  kaimingNormalFanOut: (weight) => init.kaimingNormal(weight, { mode: 'fanOut' }),
  xavierUniform: init.xavierUniform,
  xavierNormal: (weight) => init.xavierNormal(weight, 2),
};

it.each(cases)('initial weights of seed $seed', async (golden) => {
  for (const [name, values] of Object.entries(golden.init)) {
    const weight = new ReferenceBackend().tensor(values, [5, 3, 2, 2]);
    manualSeed(golden.seed);
    inits[name](weight);
    expectClose(await weight.data(), values, 1e-6, name);
  }
});

it('goes on from a saved state, in the middle of a pair of normal numbers too', () => {
  const generator = new Generator(3);
  generator.fillNormal(new Float32Array(3), 0, 1);
  const state = JSON.parse(JSON.stringify(generator.getState()));
  const draw = (from: Generator) => [...from.fillNormal(new Float32Array(3), 0, 1), from.random(), from.uniform64()];
  const expected = draw(generator);
  const other = new Generator(9);
  other.setState(state);
  expect(draw(other)).toEqual(expected);
  expect(() => other.setState({ ...state, used: 625 })).toThrow('a state has 624 words and uses 0 to 624 of them');
});

it('refuses a seed that is no whole number', () => {
  expect(() => manualSeed(0.5)).toThrow('manualSeed: the seed must be a whole number, but is 0.5');
});

it('draws what initialisation, dropout and shuffling share from one generator', () => {
  manualSeed(5);
  expect(defaultGenerator.random()).toBe(new Generator(5).random());
});
