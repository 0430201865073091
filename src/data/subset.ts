/**
 * Parts of a dataset, and datasets joined.
 *
 * Source: https://pytorch.org/docs/stable/data.html
 */
import type { Pixels } from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, type Shape, sameShape } from '../ops/shape.js';
import { defaultGenerator, Generator } from '../tensor/random.js';
import type { Dataset } from './dataset.js';
import type { Target } from './targets.js';
import { mixSeed } from './transforms/random.js';

/** The images of `dataset` with these numbers, in their order. Throws a RangeError if one of them isn't there. */
export class Subset implements Dataset {
  readonly length: number;
  readonly shape: Shape;
  readonly classes?: readonly string[];
  readonly indices: readonly number[];

  constructor(
    readonly dataset: Dataset,
    indices: ArrayLike<number>,
  ) {
    this.indices = Array.from(indices);
    for (const index of this.indices) requireIndex('Subset', index, dataset.length);
    ({ shape: this.shape, classes: this.classes } = dataset);
    this.length = this.indices.length;
  }

  get repeatable(): boolean {
    return this.dataset.repeatable ?? false;
  }

  read(index: number, out: Float32Array, offset: number, seed?: number): Target | Promise<Target> {
    return this.dataset.read(this.#place(index), out, offset, seed);
  }

  label(index: number): Target {
    return requireMethod('Subset', this.dataset, 'label')(this.#place(index));
  }

  picture(index: number): Pixels {
    return requireMethod('Subset', this.dataset, 'picture')(this.#place(index));
  }

  endPass(): void {
    this.dataset.endPass?.();
  }

  #place(index: number): number {
    requireIndex('Subset', index, this.length);
    return this.indices[index];
  }
}

/** One dataset after the other. Throws a RangeError if there is none, and a TypeError if their images have different shapes. */
export class ConcatDataset implements Dataset {
  readonly length: number;
  readonly shape: Shape;
  readonly classes?: readonly string[];
  readonly datasets: readonly Dataset[];

  constructor(datasets: readonly Dataset[]) {
    if (!Array.isArray(datasets)) throw new TypeError('ConcatDataset: takes an array of datasets');
    if (datasets.length === 0) throw new RangeError('ConcatDataset: there is no dataset');
    this.datasets = [...datasets];
    ({ shape: this.shape, classes: this.classes } = datasets[0]);
    for (const { shape, classes } of datasets) {
      if (!sameShape(shape, this.shape)) {
        throw new TypeError(
          `ConcatDataset: images ${formatShape(this.shape)} and ${formatShape(shape)} don't fit into one batch`,
        );
      }
      if (classes && this.classes && classes.join('\n') !== this.classes.join('\n')) {
        throw new TypeError(
          `ConcatDataset: the classes ${this.classes.join(', ')} aren't ${classes.join(', ')}: one label would mean two things`,
        );
      }
    }
    this.length = datasets.reduce((length, dataset) => length + dataset.length, 0);
  }

  get repeatable(): boolean {
    return this.datasets.every(({ repeatable }) => repeatable);
  }

  read(index: number, out: Float32Array, offset: number, seed?: number): Target | Promise<Target> {
    const [dataset, own, d] = this.#place(index);
    // A dataset that stands here twice is changed by chance in two ways.
    return dataset.read(own, out, offset, seed === undefined ? undefined : mixSeed(seed, [d]));
  }

  label(index: number): Target {
    const [dataset, own] = this.#place(index);
    return requireMethod('ConcatDataset', dataset, 'label')(own);
  }

  picture(index: number): Pixels {
    const [dataset, own] = this.#place(index);
    return requireMethod('ConcatDataset', dataset, 'picture')(own);
  }

  endPass(): void {
    for (const dataset of this.datasets) dataset.endPass?.();
  }

  /** The dataset that an image is in, its index there, and which dataset that is. */
  #place(index: number): [dataset: Dataset, index: number, d: number] {
    requireIndex('ConcatDataset', index, this.length);
    let [d, own] = [0, index];
    while (own >= this.datasets[d].length) own -= this.datasets[d++].length;
    return [this.datasets[d], own, d];
  }
}

export interface RandomSplitOptions {
  /** Of a generator of its own, as `generator=torch.Generator().manual_seed(seed)`. Default: the default generator draws. */
  seed?: number;
}

/**
 * The dataset in parts, at random: of these lengths, or, where they add up to 1, of these fractions. The fractions' lengths are
 * rounded down, and what is left goes to the first parts, one each. The permutation is PyTorch's. Throws a RangeError if the
 * lengths don't add up to the dataset's.
 */
export function randomSplit(dataset: Dataset, lengths: readonly number[], options: RandomSplitOptions = {}): Subset[] {
  requireOptions('randomSplit', options, { seed: true });
  const { seed } = options;
  const counts = lengthsOf(lengths, dataset.length);
  const generator = seed === undefined ? defaultGenerator : new Generator(seed);
  const order = generator.randperm(dataset.length);
  let end = 0;
  return counts.map((count) => {
    end += count;
    return new Subset(dataset, order.subarray(end - count, end));
  });
}

function lengthsOf(lengths: readonly number[], total: number): readonly number[] {
  if (!Array.isArray(lengths) || !lengths.every((length) => Number.isFinite(length) && length >= 0)) {
    throw new RangeError(`randomSplit: lengths must be an array of numbers ≥ 0, but are ${lengths}`);
  }
  const sum = lengths.reduce((whole, length) => whole + length, 0);
  if (Math.abs(sum - 1) <= 1e-9) {
    const counts = lengths.map((fraction) => Math.floor(total * fraction));
    const rest = total - counts.reduce((whole, count) => whole + count, 0);
    for (let i = 0; i < rest; i++) counts[i % counts.length]++;
    return counts;
  }
  if (sum !== total || !lengths.every(Number.isInteger)) {
    throw new RangeError(
      `randomSplit: the lengths ${lengths.join(' + ')} must add up to the ${total} images of the dataset, or, as fractions, to 1`,
    );
  }
  return lengths;
}

function requireIndex(kind: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new RangeError(`${kind}: there is no image ${index}, only 0 to ${length - 1}`);
}

function requireMethod<Name extends 'label' | 'picture'>(kind: string, dataset: Dataset, name: Name) {
  const method = dataset[name];
  if (!method) throw new TypeError(`${kind}: its dataset has no method ${name}(index)`);
  return method.bind(dataset) as NonNullable<Dataset[Name]>;
}
