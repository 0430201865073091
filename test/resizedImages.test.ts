/** Images in another size: made at once where they are few, and when they are read where they are many. */
import { expect, test } from 'vitest';
import { ImageDataset } from '../src/data/index.js';
import { resizedImages } from '../src/data/resizedImages.js';
import { Generator } from '../src/tensor/random.js';

const random = new Generator(0);
const images = (N: number, C: number) =>
  new ImageDataset(
    Uint8Array.from({ length: N * C * 64 }, () => random.random()),
    Uint8Array.from({ length: N }, (_, n) => n % 3),
    [C, 8, 8],
    { classes: ['a', 'b', 'c'] },
  );

/** More than 128 MiB of them in the new size. */
test.each([
  [1, { mean: [0.1], std: [0.5] }],
  [3, { mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7] }],
])('%d channels: each image is that of the whole set made at once', async (C, normalize) => {
  const few = images(3, C);
  const N = Math.ceil((128 * 2 ** 20) / (C * 256 * 256)) + 1;
  const many = resizedImages(images(N, C), [C, 256, 256], normalize);
  expect(many).not.toBeInstanceOf(ImageDataset);
  expect([many.length, many.shape, many.classes]).toEqual([N, [C, 256, 256], ['a', 'b', 'c']]);
  expect(resizedImages(few, [C, 256, 256], normalize)).toBeInstanceOf(ImageDataset);

  const whole = images(N, C);
  const lazy = resizedImages(whole, [C, 256, 256], normalize);
  for (const index of [0, 1, N - 1]) {
    const [one, other] = [new Float32Array(C * 65536 + 1), new Float32Array(C * 65536 + 1)];
    const label = whole
      .subset(index, index + 1)
      .as([C, 256, 256], normalize)
      .read(0, one, 1);
    expect(lazy.read(index, other, 1)).toBe(label);
    expect(other).toEqual(one);
  }
});

test('what can not be made is refused before anything is read', () => {
  expect(() => resizedImages(images(1000, 1), [3, 256, 256], false)).toThrow("(1, 8, 8) can't become (3, 256, 256)");
});
