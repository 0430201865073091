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

/** Pictures of 1 to 24 pixels a side, in grey or colours. */
const anyPicture = fc
  .record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }), grey: fc.boolean() })
  .chain(({ width, height, grey }) => {
    const channels = grey ? 1 : 3;
    const size = width * height * channels;
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((data): Pixels => ({ width, height, channels, data }));
  });
const anySeed = fc.integer({ min: 0, max: 2 ** 31 });
const anySize = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }));

const every: Record<string, Transform> = {
  CenterCrop: new transforms.CenterCrop([7, 12]),
  ColorJitter: new transforms.ColorJitter({ brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.2 }),
  Compose: new transforms.Compose([
    new transforms.RandomRotation(20),
    new transforms.ToTensor(),
    new transforms.RandomErasing(),
  ]),
  RandomCrop: new transforms.RandomCrop([8, 5], { padding: 2, padIfNeeded: true, fill: 3 }),
  RandomErasing: new transforms.Compose([
    new transforms.ToTensor(),
    new transforms.RandomErasing({ p: 1, value: 'random' }),
  ]),
  RandomHorizontalFlip: new transforms.RandomHorizontalFlip(),
  RandomResizedCrop: new transforms.RandomResizedCrop([9, 6]),
  RandomRotation: new transforms.RandomRotation([-90, 200], { interpolation: 'bilinear' }),
  Resize: new transforms.Resize(11),
  ToTensor: new transforms.ToTensor(),
  Normalize: new transforms.Compose([new transforms.ToTensor(), greyOr3(), new transforms.RandomErasing()]),
};

/** Normalize for as many channels as the image has. */
function greyOr3(): Transform {
  const one = new transforms.Normalize([0.5], [0.25]);
  const three = new transforms.Normalize([0.4, 0.5, 0.6], [0.2, 0.25, 0.3]);
  return { apply: (image) => ('shape' in image && image.shape[0] === 1 ? one : three).apply(image as TensorImage) };
}

