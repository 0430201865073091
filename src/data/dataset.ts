/** Datasets: labelled images, read one by one into the batches that a loader makes of them. */

import type { ByteImages } from '../backends/backend.js';
import type { Pixels } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { checkNormalization, type Normalization, normalizeValue } from './normalization.js';
import { grey, resizePlane } from './planes.js';
import type { Target } from './targets.js';

/** What a DataLoader loads from. Any object that has these will do. */
export interface Dataset {
  readonly length: number;
  /** Of one image: (C, H, W). */
  readonly shape: Shape;
  /** Names of the labels 0, 1, … */
  readonly classes?: readonly string[];
  /** Whether reading an image again gives the same values. The loader then keeps no copy of the batches it has left, and reads
   *  them again if they are used. Default false. */
  readonly repeatable?: boolean;
  /** All images as bytes, for backends that make the batches on their device. */
  readonly byteImages?: ByteImages;
  /**
   * Writes an image into `out`, from `offset` on, and returns its label: the number of its class, or what else is to be learned of it, a
   * number or an array of numbers. Where it returns a promise, a loader reads all images of a batch at once, one batch ahead of the one
   * that is trained on. `seed` is the pass's: an image that is changed by chance, as by a crop, draws from a generator that it makes of
   * the seed and the index alone, so that it is the same whoever reads it, and in a pass that was interrupted and resumed.
   */
  read(index: number, out: Float32Array, offset: number, seed?: number): Target | Promise<Target>;
  /** The label alone, where there are `byteImages` or pictures. */
  label?(index: number): Target;
  /** The image as bytes, for transforms. */
  picture?(index: number): Pixels;
  /** Called when a loader's pass is over, or was left early: a dataset that reads on threads ends them. Another pass may follow, and
   *  several may go on at once. */
  endPass?(): void;
}

export interface ImageDatasetOptions {
  /** Mean and deviation of each channel; false leaves the values from 0 to 1. Default false. */
  normalize?: Normalization | false;
  /** Names of the labels 0, 1, …; every label must have one. */
  classes?: readonly string[];
}

/**
 * Images that lie in memory as bytes: `images` (N, C, H, W), `labels` (N); `shape` is (C, H, W). Throws a ShapeError if they don't
 * fit each other, or the normalisation or the classes don't fit them.
 *
 * A subclass may read in its own way, `class Flipped extends ImageDataset { override read(…) }`: it has no `byteImages` then, as those
 * would pass `read` by, it isn't `repeatable` unless it says so, and it can't be cut by `subset`, `take` and `as`.
 */
export class ImageDataset implements Dataset {
  readonly length: number;
  readonly shape: Shape;
  readonly classes?: readonly string[];
  readonly #images: Uint8Array;
  readonly #labels: Uint8Array;
  readonly #options: ImageDatasetOptions;
  /** values[c · 256 + byte]: a byte has 256 values, so each is normalised once. */
  readonly #values: Float32Array;

