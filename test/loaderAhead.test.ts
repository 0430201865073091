/** Datasets that take time to read: the loader is one batch ahead, and the batches are those of a dataset that is read at once. */
import { expect, test } from 'vitest';
import { DataLoader, type Dataset } from '../src/data/index.js';
import { manualSeed } from '../src/tensor/random.js';

const length = 10;
const atOnce: Dataset = {
  length,
  shape: [1, 1, 2],
  read(index, out, offset, seed = 0) {
    out.set([index, seed % 1000], offset);
    return index % 3;
  },
};

/** The later the image, the sooner it is there. */
function inTime(read = atOnce.read): Dataset & { readonly started: number[]; passes: number } {
  return {
    ...atOnce,
    started: [],
    passes: 0,
    async read(index, out, offset, seed) {
      this.started.push(index);
      await new Promise((resolve) => setTimeout(resolve, length - index));
      return read(index, out, offset, seed);
    },
    endPass() {
      this.passes++;
    },
  };
}

async function batchesOf(dataset: Dataset) {
  manualSeed(1);
  const batches: unknown[] = [];
  for (let pass = 0; pass < 2; pass++) {
    for await (const [x, y] of new DataLoader(dataset, { batchSize: 4, shuffle: true })) {
      batches.push([...(await x.data())], [...y]);
    }
  }
  return batches;
}

test('the batches are the same, and each pass has a seed of its own', async () => {
  const batches = await batchesOf(atOnce);
  expect(await batchesOf(inTime())).toEqual(batches);
  expect(await batchesOf({ ...inTime(), repeatable: true })).toEqual(batches);
  const seeds = batches.flatMap((batch, i) => (i % 2 === 0 ? (batch as number[]).filter((_, j) => j % 2 === 1) : []));
  expect(new Set(seeds.slice(0, length)).size).toBe(1);
  expect(new Set(seeds).size).toBe(2);
});

test('one batch is read while another is used, and no more', async () => {
  const dataset = inTime();
  const batches = new DataLoader(dataset, { batchSize: 4 }).batches();
  await batches.next();
  expect(dataset.started).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await batches.next();
  expect(dataset.started).toHaveLength(10);
  await batches.next();
  expect(dataset.passes).toBe(0);
  expect((await batches.next()).done).toBe(true);
  expect(dataset.passes).toBe(1);
});

test('a batch stays valid while the next one is read', async () => {
  for (const repeatable of [false, true]) {
    const batches = new DataLoader({ ...inTime(), repeatable }, { batchSize: 4 }).batches();
    const [x] = (await batches.next()).value!;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...(await x.data())].filter((_, i) => i % 2 === 0)).toEqual([0, 1, 2, 3]);
    await batches.next();
    expect([...(await x.data())].filter((_, i) => i % 2 === 0)).toEqual([0, 1, 2, 3]);
  }
});

test('an error is that of its batch, and a pass that is left early has none', async () => {
  const dataset = inTime((index, ...rest) => {
    if (index === 5) throw new Error('image 5 is damaged');
    return atOnce.read(index, ...rest);
  });
  const batches = new DataLoader(dataset, { batchSize: 4 }).batches();
  await batches.next();
  await expect(batches.next()).rejects.toThrow('image 5 is damaged');
  expect(dataset.passes).toBe(1);

  for await (const _ of new DataLoader(dataset, { batchSize: 4 })) break;
  await new Promise((resolve) => setTimeout(resolve, 50)); // an unhandled rejection would fail the test
  expect(dataset.passes).toBe(2);
});
