/** What the chapters on 1x1 convolutions and on Inception count and compute, held to the lecture and to the package. */
import { describe, expect, test } from 'vitest';
import { defaultGenerator, manualSeed } from '../src/node/index.js';
import { runInception } from '../web/learn/pictures/branches.js';
import { chainOf, costOf } from '../web/learn/pictures/cost.js';
import { stagesOf } from '../web/learn/pictures/stages.js';

test('the lecture’s example costs a tenth by way of a 1x1', () => {
  const image = [192, 28, 28];
  expect(costOf(image, chainOf('5x5:32')!).multiplyAdds).toBe(120_422_400);
  const detour = costOf(image, chainOf('1x1:16,5x5:32')!);
  expect(detour.links.map(({ multiplyAdds }) => multiplyAdds)).toEqual([2_408_448, 10_035_200]);
  expect(detour.links.map(({ shape }) => shape)).toEqual([
    [1, 16, 28, 28],
    [1, 32, 28, 28],
  ]);
  expect(detour.parameters).toBe(192 * 16 + 16 + 16 * 32 * 25 + 32);
});

describe('the lecture’s Inception module', () => {
  test('gives the branches’ channels in the order of cat', async () => {
    const { branches, shape } = await runInception([10, 6, 5]);
    expect(shape).toEqual([1, 88, 6, 5]);
    expect(branches.map(({ name, first, end }) => [name, first, end])).toEqual([
      ['branch1x1', 0, 16],
      ['branch5x5', 16, 40],
      ['branch3x3', 40, 64],
      ['branch_pool', 64, 88],
    ]);
    expect(branches.flatMap(({ layers }) => layers.map(({ kernel, padding }) => [kernel, padding]))).toEqual([
      ...[[1, 0]],
      ...[
        [1, 0],
        [5, 2],
      ],
      ...[
        [1, 0],
        [3, 1],
        [3, 1],
      ],
      ...[[1, 0]],
    ]);
  });

  test('what comes through the branches adds up to dx, and leaves the generator as it was', async () => {
    manualSeed(7);
    const before = defaultGenerator.getState();
    const { branches, dx } = await runInception([3, 4, 4]);
    expect(defaultGenerator.getState()).toEqual(before);
    expect(dx.length).toBe(48);
    for (const [i, value] of dx.entries()) {
      expect(branches.reduce((sum, branch) => sum + branch.dx[i], 0)).toBeCloseTo(value, 5);
    }
    for (const branch of branches) expect(branch.dx.some((value) => value !== 0)).toBe(true);
  });
});

test('GoogLeNet’s table is the network’s own', () => {
  const stages = stagesOf('googlenet', [3, 224, 224]);
  const named = (name: string) => stages.find((stage) => stage.name === name)!;
  expect(stages.filter(({ name }) => name.startsWith('inception'))).toHaveLength(9);
  expect(named('inception3a').channels).toEqual([[64], [96, 128], [16, 32], [32]]);
  expect(named('inception3a').shape).toEqual([1, 256, 28, 28]);
  expect(named('inception5b').shape).toEqual([1, 1024, 7, 7]);
  expect(named('aux1').shape).toBeNull();
  expect(stages.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(13_004_888);
  expect(named('conv3').multiplyAdds).toBe(192 * 56 * 56 * 64 * 9);
});
