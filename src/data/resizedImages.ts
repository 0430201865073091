import type { ByteImages } from '../backends/backend.js';
import { numel, type Shape } from '../ops/shape.js';
import { type Dataset, ImageDataset } from './dataset.js';
import type { Normalization } from './normalization.js';

/** Enlarged images with more bytes than this in all are made when they are read, and not kept. */
const MAX_BYTES = 128 * 2 ** 20;

/**
 * The images of a dataset in another shape (C, H, W), with the values of `dataset.as(shape, normalize)`. Where all of them together
 * would take more than 128 MiB, each is resized when it is read: MNIST at 224x224 has 3 GB of pixels, and resizing them before the first
 * step takes a minute. Throws a ShapeError where `as` does.
 */
export function resizedImages(dataset: ImageDataset, shape: Shape, normalize: Normalization | false): Dataset {
  const { byteImages } = dataset;
  if (!byteImages || dataset.length * numel(shape) <= MAX_BYTES) return dataset.as(shape, normalize);
  return new ResizedImages(dataset, byteImages, shape, normalize);
}

class ResizedImages implements Dataset {
  readonly length: number;
  readonly classes?: readonly string[];
  readonly repeatable = true;

  constructor(
    private readonly dataset: ImageDataset,
    private readonly images: ByteImages,
    readonly shape: Shape,
    private readonly normalize: Normalization | false,
  ) {
    this.length = dataset.length;
    this.classes = dataset.classes;
    this.#resized(0); // what can't be resized is refused at once
  }

  read(index: number, out: Float32Array, offset: number): number {
    this.#resized(index).read(0, out, offset);
    return this.dataset.label(index);
  }

  #resized(index: number): ImageDataset {
    const { bytes, shape } = this.images;
    const size = numel(shape);
    const image = new ImageDataset(bytes.subarray(index * size, (index + 1) * size), Uint8Array.of(0), shape);
    return image.as(this.shape, this.normalize);
  }
}
