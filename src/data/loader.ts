import type { Backend } from '../backends/backend.js';
import { host } from '../backends/reference/index.js';
import { numel } from '../ops/shape.js';
import { defaultGenerator, Generator } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Dataset } from './dataset.js';

export interface DataLoaderOptions {
  /** Images a batch. Default 1. */
  batchSize?: number;
  /** A new random order for every pass. Default false. */
  shuffle?: boolean;
  /** Leave out a last batch that isn't full. Default false. */
  dropLast?: boolean;
  /** Where the images go. Default: the host. */
  backend?: Backend;
}

/** Images (N, C, H, W) and their N labels. */
export type Batch = [x: Tensor, y: Int32Array];

/**
 * Goes through a dataset in batches: `for await (const [x, y] of loader)`.
 *
 * The order is PyTorch's: a pass draws a base seed from the default generator, and, if it shuffles, a seed for a
 * permutation. A backend with a device of its own (WebGPU) gets all images at once, as bytes, if they fit, and makes the
 * batches there. When the loop moves on, the next batch takes over the last one's memory on the backend. The last one stays
 * valid: it is uploaded again if it is used.
 *
 * Throws a RangeError if batchSize isn't a whole number ≥ 1, or the dataset is empty.
 */
export class DataLoader {
  readonly batchSize: number;
  readonly #options: DataLoaderOptions;
  #gather: ((indices: Int32Array) => Tensor) | null = null;

  constructor(
    readonly dataset: Dataset,
    options: DataLoaderOptions = {},
  ) {
    this.batchSize = options.batchSize ?? 1;
    this.#options = options;
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1) {
      throw new RangeError(`DataLoader: batchSize must be a whole number ≥ 1, but is ${options.batchSize}`);
    }
    if (dataset.length < 1) throw new RangeError('DataLoader: the dataset is empty');
  }

  /** Batches a pass. */
  get length(): number {
    const full = this.dataset.length / this.batchSize;
    return this.#options.dropLast ? Math.floor(full) : Math.ceil(full);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    return this.batches();
  }

  /** One pass, without its first `skip` batches. */
  async *batches({ skip = 0 } = {}): AsyncGenerator<Batch, void, undefined> {
    const order = this.#order();
    const { backend = host } = this.#options;
    const { shape } = this.dataset;
    const size = numel(shape);
    const gather = this.#onDevice(backend);
    // If batches can be read again, all of them use one array: fresh memory for each costs more than filling it.
    const again = this.dataset.repeatable
      ? new Float32Array(Math.min(this.batchSize, this.dataset.length) * size)
      : null;
    for (let batch = skip; batch < this.length; batch++) {
      const indices = order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
      await backend.ready?.();
      if (gather) {
        const x = gather(indices);
        yield [x, indices.map((index) => this.dataset.label!(index))];
        x.evict(() => this.#imagesOf(indices, size));
        continue;
      }
      const images = again?.subarray(0, indices.length * size) ?? new Float32Array(indices.length * size);
      const labels = this.#read(indices, images, size);
      const x = backend.tensor(images, [indices.length, ...shape]);
      yield [x, labels];
      x.evict(again ? () => this.#imagesOf(indices, size) : images);
    }
  }

  /** Uploads the images, once, to a backend that makes batches on its device. null: this one doesn't, or they don't fit. */
  #onDevice(backend: Backend): ((indices: Int32Array) => Tensor) | null {
    const { byteImages } = this.dataset;
    if (!byteImages || !this.dataset.label || !backend.imagesOnDevice) return null;
    this.#gather ??= backend.imagesOnDevice(byteImages);
    return this.#gather;
  }

  /** Fills `images`, and returns their labels. */
  #read(indices: Int32Array, images: Float32Array, size: number): Int32Array {
    return indices.map((index, n) => this.dataset.read(index, images, n * size));
  }

  #imagesOf(indices: Int32Array, size: number): Float32Array {
    const images = new Float32Array(indices.length * size);
    this.#read(indices, images, size);
    return images;
  }

  #order(): Int32Array {
    defaultGenerator.random64Low(); // the base seed, which PyTorch gives to its workers
    if (this.#options.shuffle) return new Generator(defaultGenerator.random64Low()).randperm(this.dataset.length);
    return Int32Array.from({ length: this.dataset.length }, (_, i) => i);
  }
}
