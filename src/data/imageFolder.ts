/**
 * A folder of pictures, a folder for each class: torchvision's ImageFolder.
 *
 *   pets/cat/1.jpg   pets/cat/indoors/2.webp   pets/dog/1.png     →   classes: cat, dog; labels 0, 0, 1
 *
 * Nothing is decoded until it is read, and nothing that was decoded is kept: memory is that of the batches.
 *
 * Source: https://pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
 */
import type { Pixels } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, type Pair, pair, type Shape, ShapeError } from '../ops/shape.js';
import { Generator } from '../tensor/random.js';
import type { Dataset } from './dataset.js';
import { type Folder, listed } from './folder.js';
import {
  checkNormalization,
  greyImagenetNormalization,
  imagenetNormalization,
  type Normalization,
  normalizeValue,
} from './normalization.js';
import { fitted, type PictureReader, readerOf, transformed } from './pictures.js';
import type { TensorImage, Transform } from './transforms/index.js';
import { packTransform } from './transforms/pack.js';

export interface ImageFolderOptions {
  /** Height and width of the images, in pixels; a number is both. */
  size: Pair;
  /** 3 makes grey pictures RGB, 1 makes coloured ones grey. Default 3. */
  channels?: 1 | 3;
  /** Mean and deviation of each channel; true: ImageNet's; false: values stay from 0 to 1. Default true. */
  normalize?: Normalization | boolean;
  /** Makes an image of `size` out of a picture of any size. If it ends in a tensor image (ToTensor), `normalize` isn't applied. Default:
   *  the shorter side is resized to `size` and the middle cut out; where height and width differ, the picture is resized to them. */
  transform?: Transform;
  /** Names of the classes 0, 1, … Default: those of the folders, in the order of their characters. */
  classes?: readonly string[];
  /** Ends of the names of pictures; other files are counted in `ignored`. Default .jpg, .jpeg, .png and .webp. */
  extensions?: readonly string[];
  /** Decodes every picture once, before anything else, and leaves out those that can't be: they are in `damaged`. Default false: one that
   *  is damaged is an error when it is read. */
  skipDamaged?: boolean;
  /** A picture with more pixels is refused by its header. Default 67,108,864. */
  maxPixels?: number;
}

/** Options that every platform checks in the same way. */
export const imageFolderRules = {
  size: true,
  channels: true,
  normalize: true,
  transform: true,
  classes: true,
  extensions: true,
  skipDamaged: true,
  maxPixels: true,
} as const;

const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp'];

interface Picture {
  readonly name: string;
  readonly label: number;
}

/** What all parts of a folder have in common. */
interface Source {
  readonly path: string;
  readonly reader: PictureReader;
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly maxPixels?: number;
  readonly transform: Transform;
  readonly normalize: Normalization | false;
  readonly damaged: readonly string[];
  readonly ignored: number;
}

/** Pictures of a folder, with the classes that their folders say. Made by `imageFolder`. */
export class ImageFolder implements Dataset {
  readonly length: number;
  /** What messages call the folder. */
  readonly path: string;
  /** Of one image: (C, H, W). */
  readonly shape: Shape;
  readonly classes: readonly string[];
  /** Paths of the pictures in the folder, in their order. */
  readonly files: readonly string[];
  /** What `skipDamaged` left out: a line for each, with the file and what is wrong with it. */
  readonly damaged: readonly string[];
  /** How many files aren't pictures by their names. */
  readonly ignored: number;
  /** values[c · 256 + byte]: a byte has 256 values, so each is normalised once. */
  readonly #values: Float32Array;

