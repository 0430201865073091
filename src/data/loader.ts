import type { Backend } from '../backends/backend.js';
import { host } from '../backends/reference/index.js';
import { requireOptions } from '../ops/options.js';
import { formatOption, numel } from '../ops/shape.js';
import { defaultGenerator, Generator } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireBackend } from '../tensor/tensorBackend.js';
import type { Dataset } from './dataset.js';
import type { Sampler } from './sampler.js';
import { type Target, type Targets, targetsOf } from './targets.js';

export interface DataLoaderOptions {
  /** Images a batch. Default 1. */
  batchSize?: number;
  /** A new random order for every pass. Default false. */
  shuffle?: boolean;
  /** Which images a pass takes, and in which order, in place of all of them and of `shuffle`. */
  sampler?: Sampler;
  /** Leave out a last batch that isn't full. Default false. */
  dropLast?: boolean;
  /** Where the images go. Default: the host. */
  backend?: Backend;
}

/** Images (N, C, H, W) and their N labels: the numbers of their classes (Int32Array), or, where labels have fractions or are arrays,
 *  numbers (Float32Array), image by image. */
export type Batch = [x: Tensor, y: Targets];

/**
 * Goes through a dataset in batches: `for await (const [x, y] of loader)`.
 *
 * The order is PyTorch's: a pass draws a base seed from the default generator, and, if it shuffles, a seed for a
 * permutation. A backend with a device of its own (WebGPU) gets all images at once, as bytes, if they fit, and makes the
 * batches there. When the loop moves on, the next batch takes over the last one's memory on the backend. The last one stays
 * valid: it is uploaded again if it is used.
 *
 * A dataset whose `read` gives promises is read one batch ahead, while the last one is trained on. The base seed is its `seed`.
 *
 * Throws a RangeError if batchSize isn't a whole number ≥ 1, or the dataset is empty, and a TypeError where a sampler meets `shuffle`.
 */
export class DataLoader {
  readonly batchSize: number;
  readonly #options: DataLoaderOptions;
  #gather: ((indices: Int32Array) => Tensor) | null = null;

