import type { Sampler } from '../data/sampler.js';
import { requireOptions } from '../ops/options.js';
import { Generator } from '../tensor/random.js';

export interface DistributedSamplerOptions {
  /** Ranks that share the dataset: `group.size`. */
  numReplicas: number;
  /** Whose share this is: `group.rank`. */
  rank: number;
  /** A new order in every epoch, the same for all ranks. Default true. */
  shuffle?: boolean;
  /** The same on all ranks. Default 0. */
  seed?: number;
  /** Leave out the last images, where they aren't enough for all ranks, instead of repeating the first. Default false. */
  dropLast?: boolean;
  /** false: neither, and some ranks have an image less, so that each is there once. It is for evaluation: in training all ranks take
   *  as many steps. Default true. */
  pad?: boolean;
}

/**
 * A rank's share of a dataset, as PyTorch's `DistributedSampler` deals it out: all ranks draw the same permutation from seed + epoch,
 * and rank r takes its places r, r + W, r + 2·W … of W ranks. So what all ranks take in their step k is what one process would take with
 * a batch that is W times as large. So that all have as many, the permutation goes on with its own first images.
 *
 * `setEpoch` is called before every epoch; `fit` does it. Throws a RangeError where there is no such rank, or `dropLast` meets `pad: false`.
 *
 * @example
 * const sampler = new DistributedSampler(dataset, { numReplicas: group.size, rank: group.rank });
 * const loader = new DataLoader(dataset, { batchSize: 64, sampler, backend });
 */
export class DistributedSampler implements Sampler {
  readonly length: number;
  readonly #images: number;
  readonly #options: DistributedSamplerOptions;
  #epoch = 0;

  constructor(dataset: { readonly length: number }, options: DistributedSamplerOptions) {
    requireOptions('DistributedSampler', options, {
      numReplicas: true,
      rank: true,
      shuffle: true,
      seed: true,
      dropLast: true,
      pad: true,
    });
    const { numReplicas, rank, dropLast = false, pad = true } = options;
    if (dropLast && !pad) throw new RangeError('DistributedSampler: dropLast leaves images out, and pad: false none');
    if (!Number.isInteger(numReplicas) || numReplicas < 1) {
      throw new RangeError(`DistributedSampler: numReplicas must be a whole number ≥ 1, but is ${numReplicas}`);
    }
    if (!Number.isInteger(rank) || rank < 0 || rank >= numReplicas) {
      throw new RangeError(`DistributedSampler: rank must be in 0 to ${numReplicas - 1}, but is ${rank}`);
    }
    this.#options = options;
    this.#images = dataset.length;
    const share = dataset.length / numReplicas;
    const own = Math.ceil((dataset.length - rank) / numReplicas);
    this.length = dropLast ? Math.floor(share) : pad ? Math.ceil(share) : Math.max(0, own);
  }

  /** The next order is that of this epoch, from 0. */
  setEpoch(epoch: number): void {
    this.#epoch = epoch;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { numReplicas, rank, shuffle = true, seed = 0 } = this.#options;
    const order = shuffle ? new Generator(seed + this.#epoch).randperm(this.#images) : null;
    for (let k = 0; k < this.length; k++) {
      const place = (rank + k * numReplicas) % this.#images;
      yield order ? order[place] : place;
    }
  }
}
