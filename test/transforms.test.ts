/** Transforms: held to torchvision by fixtures, and by laws where they draw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transforms } from '../src/data/index.js';
import type { TensorImage, Transform } from '../src/data/transforms/image.js';
import type { Pixels } from '../src/formats/index.js';
import { Generator } from '../src/tensor/random.js';
import { readGolden } from './golden/golden.js';

const F = transforms.functional;

// biome-ignore lint/suspicious/noExplicitAny: arguments are whatever JSON the case's transform takes.
type Case = { name: string; picture: string; seed?: number; [argument: string]: any };
const golden = readGolden<Case>('transforms');

function pictureOf({ tensors }: (typeof golden)[number]): Pixels {
  const { shape, values } = tensors.get('y')!;
  const [height, width, channels] = shape;
  return { width, height, channels, data: Uint8Array.from(values) };
}

const pictures = Object.fromEntries(
  golden.filter(({ options }) => options.name === 'picture').map((one) => [one.options.picture, pictureOf(one)]),
);

describe('with given parameters, they are torchvision’s', () => {
  const calls: Record<string, (picture: Pixels, options: Case) => Pixels | TensorImage> = {
    resize: (x, { size, interpolation, maxSize }) => F.resize(x, size, { interpolation, maxSize }),
    centerCrop: (x, { size }) => F.centerCrop(x, size),
    crop: (x, { box }) => F.crop(x, box),
    pad: (x, { padding, fill }) => F.pad(x, padding, fill),
    resizedCrop: (x, { box, size }) => F.resizedCrop(x, box, size),
    hflip: (x) => F.hflip(x),
    rotate: (x, { angle, interpolation, fill }) => F.rotate(x, angle, { interpolation, fill }),
    adjustBrightness: (x, { factor }) => F.adjustBrightness(x, factor),
    adjustContrast: (x, { factor }) => F.adjustContrast(x, factor),
    adjustSaturation: (x, { factor }) => F.adjustSaturation(x, factor),
    adjustHue: (x, { factor }) => F.adjustHue(x, factor),
    toTensor: (x) => F.toTensor(x),
    normalize: (x, { mean, std }) => F.normalize(F.toTensor(x), mean, std),
    erase: (x, { box, values }) => F.erase(F.toTensor(x), box, values),
  };
  test.each(Object.keys(calls))('%s', (name) => {
    const own = golden.filter(({ options }) => options.name === name);
    expect(own.length).toBeGreaterThanOrEqual(3);
    for (const { options, tensors } of own) {
      const made = calls[name](pictures[options.picture], options);
      expectEqual(made, tensors.get('y')!, JSON.stringify(options));
    }
  });

  test('every function is held to it', () => {
    expect(Object.keys(calls).sort()).toEqual(Object.keys(F).sort());
  });
});

/** The same shape and bits; where numbers are normal, `tolerance`. */
function expectEqual(
  made: Pixels | TensorImage,
  { shape, values }: { shape: readonly number[]; values: ArrayLike<number> },
  what: string,
  tolerance = 0,
): void {
  const own = 'shape' in made ? made.shape : [made.height, made.width, made.channels];
  expect(own, what).toEqual(shape);
  const wrong = Array.from(values).findIndex((value, i) => !(Math.abs(made.data[i] - value) <= tolerance));
  if (wrong >= 0) expect(`${wrong}: ${made.data[wrong]}`, what).toBe(`${wrong}: ${values[wrong]}`);
}

describe('from a seed, they draw what torchvision draws', () => {
  const classes: Record<string, new (...given: never[]) => Transform> = {
    RandomCrop: transforms.RandomCrop,
    RandomResizedCrop: transforms.RandomResizedCrop,
    RandomHorizontalFlip: transforms.RandomHorizontalFlip,
    RandomRotation: transforms.RandomRotation,
    ColorJitter: transforms.ColorJitter,
    RandomErasing: transforms.RandomErasing,
  };
  test.each(Object.keys(classes))('%s', (name) => {
    const own = golden.filter(({ options }) => options.name === name);
    expect(own.length).toBeGreaterThanOrEqual(12);
    for (const { options, tensors } of own) {
      const transform = new classes[name](...([...options.arguments, options.options] as never[]));
      const picture = pictures[options.picture];
      const made = transform.apply(
        name === 'RandomErasing' ? F.toTensor(picture) : picture,
        new Generator(options.seed),
      );
      // PyTorch computes 16 normal numbers or more with vector instructions, whose logarithm and cosine are short of f32's precision.
      expectEqual(made, tensors.get('y')!, JSON.stringify(options), options.options.value === 'random' ? 1e-5 : 0);
    }
  });
});