describe('laws', () => {
  test('all transforms are held to them', () => {
    const isClass = (one: unknown) => typeof one === 'function' && /^[A-Z]/.test(one.name);
    expect(Object.keys(every).sort()).toEqual(
      Object.entries(transforms)
        .filter(([, one]) => isClass(one))
        .map(([name]) => name)
        .sort(),
    );
  });

  test.each(Object.keys(every))('%s: the same seed gives the same image, and the picture stays as it is', (name) => {
    fc.assert(
      fc.property(anyPicture, anySeed, (picture, seed) => {
        const before = Uint8Array.from(picture.data);
        const made = every[name].apply(picture, new Generator(seed));
        expect(every[name].apply(picture, new Generator(seed))).toEqual(made);
        expect(picture.data).toEqual(before);
        if ('shape' in made)
          transforms.functional.normalize(made, Array(made.shape[0]).fill(0), Array(made.shape[0]).fill(1));
        else transforms.functional.toTensor(made); // which throws unless the sizes fit the bytes
      }),
      { numRuns: 60 },
    );
  });

  test('boxes lie within the picture', () => {
    const within = ({ top, left, height, width }: transforms.functional.Box, picture: Pixels) => {
      expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
      expect(Math.min(height, width)).toBeGreaterThanOrEqual(1);
      expect(top + height).toBeLessThanOrEqual(picture.height);
      expect(left + width).toBeLessThanOrEqual(picture.width);
    };
    fc.assert(
      fc.property(anyPicture, anySize, anySeed, (picture, [h, w], seed) => {
        const size: [number, number] = [Math.min(h, picture.height), Math.min(w, picture.width)];
        const box = new transforms.RandomCrop(size).getParams(picture, new Generator(seed));
        within(box, picture);
        expect([box.height, box.width]).toEqual(size);
        for (const ratio of [undefined, [0.01, 0.02], [40, 50]] as const) {
          const crop = new transforms.RandomResizedCrop(8, { scale: [0, 1], ratio });
          within(crop.getParams(picture, new Generator(seed)), picture);
        }
        const erasing = new transforms.RandomErasing({ scale: [0, 1], ratio: [0.1, 10] });
        const { width, height } = picture;
        const erased = erasing.getParams({ shape: [3, height, width], data: new Float32Array() }, new Generator(seed));
        if (!erased) return;
        expect(erased.box.top + erased.box.height).toBeLessThanOrEqual(height);
        expect(erased.box.left + erased.box.width).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('a crop shows what the picture has there, and fill elsewhere', () => {
    const place = fc.integer({ min: -30, max: 30 });
    fc.assert(
      fc.property(anyPicture, anySize, place, place, (picture, [height, width], top, left) => {
        const { data } = F.crop(picture, { top, left, height, width }, 200);
        const C = picture.channels;
        for (let i = 0; i < data.length; i++) {
          const [y, x] = [top + Math.floor(i / C / width), left + (Math.floor(i / C) % width)];
          const inside = y >= 0 && y < picture.height && x >= 0 && x < picture.width;
          const expected = inside ? picture.data[(y * picture.width + x) * C + (i % C)] : 200;
          if (data[i] !== expected) expect(data[i]).toBe(expected);
        }
      }),
    );
  });

  test('two flips, and turns that add up to a whole one, give the picture back', () => {
    fc.assert(
      fc.property(anyPicture, (picture) => {
        expect(F.hflip(F.hflip(picture))).toEqual(picture);
        expect(F.rotate(F.rotate(picture, 180), -180)).toEqual(picture);
        const side = Math.min(picture.width, picture.height);
        const square = F.centerCrop(picture, side);
        expect(F.rotate(F.rotate(square, 90), 270)).toEqual(square);
        expect(F.rotate(F.rotate(square, 90), 90)).toEqual(F.rotate(square, 180));
      }),
    );
  });

  test('a resize keeps one colour, and its bytes lie between those of the picture', () => {
    fc.assert(
      fc.property(anyPicture, anySize, fc.integer({ min: 0, max: 255 }), (picture, size, value) => {
        const plain = F.resize({ ...picture, data: new Uint8Array(picture.data.length).fill(value) }, size);
        expect(new Set(plain.data)).toEqual(new Set([value]));
        const { data } = F.resize(picture, size);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(Math.min(...picture.data));
        expect(Math.max(...data)).toBeLessThanOrEqual(Math.max(...picture.data));
      }),
    );
  });

  test('factors of 1 and turns by 0 change nothing but what hue loses to its bytes', () => {
    fc.assert(
      fc.property(anyPicture, (picture) => {
        for (const adjust of [F.adjustBrightness, F.adjustContrast, F.adjustSaturation]) {
          expect(adjust(picture, 1)).toEqual(picture);
        }
        expect(F.rotate(picture, 0)).toEqual(picture);
        expect(F.adjustBrightness(picture, 0).data.every((value) => value === 0)).toBe(true);
      }),
    );
  });
});

/** `count` images of a pass, by what `draw` makes of their generators. */
function drawn<Value>(count: number, draw: (random: Generator) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => draw(transforms.imageGenerator(7, index)));
}

/** How often each value is there. */
function frequencies(values: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return counts;
}

describe('over the images of a pass, chance is what it should be', () => {
  const square: Pixels = { width: 40, height: 40, channels: 1, data: new Uint8Array(1600) };

  test('a crop of 32 of 40 pixels lies at each of 81 places equally often', () => {
    const crop = new transforms.RandomCrop(32);
    const places = frequencies(
      drawn(8100, (random) => [crop.getParams(square, random).top, crop.getParams(square, random).left]),
    );
    expect(places.size).toBe(81);
    // 100 each, give or take five deviations of √100.
    expect(Math.min(...places.values())).toBeGreaterThan(50);
    expect(Math.max(...places.values())).toBeLessThan(150);
  });

  test('of 4,000 images p · 4,000 are mirrored, and neighbours don’t follow each other', () => {
    const two: Pixels = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 1) };
    for (const p of [0, 0.2, 0.5, 1]) {
      const flip = new transforms.RandomHorizontalFlip({ p });
      const flips = drawn(4000, (random) => flip.apply(two, random).data[0]);
      const rate = flips.reduce((sum, one) => sum + one, 0) / 4000;
      expect(Math.abs(rate - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 4000) + 1e-9);
      const both = flips.slice(1).filter((one, i) => one && flips[i]).length / 3999;
      expect(Math.abs(both - p * p)).toBeLessThan(0.03);
    }
  });

  test('angles and factors are uniform, the order of ColorJitter is any of 24', () => {
    const rotation = new transforms.RandomRotation([10, 50]);
    const angles = drawn(4000, (random) => Math.floor(rotation.getParams(random) / 10));
    expect([...frequencies(angles).keys()].sort()).toEqual(['1', '2', '3', '4']);
    expect(Math.min(...frequencies(angles).values())).toBeGreaterThan(850);
    const jitter = new transforms.ColorJitter({ brightness: 0.4, hue: 0.1 });
    const params = drawn(2400, (random) => jitter.getParams(random));
    expect(frequencies(params.map(({ order }) => order)).size).toBe(24);
    expect(Math.min(...frequencies(params.map(({ order }) => order)).values())).toBeGreaterThan(50);
    const brightness = params.map((one) => one.brightness!);
    expect(Math.min(...brightness)).toBeGreaterThanOrEqual(Math.fround(0.6));
    expect(Math.min(...brightness)).toBeLessThan(0.61);
    expect(Math.max(...brightness)).toBeGreaterThan(1.39);
    expect(params.every(({ contrast, saturation }) => contrast === null && saturation === null)).toBe(true);
    expect(Math.max(...params.map(({ hue }) => Math.abs(hue!)))).toBeCloseTo(0.1, 3);
  });

  test('RandomResizedCrop: areas are uniform, wide is as likely as tall', () => {
    const big: Pixels = { width: 200, height: 200, channels: 1, data: new Uint8Array(40_000) };
    const crop = new transforms.RandomResizedCrop(8, { scale: [0.1, 0.5] });
    const boxes = drawn(4000, (random) => crop.getParams(big, random));
    const areas = boxes.map(({ height, width }) => (height * width) / 40_000);
    expect(areas.reduce((sum, area) => sum + area, 0) / 4000).toBeCloseTo(0.3, 1.7);
    expect(Math.min(...areas)).toBeGreaterThan(0.097);
    expect(Math.max(...areas)).toBeLessThan(0.503);
    const wide = boxes.filter(({ height, width }) => width > height).length / 4000;
    expect(Math.abs(wide - 0.5)).toBeLessThan(0.05);
    for (const { height, width } of boxes)
      expect(Math.abs(Math.log(width / height))).toBeLessThan(Math.log(4 / 3) + 0.02);
  });
});

describe('imageGenerator', () => {
  test('no two of 20,000 images, nor the same image in another epoch or of another seed, draw the same', () => {
    const words = new Set<number>();
    for (let index = 0; index < 20_000; index++) words.add(transforms.imageGenerator(3, index).random());
    // Of 20,000 words of 32 bits, 0.05 are there twice.
    expect(words.size).toBeGreaterThan(19_995);
    const first = (...place: [number, ...number[]]) => transforms.imageGenerator(...place).random();
    expect(
      new Set([first(1, 2, 3), first(1, 3, 2), first(2, 1, 3), first(1, 2), first(2, 1), first(0), first(1)]).size,
    ).toBe(7);
    expect(first(1, 2, 3)).toBe(first(1, 2, 3));
    expect(() => transforms.imageGenerator(1, 0.5)).toThrow('seed, epoch and index must be whole numbers');
  });
});

describe('mistakes', () => {
  const picture: Pixels = { width: 4, height: 3, channels: 3, data: new Uint8Array(36) };
  const random = new Generator(0);
  const { CenterCrop, ColorJitter, Compose, Normalize, RandomCrop, RandomErasing, RandomHorizontalFlip } = transforms;
  const { RandomResizedCrop, RandomRotation, Resize, ToTensor } = transforms;
  // biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse.
  const wrong = (value: unknown) => value as any;
  test.each<[() => unknown, string]>([
    [
      () => new RandomCrop(4).apply(picture, random),
      "RandomCrop: 4 x 4 pixels don't fit into 3 x 4; padding or padIfNeeded would",
    ],
    [() => new RandomCrop(0), 'RandomCrop: size must be a whole number ≥ 1'],
    [() => new RandomCrop(4, wrong({ paddin: 4 })), 'RandomCrop: there is no option paddin; did you mean padding?'],
    [() => new RandomCrop(4, wrong(4)), 'RandomCrop: options are an object, { padding, padIfNeeded, fill }'],
    [() => new RandomCrop(4, { padding: -1 }), 'RandomCrop: padding must be a whole number ≥ 0'],
    [() => new RandomCrop(4, { padding: wrong([1, 2, 3]) }), 'but is [1, 2, 3]'],
    [() => new RandomCrop(4, { padIfNeeded: wrong(1) }), 'RandomCrop: padIfNeeded must be true or false, but is 1'],
    [() => new RandomCrop(4, { fill: 256 }), 'RandomCrop: fill must be a whole number from 0 to 255'],
    [
      () => new RandomCrop(4, { padding: 1, fill: [1, 2] }).apply(picture, random),
      'fill has 2 values, but the picture has 3 channels',
    ],
    [() => new CenterCrop(wrong([1])), 'CenterCrop: size must be a whole number ≥ 1, or [height, width]'],
    [() => new Resize(1.5), 'Resize: size must be'],
    [() => new Resize(8, { maxSize: 8 }), 'Resize: maxSize must be a whole number greater than size'],
    [() => new Resize([8, 8], { maxSize: 9 }), 'Resize: maxSize'],
    [() => new Resize(8, { interpolation: wrong('nearest') }), "must be 'bilinear' or 'bicubic', but is 'nearest'"],
    [() => F.resize({ ...picture, width: 36, height: 1, channels: 1 }, 2, { maxSize: 3 }), 'have no shorter side'],
    [
      () => new RandomResizedCrop(8, { scale: [0.5, 0.1] }),
      'RandomResizedCrop: scale must be [least, largest] with 0 ≤ least ≤ largest ≤ 1',
    ],
    [
      () => new RandomResizedCrop(8, { ratio: [0, 1] }),
      'RandomResizedCrop: ratio must be [least, largest] with 0 < least',
    ],
    [() => new RandomHorizontalFlip({ p: 1.5 }), 'RandomHorizontalFlip: p must be a probability, 0 to 1, but is 1.5'],
    [() => new RandomHorizontalFlip(wrong(0.5)), 'RandomHorizontalFlip: options are an object, { p }, but 0.5'],
    [() => new RandomRotation(-5), 'RandomRotation: degrees must be a number ≥ 0, or [least, largest], but is -5'],
    [() => new RandomRotation(5, wrong({ expand: true })), 'RandomRotation: there is no option expand'],
    [() => F.rotate(picture, Number.NaN), 'rotate: the angle must be a finite number'],
    [() => new ColorJitter({ brightness: -1 }), 'ColorJitter: brightness must be a number ≥ 0'],
    [() => new ColorJitter({ hue: 0.6 }), 'ColorJitter: hue must be a number from 0 to 0.5'],
    [() => F.adjustHue(picture, 1), 'adjustHue: the factor must be from -0.5 to 0.5, but is 1'],
    [() => F.adjustContrast(picture, -1), 'adjustContrast: the factor must be a finite number ≥ 0'],
    [
      () => F.adjustHue({ ...picture, width: 3, channels: 4 }, 0),
      'adjustHue: a picture has 1 channel (grey) or 3 (RGB)',
    ],
    [() => new RandomErasing({ p: 2 }), 'RandomErasing: p must be a probability'],
    [
      () => new RandomErasing({ value: wrong('black') }),
      "RandomErasing: value must be a number, one for each channel, or 'random'",
    ],
    [
      () => new RandomErasing().apply(wrong(picture), random),
      'RandomErasing: takes a tensor image, { shape, data }: ToTensor must',
    ],
    [
      () => new RandomErasing({ p: 1, value: [1, 2] }).apply(F.toTensor(F.pad(picture, 9)), random),
      'value has 2 numbers',
    ],
    [() => F.erase(F.toTensor(picture), { top: 1, left: 0, height: 3, width: 1 }, [0]), 'passes the image (3, 3, 4)'],
    [() => new Normalize([0.5], [0]), 'Normalize: normalize needs finite means and deviations > 0'],
    [() => new Normalize([0.5], [0.5]).apply(F.toTensor(picture)), 'Normalize: normalize has 1 means'],
    [
      () => new Compose([new ToTensor(), new Resize(8)]).apply(picture, random),
      'Resize: takes a picture of bytes, but gets a tensor image (3, 3, 4)',
    ],
    [
      () => new Compose(wrong([new ToTensor(), Resize])),
      "Compose: number 1: a transform is an object with apply(image, random), but this isn't one (was Resize",
    ],
    [() => new Compose(wrong(new ToTensor())), 'Compose: takes an array of transforms'],
    [() => F.hflip({ ...picture, width: 5 }), "hflip: a picture of 3 x 5 pixels with 3 channels doesn't have 36 bytes"],
    [() => F.hflip(wrong({ ...picture, data: new Float32Array(36) })), 'hflip: takes a picture of bytes'],
    [
      () => F.crop(picture, { top: 0, left: 0, height: 0, width: 3 }),
      'crop: a box of 0 x 3 pixels at (0, 0) must be whole',
    ],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});
