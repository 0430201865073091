/** `augment` of a data set: CIFAR-10's training images are changed by chance, its test images never, and others are refused. */
import { expect, test } from 'vitest';
import { loadImages } from '../src/catalog/index.js';
import type { Folder } from '../src/data/index.js';
import { Generator } from '../src/tensor/random.js';

const random = new Generator(0);
/** Two images a file, as CIFAR-10's binary version has them: a label, and 3 planes of 32x32. */
const batch = () => Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? 1 : random.random()));
const files = new Map<string, Uint8Array>();
const folder: Folder = {
  path: 'cifar',
  async read(name) {
    if (!files.has(name)) files.set(name, batch());
    return files.get(name)!;
  },
};
const choice = { model: 'resnet20', data: 'cifar10', imageSize: null, limit: 4, testLimit: 2 };

async function imageOf(augment: boolean, train: boolean, seed: number): Promise<Float32Array> {
  const dataset = await loadImages({ ...choice, augment }, folder, { train });
  const image = new Float32Array(3072);
  await dataset.read(1, image, 0, seed);
  return image;
}

test('training images are changed by the seed of the pass, test images are as they were', async () => {
  const plain = await imageOf(false, true, 1);
  const changed = await Promise.all([1, 2, 3, 4].map((seed) => imageOf(true, true, seed)));
  expect(await imageOf(true, true, 1)).toEqual(changed[0]);
  expect(new Set(changed.map(String)).size).toBe(4);
  // What isn't of the black border is a value of the image, normalised as it was.
  const values = new Set(plain);
  for (const image of changed) expect(image.filter((value) => values.has(value)).length).toBeGreaterThan(1500);
  expect(await imageOf(true, false, 1)).toEqual(await imageOf(false, false, 2));
});

test('other data, and other sizes, are refused', async () => {
  const options = { train: true };
  await expect(loadImages({ ...choice, augment: true, imageSize: 40 }, folder, options)).rejects.toThrow(
    'augment is for cifar10 with its images of 3x32x32, and for a folder of pictures, but not for cifar10 of 3x40x40',
  );
});