  constructor(images: Uint8Array, labels: Uint8Array, shape: Shape, options: ImageDatasetOptions = {}) {
    requireOptions('ImageDataset', options, { normalize: true, classes: true });
    const { normalize = false, classes } = options;
    requireBytes('images', images);
    requireBytes('labels', labels);
    if (!Array.isArray(shape) || shape.length !== 3 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError(
        `ImageDataset: shape ${Array.isArray(shape) ? formatShape(shape) : shape} must be (C, H, W), each at least 1`,
      );
    }
    if (images.length !== labels.length * numel(shape)) {
      throw new ShapeError(
        `ImageDataset: ${labels.length} labels need as many images ${formatShape(shape)} of ${numel(shape)} bytes, but images has ${images.length}`,
      );
    }
    const stranger = classes ? labels.findIndex((label) => label >= classes.length) : -1;
    if (stranger >= 0) {
      throw new ShapeError(
        `ImageDataset: label ${labels[stranger]} of image ${stranger} isn't one of the ${classes?.length} classes`,
      );
    }
    checkNormalization('ImageDataset', shape[0], normalize);
    this.length = labels.length;
    this.shape = shape;
    this.classes = classes;
    this.#images = images;
    this.#labels = labels;
    this.#options = options;
    this.#values = Float32Array.from({ length: shape[0] * 256 }, (_, i) =>
      normalizeValue(i % 256, Math.floor(i / 256), normalize),
    );
  }

  read(index: number, out: Float32Array, offset: number): number {
    const [C, H, W] = this.shape;
    this.#requireIndex(index);
    if (!Number.isInteger(offset) || offset < 0 || offset + C * H * W > out.length) {
      throw new RangeError(
        `ImageDataset: an image of ${C * H * W} values at ${offset} doesn't fit into ${out.length} values`,
      );
    }
    const [values, images] = [this.#values, this.#images];
    let from = index * C * H * W;
    let to = offset;
    for (let c = 0; c < C; c++) {
      for (let pixel = 0; pixel < H * W; pixel++) out[to++] = values[c * 256 + images[from++]];
    }
    return this.label(index);
  }

  /** The image as bytes, which aren't normalised. */
  picture(index: number): Pixels {
    if (!this.#readsBytes) {
      throw new TypeError(
        'ImageDataset: picture() gives the bytes as they are, without the read() of this subclass; it needs a picture() of its own',
      );
    }
    this.#requireIndex(index);
    const [C, H, W] = this.shape;
    const data = new Uint8Array(C * H * W);
    for (let c = 0; c < C; c++) {
      const plane = this.#plane(index, c);
      for (let pixel = 0; pixel < H * W; pixel++) data[pixel * C + c] = plane[pixel];
    }
    return { width: W, height: H, channels: C, data };
  }

  get repeatable(): boolean {
    return this.#readsBytes;
  }

  get byteImages(): ByteImages | undefined {
    if (!this.#readsBytes) return undefined;
    return { bytes: this.#images, shape: this.shape, values: this.#values };
  }

  label(index: number): number {
    return this.#labels[index];
  }

  /** Whether `read` is this class's own. */
  get #readsBytes(): boolean {
    return this.read === ImageDataset.prototype.read;
  }

  #requireIndex(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.length) return;
    throw new RangeError(`ImageDataset: there is no image ${index}, only 0 to ${this.length - 1}`);
  }

  /** Throws where a plain ImageDataset of the same bytes would forget how a subclass reads. */
  #requirePlain(method: string): void {
    if (this.#readsBytes && this.label === ImageDataset.prototype.label) return;
    throw new TypeError(
      `ImageDataset: ${method}() gives a plain ImageDataset, without the read() or label() of this subclass; cut the images before`,
    );
  }

  /** The images from `from` up to, not including, `to`; they share this dataset's memory. */
  subset(from: number, to: number): ImageDataset {
    this.#requirePlain('subset');
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from > to || to > this.length) {
      throw new RangeError(`ImageDataset: subset ${from} to ${to} isn't within 0 to ${this.length}`);
    }
    const size = numel(this.shape);
    const images = this.#images.subarray(from * size, to * size);
    return new ImageDataset(images, this.#labels.subarray(from, to), this.shape, this.#options);
  }

  /**
   * The same images in another shape (C, H, W): resized to H x W, and made grey where C is 1. `normalize` is that of the new
   * channels; by default it stays. Throws a ShapeError where grey images should become coloured.
   */
  as(shape: Shape, normalize = this.#options.normalize): ImageDataset {
    this.#requirePlain('as');
    const [C, H, W] = this.shape;
    const [C_new, H_new, W_new] = shape;
    if (shape.length !== 3 || (C_new !== C && !(C_new === 1 && C === 3))) {
      throw new ShapeError(`ImageDataset: images ${formatShape(this.shape)} can't become ${formatShape(shape)}`);
    }
    const images = new Uint8Array(this.length * numel(shape));
    for (let n = 0; n < this.length; n++) {
      for (let c = 0; c < C_new; c++) {
        const plane = resizePlane(C === C_new ? this.#plane(n, c) : this.#greyPlane(n), H, W, H_new, W_new);
        const start = (n * C_new + c) * H_new * W_new;
        for (let i = 0; i < H_new * W_new; i++) images[start + i] = Math.round(plane[i]);
      }
    }
    return new ImageDataset(images, this.#labels, shape, { ...this.#options, normalize });
  }

  #plane(n: number, c: number): Uint8Array {
    const [C, H, W] = this.shape;
    return this.#images.subarray((n * C + c) * H * W, (n * C + c + 1) * H * W);
  }

  #greyPlane(n: number): Float64Array {
    const [red, green, blue] = [this.#plane(n, 0), this.#plane(n, 1), this.#plane(n, 2)];
    return Float64Array.from(red, (value, i) => grey(value, green[i], blue[i]));
  }

  /** The first `count` images, or all if there are fewer. */
  take(count: number): ImageDataset {
    return this.subset(0, Math.min(count, this.length));
  }
}

/** Bytes of any realm. */
function requireBytes(name: string, bytes: unknown): void {
  if (ArrayBuffer.isView(bytes) && (bytes as Uint8Array).BYTES_PER_ELEMENT === 1) return;
  const { name: kind } = Object(bytes ?? {}).constructor;
  throw new TypeError(
    `ImageDataset: ${name} must be bytes, a Uint8Array, but is ${bytes == null ? bytes : `a ${kind}`}; for other values, write a Dataset of your own, { length, shape, read }`,
  );
}
