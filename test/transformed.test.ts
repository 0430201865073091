/** Datasets of datasets: transformed, in parts, joined; and that a run sees the same images however it is interrupted. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ConcatDataset,
  DataLoader,
  type Dataset,
  ImageDataset,
  type PictureDataset,
  randomSplit,
  Subset,
  TransformedDataset,
  transforms,
} from '../src/data/index.js';
import { type Backend, Checkpoint, createBackend, fit, manualSeed, nn, optim } from '../src/node/index.js';
import { readGolden } from './golden/golden.js';

const { Compose, Normalize, RandomCrop, RandomErasing, RandomHorizontalFlip, ToTensor } = transforms;

/** `N` images (3, 8, 8) of bytes of no pattern, labelled 0, 1, 0, 1, … */
function noise(N: number): ImageDataset {
  const bytes = Uint8Array.from({ length: N * 3 * 64 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);
  const normalize = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
  return new ImageDataset(
    bytes,
    Uint8Array.from({ length: N }, (_, n) => n % 2),
    [3, 8, 8],
    { normalize },
  );
}
const augmentation = new Compose([
  new RandomCrop(8, { padding: 2 }),
  new RandomHorizontalFlip(),
  new ToTensor(),
  new Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.25]),
  new RandomErasing(),
]);

function imageOf(dataset: Dataset, index: number, seed?: number): number[] {
  const out = new Float32Array(dataset.shape.reduce((product, size) => product * size));
  dataset.read(index, out, 0, seed);
  return [...out];
}

let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('reference');
});

/** All images of a pass, by their labels' order, as one long array. */
async function pass(dataset: Dataset, batchSize: number, shuffle = false): Promise<number[]> {
  const all: number[] = [];
  for await (const [x] of new DataLoader(dataset, { batchSize, shuffle, backend })) all.push(...(await x.data()));
  return all;
}

describe('TransformedDataset', () => {
  const dataset = noise(20);

  test('ToTensor and Normalize give the very values that the dataset gives itself', () => {
    const transform = new Compose([new ToTensor(), new Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.25])]);
    const same = new TransformedDataset(dataset, transform);
    for (let index = 0; index < 20; index++) expect(imageOf(same, index)).toEqual(imageOf(dataset, index));
    expect([same.length, same.shape, same.label(3)]).toEqual([20, [3, 8, 8], 1]);
  });

  test('images depend on the seed of the pass and their index, not on order or batches', async () => {
    const augmented = new TransformedDataset(dataset, augmentation);
    manualSeed(1);
    const whole = await pass(augmented, 20);
    const other = await pass(augmented, 20);
    manualSeed(1);
    expect(await pass(augmented, 3)).toEqual(whole);
    expect(await pass(augmented, 7)).toEqual(other);
    expect(other).not.toEqual(whole);
    const backwards = Array.from({ length: 20 }, (_, i) => imageOf(augmented, 19 - i, 5)).reverse();
    expect(Array.from({ length: 20 }, (_, i) => imageOf(augmented, i, 5))).toEqual(backwards);
  });

  test('a batch that is read again, after later passes, is the same', async () => {
    const augmented = new TransformedDataset(dataset, augmentation);
    expect(augmented.repeatable).toBe(true);
    const kept = [];
    const before = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      for await (const [x] of new DataLoader(augmented, { batchSize: 4, backend })) {
        kept.push(x);
        before.push([...(await x.data())]);
      }
    }
    for (const [i, x] of kept.entries()) expect([...(await x.data())]).toEqual(before[i]);
  });

  test('pictures of any sizes, of a dataset of one’s own', () => {
    const own: PictureDataset = {
      length: 5,
      picture: (index) => ({
        width: 4 + index,
        height: 9,
        channels: 1,
        data: new Uint8Array(9 * (4 + index)).fill(index),
      }),
      label: (index) => [index / 2],
    };
    const resized = new TransformedDataset(own, new Compose([new transforms.Resize([6, 5]), new ToTensor()]));
    expect(resized.shape).toEqual([1, 6, 5]);
    expect(resized.repeatable).toBe(false);
    expect(imageOf(resized, 4)).toEqual(new Array(30).fill(Math.fround(4 / 255)));
    expect(resized.read(3, new Float32Array(30), 0)).toEqual([1.5]);
    const unequal = new TransformedDataset(own, new ToTensor());
    expect(() => imageOf(unequal, 2)).toThrow('image 2 is (1, 9, 6), but the first one (1, 9, 4); a Resize or a crop');
  });

  test('mistakes are named, with the image', () => {
    // biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse.
    const wrong = (value: unknown) => value as any;
    const { read } = dataset;
    expect(() => new TransformedDataset(wrong({ length: 1, shape: [1], read }), augmentation)).toThrow(
      'TransformedDataset: the dataset needs the methods picture(index) and label(index)',
    );
    expect(() => new TransformedDataset(dataset, wrong(ToTensor))).toThrow('(was ToTensor to be made with new?)');
    expect(() => new TransformedDataset(dataset, new RandomHorizontalFlip())).toThrow(
      'image 0: the transform gives a picture of bytes: ToTensor must end it',
    );
    expect(() => new TransformedDataset(dataset, new Compose([new RandomCrop(9), new ToTensor()]))).toThrow(
      "TransformedDataset: image 0: RandomCrop: 9 x 9 pixels don't fit into 8 x 8",
    );
    expect(() => new TransformedDataset(noise(0), augmentation)).toThrow('the dataset is empty');
    expect(() => imageOf(new TransformedDataset(dataset, augmentation), 20)).toThrow(
      'ImageDataset: there is no image 20',
    );
  });

  test('a subclass that reads in its own way isn’t passed by', () => {
    class Own extends ImageDataset {
      override read(index: number, out: Float32Array, offset: number): number {
        return super.read(index, out, offset);
      }
    }
    const own = new Own(new Uint8Array(4), Uint8Array.of(0), [1, 2, 2]);
    expect(() => new TransformedDataset(own, new ToTensor())).toThrow('it needs a picture() of its own');
  });
});

