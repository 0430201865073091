/** A file becomes an image: it is decoded, made grey or coloured, and transformed. The same on every thread. */
import { decodeImage, FormatError, type Pixels } from '../formats/index.js';
import { CenterCrop, Compose, imageGenerator, Resize, type TensorImage, type Transform } from './transforms/index.js';
import { type PackedTransform, unpackTransform } from './transforms/pack.js';

/** What is to be done with a file, as it is sent to a thread. */
export interface PictureJob {
  /** The file, in its folder. */
  readonly name: string;
  /** 1 is grey, 3 is RGB. */
  readonly channels: 1 | 3;
  /** Undefined: as `decodeImage` has it. */
  readonly maxPixels?: number;
  /** null: it is only decoded. */
  readonly transform: PackedTransform | null;
  /** Seed and index, of which the transform's generator is made. */
  readonly seed: number;
  readonly index: number;
}

/** Who reads and decodes the files of a folder. */
export interface PictureReader {
  read(job: PictureJob): Promise<Pixels | TensorImage>;
  /** Called when a pass is over. */
  endPass?(): void;
}

/** `path` is what messages call the file. */
export async function makePicture(bytes: Uint8Array, path: string, job: PictureJob): Promise<Pixels | TensorImage> {
  const { channels, maxPixels, transform, seed, index } = job;
  const picture = inColours(await decodeImage(bytes, path, { maxPixels }), channels);
  return transform ? transformed(picture, unpackTransform(transform), path, seed, index) : picture;
}

/** Errors name the file. */
export function transformed(picture: Pixels, transform: Transform, path: string, seed: number, index: number) {
  try {
    return transform.apply(picture, imageGenerator(seed, index));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** The whole picture without its longer sides: the shorter side is made `size` pixels long, and the middle is cut out. */
export function fitted(size: readonly [height: number, width: number]): Transform {
  const [H, W] = size;
  return H === W ? new Compose([new Resize(H), new CenterCrop(H)]) : new Resize([H, W]);
}

/** Reads on the calling thread, a few files at a time, so that a large batch doesn't lie in memory as files. */
export function readerOf(read: (name: string) => Promise<Uint8Array | null>, pathOf: (name: string) => string) {
  const waiting: (() => void)[] = [];
  let free = 4;
  return {
    async read(job: PictureJob) {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free--;
      try {
        const path = pathOf(job.name);
        const bytes = await read(job.name);
        if (!bytes) throw new FormatError(`${path}: was there when the folder was listed, but isn't any more`);
        return await makePicture(bytes, path, job);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  } satisfies PictureReader;
}

/** The picture as RGB or in grey. Grey is PIL's, in whole numbers. */
export function inColours(picture: Pixels, channels: 1 | 3): Pixels {
  if (picture.channels === channels) return picture;
  const { width, height, data } = picture;
  const made = new Uint8Array(width * height * channels);
  for (let p = 0; p < width * height; p++) {
    if (channels === 3) made.fill(data[p], p * 3, p * 3 + 3);
    else made[p] = (data[p * 3] * 19_595 + data[p * 3 + 1] * 38_470 + data[p * 3 + 2] * 7_471 + 0x8000) >> 16;
  }
  return { width, height, channels, data: made };
}