  constructor(
    readonly dataset: Dataset,
    options: DataLoaderOptions = {},
  ) {
    requireOptions('DataLoader', options, {
      batchSize: true,
      shuffle: true,
      sampler: true,
      dropLast: true,
      backend: true,
    });
    this.batchSize = options.batchSize ?? 1;
    this.#options = options;
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1) {
      throw new RangeError(`DataLoader: batchSize must be a whole number ≥ 1, but is ${options.batchSize}`);
    }
    requireDataset(dataset);
    if (options.sampler && options.shuffle) {
      throw new TypeError("DataLoader: the order is the sampler's: shuffle doesn't go with it");
    }
    if (options.backend !== undefined) requireBackend('DataLoader', options.backend);
  }

  get sampler(): Sampler | undefined {
    return this.#options.sampler;
  }

  /** Images a pass, before `dropLast`. */
  get images(): number {
    return this.sampler?.length ?? this.dataset.length;
  }

  /** Batches a pass. */
  get length(): number {
    const full = this.images / this.batchSize;
    return this.#options.dropLast ? Math.floor(full) : Math.ceil(full);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    return this.batches();
  }

  /** One pass, from batch `skip` on, up to and without batch `end`. */
  async *batches({ skip = 0, end = this.length } = {}): AsyncGenerator<Batch, void, undefined> {
    const { seed, order } = this.#order();
    const { backend = host } = this.#options;
    const { shape } = this.dataset;
    const size = numel(shape);
    const gather = this.#onDevice(backend);
    // If batches can be read again, all of them use one array: fresh memory for each costs more than filling it.
    let again = this.dataset.repeatable ? new Float32Array(Math.min(this.batchSize, this.dataset.length) * size) : null;
    const indicesOf = (batch: number) => order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
    const startReading = (batch: number) => {
      const indices = indicesOf(batch);
      const images = again?.subarray(0, indices.length * size) ?? new Float32Array(indices.length * size);
      return { images, targets: this.#read(indices, images, size, seed) };
    };
    let ahead: ReturnType<typeof startReading> | null = null;
    try {
      for (let batch = skip; batch < end; batch++) {
        const indices = indicesOf(batch);
        await backend.ready?.();
        if (gather) {
          const x = gather(indices);
          const labels = Array.from(indices, (index) => this.dataset.label!(index));
          yield [x, targetsOf(labels, indices)];
          x.evict(() => this.#imagesOf(indices, size, seed));
          continue;
        }
        const { images, targets }: ReturnType<typeof startReading> = ahead ?? startReading(batch);
        ahead = null;
        const labels = await targets;
        const x = backend.tensor(images, [indices.length, ...shape]);
        if (targets instanceof Promise) {
          again = null; // the next batch is filled while this one is used
          if (batch + 1 < end) {
            ahead = startReading(batch + 1);
            Promise.resolve(ahead.targets).catch(() => {}); // it is awaited later, or not at all
          }
        }
        yield [x, labels];
        x.evict(again ? () => this.#imagesOf(indices, size, seed) : images);
      }
    } finally {
      this.dataset.endPass?.();
    }
  }

  /** Uploads the images, once, to a backend that makes batches on its device. null: this one doesn't, or they don't fit. */
  #onDevice(backend: Backend): ((indices: Int32Array) => Tensor) | null {
    const { byteImages } = this.dataset;
    if (!byteImages || !this.dataset.label || !backend.imagesOnDevice) return null;
    this.#gather ??= backend.imagesOnDevice(byteImages);
    return this.#gather;
  }

  /** Fills `images`, and returns their labels; a promise of them if the dataset gives promises. */
  #read(indices: Int32Array, images: Float32Array, size: number, seed: number): Targets | Promise<Targets> {
    const targets = Array.from(indices, (index, n) => this.dataset.read(index, images, n * size, seed));
    if (!targets.some(isPromise)) return targetsOf(targets as Target[], indices);
    return Promise.all(targets).then((read) => targetsOf(read, indices));
  }

  #imagesOf(indices: Int32Array, size: number, seed: number): Float32Array {
    const images = new Float32Array(indices.length * size);
    this.#read(indices, images, size, seed);
    return images;
  }

  #order(): { seed: number; order: Int32Array } {
    const seed = defaultGenerator.random64Low(); // the base seed, which PyTorch gives to its workers
    if (this.sampler) return { seed, order: Int32Array.from(this.sampler) };
    if (!this.#options.shuffle) return { seed, order: Int32Array.from({ length: this.dataset.length }, (_, i) => i) };
    return { seed, order: new Generator(defaultGenerator.random64Low()).randperm(this.dataset.length) };
  }
}

/** Also one of another realm, or of another's making. */
function isPromise(target: Target | Promise<Target>): target is Promise<Target> {
  return typeof (target as Promise<Target> | null)?.then === 'function';
}

/** A clear word to whoever passes something that isn't a dataset. */
function requireDataset(dataset: Dataset): void {
  const wrong = (what: string, Kind: typeof TypeError | typeof RangeError = TypeError) =>
    new Kind(`DataLoader: ${what}`);
  const given: unknown = dataset;
  if (given instanceof Promise) throw wrong('the dataset is a promise: await it, as in await mnist({ train: true })');
  if (typeof given !== 'object' || given === null) throw wrong(`a dataset is an object, but ${String(given)} is given`);
  const { length, shape, read } = dataset;
  if (typeof read !== 'function') throw wrong('the dataset needs a method read(index, out, offset)');
  if (!Number.isInteger(length) || length < 0) {
    throw wrong(`the dataset's length must be the number of its images, but is ${String(length)}`);
  }
  if (length === 0) throw wrong('the dataset is empty', RangeError);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw wrong(`the dataset's shape must be that of an image, (C, H, W), but is ${formatOption(shape)}`);
  }
}