  constructor(
    private readonly source: Source,
    private readonly pictures: readonly Picture[],
  ) {
    const { shape, classes, damaged, ignored, normalize } = source;
    this.length = pictures.length;
    this.path = source.path;
    this.shape = shape;
    this.classes = classes;
    this.files = pictures.map(({ name }) => name);
    this.damaged = damaged;
    this.ignored = ignored;
    this.#values = Float32Array.from({ length: shape[0] * 256 }, (_, i) =>
      normalizeValue(i % 256, Math.floor(i / 256), normalize),
    );
  }

  /** Throws a FormatError that names the file if it is damaged. */
  async read(index: number, out: Float32Array, offset: number, seed = 0): Promise<number> {
    const picture = this.pictures[index];
    if (!picture) throw new RangeError(`ImageFolder: there is no image ${index}, only 0 to ${this.length - 1}`);
    const { reader, shape, maxPixels, transform, path } = this.source;
    const packed = packTransform(transform);
    const { name, label } = picture;
    const read = await reader.read({ name, channels: shape[0] as 1 | 3, maxPixels, transform: packed, seed, index });
    const image = packed ? read : transformed(read as Pixels, transform, `${path}/${name}`, seed, index);
    this.#write(image, name, out, offset);
    return label;
  }

  label(index: number): number {
    return this.pictures[index].label;
  }

  endPass(): void {
    this.source.reader.endPass?.();
  }

  /** How many pictures each class has. */
  counts(): number[] {
    const counts = new Array<number>(this.classes.length).fill(0);
    for (const { label } of this.pictures) counts[label]++;
    return counts;
  }

  /** The images of these numbers, in this order. What is left to chance is drawn by an image's number in the part. */
  subset(indices: ArrayLike<number>): ImageFolder {
    const pictures = Array.from(indices, (index) => {
      const picture = this.pictures[index];
      if (!picture) throw new RangeError(`ImageFolder: there is no image ${index}, only 0 to ${this.length - 1}`);
      return picture;
    });
    return new ImageFolder(this.source, pictures);
  }

  /**
   * Two parts that have no picture in common: to train on, and to validate with. Each class gives the second part `share` of its pictures,
   * rounded, drawn by the seed; a class with two pictures or more gives one at least, and keeps one.
   */
  split(share: number, seed: number): [training: ImageFolder, validation: ImageFolder] {
    if (!(share > 0 && share < 1)) throw new RangeError(`ImageFolder: share must be between 0 and 1, but is ${share}`);
    const random = new Generator(seed);
    const chosen = new Set<number>();
    this.classes.forEach((_, label) => {
      const own = this.files.flatMap((_, index) => (this.pictures[index].label === label ? [index] : []));
      const order = random.randperm(own.length);
      const count = Math.min(own.length - 1, Math.max(1, Math.round(share * own.length)));
      for (const i of order.subarray(0, Math.max(0, count))) chosen.add(own[i]);
    });
    const all = Array.from({ length: this.length }, (_, index) => index);
    return [
      this.subset(all.filter((index) => !chosen.has(index))),
      this.subset(all.filter((index) => chosen.has(index))),
    ];
  }

  /** Those that can be decoded, after trying all of them. Throws an error if a class has none. */
  async withoutDamaged(): Promise<ImageFolder> {
    const { path, classes } = this.source;
    const reasons = await damageOf(this.pictures, this.source);
    const sound = this.pictures.filter(({ name }) => !reasons.has(name));
    const withPictures = new Set(this.pictures.map(({ label }) => label));
    requireEach(
      path,
      classes.filter((_, label) => withPictures.has(label)),
      classes,
      sound,
      'that can be read',
    );
    return new ImageFolder({ ...this.source, damaged: [...reasons.values()] }, sound);
  }

  #write(image: Pixels | TensorImage, name: string, out: Float32Array, offset: number): void {
    const [C, H, W] = this.shape;
    const shape = 'shape' in image ? image.shape : [image.channels, image.height, image.width];
    if (shape.length !== 3 || shape.some((size, i) => size !== this.shape[i])) {
      throw new ShapeError(
        `ImageFolder: transform gives ${formatShape(shape)} for ${this.source.path}/${name}, not ${formatShape(this.shape)}`,
      );
    }
    const { data } = image;
    if ('shape' in image) {
      out.set(data, offset);
      return;
    }
    for (let c = 0, to = offset; c < C; c++) {
      for (let i = c; i < H * W * C; i += C) out[to++] = this.#values[c * 256 + data[i]];
    }
  }
}