describe('cifarAugmentation', () => {
  test('shifts by up to 4 pixels onto black, mirrors every other image, and normalises', () => {
    const data = new Uint8Array(3072);
    data.set([255, 255, 255], (16 * 32 + 10) * 3);
    const picture = { width: 32, height: 32, channels: 3, data };
    const places = new Set<string>();
    const plain = transforms.cifarAugmentation(false);
    for (let index = 0; index < 3000; index++) {
      const { shape, data } = plain.apply(picture, transforms.imageGenerator(0, index)) as transforms.TensorImage;
      expect(shape).toEqual([3, 32, 32]);
      const at = data.indexOf(1);
      places.add(`${Math.floor(at / 32)} ${at % 32}`);
    }
    // 9 rows, and 9 columns about 10 and about 31 − 10.
    const rows = new Set([...places].map((place) => Number(place.split(' ')[0])));
    const columns = new Set([...places].map((place) => Number(place.split(' ')[1])));
    expect([Math.min(...rows), Math.max(...rows), rows.size]).toEqual([12, 20, 9]);
    expect([...columns].sort((a, b) => a - b)).toEqual([
      6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]);
    const normalized = transforms.cifarAugmentation().apply(picture, transforms.imageGenerator(0, 1));
    expect((normalized as transforms.TensorImage).data[0]).toBeCloseTo(-0.4914 / 0.247, 5);
  });
});