/** The pictures of `folder`. `reader` decodes them; default: the calling thread. */
export async function imageFolderFrom(
  folder: Folder,
  options: ImageFolderOptions,
  reader: PictureReader = readerOf(
    (name) => folder.read(name),
    (name) => `${folder.path}/${name}`,
  ),
): Promise<ImageFolder> {
  requireOptions<ImageFolderOptions>('imageFolder', options, imageFolderRules);
  const [H, W] = pair('imageFolder', 'size', options.size, 1);
  const { channels: C = 3, maxPixels, transform = fitted([H, W]), skipDamaged = false } = options;
  if (C !== 1 && C !== 3) throw new ShapeError(`imageFolder: channels must be 1 or 3, but is ${C}`);
  const imagenet = C === 1 ? greyImagenetNormalization : imagenetNormalization;
  const normalize = (options.normalize ?? true) === true ? imagenet : (options.normalize as Normalization | false);
  checkNormalization('imageFolder', C, normalize);
  const { pictures, classes, ignored } = await picturesIn(folder, options);
  const source = { path: folder.path, reader, shape: [C, H, W], classes, maxPixels, transform, normalize, ignored };
  const dataset = new ImageFolder({ ...source, damaged: [] }, pictures);
  return skipDamaged ? dataset.withoutDamaged() : dataset;
}

/** What is wrong with each picture that can't be decoded, by its name. */
async function damageOf(pictures: readonly Picture[], source: Source): Promise<Map<string, string>> {
  const { reader, shape, maxPixels } = source;
  const reasons = new Map<string, string>();
  await Promise.all(
    pictures.map(async ({ name }, index) => {
      const job = { name, channels: shape[0] as 1 | 3, maxPixels, transform: null, seed: 0, index };
      await reader.read(job).catch((error) => reasons.set(name, (error as Error).message));
    }),
  );
  reader.endPass?.();
  return new Map([...reasons].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The pictures class by class, each in the order of its characters. Throws where there is nothing to tell apart. */
async function picturesIn(folder: Folder, { classes: wanted, extensions = EXTENSIONS }: ImageFolderOptions) {
  const paths = (await listed('imageFolder', folder)).filter((path) => !isHidden(path));
  const isPicture = (path: string) => extensions.some((end) => path.toLowerCase().endsWith(end.toLowerCase()));
  const files = paths.filter((path) => !path.endsWith('/'));
  const found = paths.filter((path) => path.indexOf('/') === path.length - 1).map((path) => path.slice(0, -1));
  const classes = wanted ?? found.sort(inOrder);
  const fail = (what: string) => new Error(`imageFolder: ${folder.path} ${what}`);
  if (found.length === 0) {
    throw fail(
      `has no folders: it needs one for each class, with the pictures of that class${files.some(isPicture) ? ', and not pictures alone' : ''}`,
    );
  }
  const stranger = found.find((name) => !classes.includes(name));
  if (stranger !== undefined)
    throw fail(`has a folder '${stranger}', which isn't one of the classes ${classes.join(', ')}`);
  if (classes.length === 1) throw fail(`has one class only, '${classes[0]}': there is nothing to tell apart`);
  const pictures = files
    .filter((path) => isPicture(path) && path.includes('/'))
    .map((name) => ({ name, label: classes.indexOf(name.slice(0, name.indexOf('/'))) }))
    .sort((a, b) => a.label - b.label || inOrder(a.name, b.name));
  if (!wanted)
    requireEach(folder.path, classes, classes, pictures, `named ${extensions.map((end) => `*${end}`).join(', ')}`);
  for (let i = 0; i < pictures.length; i += 64) {
    await Promise.all(pictures.slice(i, i + 64).map(({ name }) => folder.check?.(name)));
  }
  return { pictures, classes, ignored: files.length - pictures.length };
}

/** Throws if one of the classes `needed` has no pictures. */
function requireEach(
  path: string,
  needed: readonly string[],
  classes: readonly string[],
  pictures: readonly Picture[],
  kind: string,
): void {
  const seen = new Set(pictures.map(({ label }) => classes[label]));
  const empty = needed.filter((name) => !seen.has(name));
  if (empty.length === 0) return;
  throw new Error(`imageFolder: ${empty.map((name) => `${path}/${name}`).join(', ')} has no pictures ${kind}`);
}

const inOrder = (a: string, b: string) => (a < b ? -1 : 1);

/** `.git`, `.DS_Store`, and what lies in such folders. */
function isHidden(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.'));
}