describe('Subset, ConcatDataset and randomSplit', () => {
  const dataset = noise(12);

  test('a subset reads the images that it names, as the dataset does', () => {
    const subset = new Subset(dataset, [7, 0, 7]);
    expect([subset.length, subset.shape, subset.repeatable]).toEqual([3, [3, 8, 8], true]);
    expect([0, 1, 2].map((index) => imageOf(subset, index))).toEqual([7, 0, 7].map((index) => imageOf(dataset, index)));
    expect([subset.label(0), subset.picture(1)]).toEqual([1, dataset.picture(0)]);
    const augmented = new TransformedDataset(dataset, augmentation);
    expect(imageOf(new Subset(augmented, [5]), 0, 9)).toEqual(imageOf(augmented, 5, 9));
  });

  test('joined datasets are read one after the other', () => {
    const both = new ConcatDataset([dataset, new Subset(dataset, []), noise(3), new Subset(dataset, [4])]);
    expect(both.length).toBe(16);
    const expected = [...Array.from({ length: 12 }, (_, i) => i), 0, 1, 2, 4];
    expect(expected.map((_, index) => imageOf(both, index))).toEqual(expected.map((index) => imageOf(dataset, index)));
    expect([both.label(13), both.picture(15)]).toEqual([1, dataset.picture(4)]);
  });

  test('one dataset twice is transformed in two ways', () => {
    const augmented = new TransformedDataset(dataset, augmentation);
    const twice = new ConcatDataset([augmented, augmented]);
    const halves = [0, 12].map((start) => Array.from({ length: 12 }, (_, i) => imageOf(twice, start + i, 3)));
    expect(halves[0]).not.toEqual(halves[1]);
    expect(Array.from({ length: 12 }, (_, i) => imageOf(twice, i, 3))).toEqual(halves[0]);
  });

  const splits = readGolden('transforms').filter(({ options }) => options.name === 'randomSplit');
  test.each(splits.map(({ options }) => options))('$lengths of $length images are split as by PyTorch', (options) => {
    const { length, lengths, seed, parts } = options;
    expect(randomSplit(noise(length), lengths, { seed }).map(({ indices }) => indices)).toEqual(parts);
    manualSeed(seed);
    expect(randomSplit(noise(length), lengths).map(({ indices }) => indices)).toEqual(parts);
  });

  test('a split has every image once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (N, fraction) => {
        const parts = randomSplit(noise(N), [fraction, 1 - fraction], { seed: 2 });
        expect(parts.flatMap(({ indices }) => indices).sort((a, b) => a - b)).toEqual([...Array(N).keys()]);
      }),
      { numRuns: 50 },
    );
  });

  test('mistakes are named', () => {
    expect(() => new Subset(dataset, [3, 12])).toThrow('Subset: there is no image 12, only 0 to 11');
    expect(() => new Subset(dataset, [-1])).toThrow('Subset: there is no image -1');
    expect(() => imageOf(new Subset(dataset, [3]), 1)).toThrow('Subset: there is no image 1, only 0 to 0');
    expect(() => imageOf(new ConcatDataset([dataset]), -1)).toThrow(
      'ConcatDataset: there is no image -1, only 0 to 11',
    );
    expect(() => imageOf(new ConcatDataset([dataset]), 12)).toThrow('ConcatDataset: there is no image 12');
    expect(() => new ConcatDataset([])).toThrow('ConcatDataset: there is no dataset');
    const small = new ImageDataset(new Uint8Array(4), Uint8Array.of(0), [1, 2, 2]);
    expect(() => new ConcatDataset([dataset, small])).toThrow(
      "images (3, 8, 8) and (1, 2, 2) don't fit into one batch",
    );
    const named = (classes: string[]) => new ImageDataset(new Uint8Array(4), Uint8Array.of(0), [1, 2, 2], { classes });
    expect(() => new ConcatDataset([named(['a', 'b']), named(['b', 'a'])])).toThrow('one label would mean two things');
    const plain: Dataset = { length: 1, shape: [1, 1, 1], read: () => 0 };
    expect(() => new Subset(plain, [0]).picture(0)).toThrow('Subset: its dataset has no method picture(index)');
    expect(() => new ConcatDataset([plain]).label(0)).toThrow('ConcatDataset: its dataset has no method label(index)');
    for (const lengths of [[5, 6], [0.5, 0.4], [11.5, 0.5], [13, -1], []]) {
      expect(() => randomSplit(dataset, lengths, { seed: 0 })).toThrow('randomSplit: ');
    }
    // biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse.
    expect(() => randomSplit(dataset, [12], { sead: 0 } as any)).toThrow('there is no option sead; did you mean seed?');
  });
});

test('a run that is interrupted after any step, and resumed, sees the same images bit for bit', async () => {
  const inner = new TransformedDataset(noise(10), augmentation);
  const watched = (images: number[][]): Dataset => ({
    length: inner.length,
    shape: inner.shape,
    read(index, out, offset, seed) {
      const label = inner.read(index, out, offset, seed);
      images.push([...out.subarray(offset, offset + 192)]);
      return label;
    },
  });
  const run = async (images: number[][], stopAfter: number) => {
    let saved: Checkpoint | undefined;
    let starts = 0;
    for (let finished = false; !finished; starts++) {
      manualSeed(starts === 0 ? 3 : 100 + starts); // a resume sets it to what it was
      const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(192, 2)).to(backend);
      const stop = new AbortController();
      const result = await fit(
        model,
        new optim.SGD(model.parameters(), { lr: 0.01 }),
        new DataLoader(watched(images), { batchSize: 4, shuffle: true, backend }),
        {
          epochs: 3,
          resume: saved,
          signal: stop.signal,
          onStep: ({ step }) => void (step % stopAfter === 0 && stop.abort()),
          checkpoints: {
            async save(name, bytes) {
              if (name === 'last') saved = await Checkpoint.decode(bytes, name);
            },
          },
        },
      );
      finished = result.ended === 'finished';
    }
    return starts;
  };
  const whole: number[][] = [];
  expect(await run(whole, Number.POSITIVE_INFINITY)).toBe(1);
  expect(whole).toHaveLength(30);
  expect(new Set(whole.map(String)).size).toBeGreaterThan(25); // each epoch its own
  for (const stopAfter of [1, 2, 4]) {
    const parts: number[][] = [];
    expect(await run(parts, stopAfter)).toBeGreaterThan(2);
    expect(parts).toEqual(whole);
  }
});
