/**
 * CIFAR-10, binary version: records of a label (0 to 9) and a 32x32 picture, one behind the other.
 *
 *   label │ 1024 red │ 1024 green │ 1024 blue, each row by row
 *
 * Source: https://www.cs.toronto.edu/~kriz/cifar.html
 */
import { FormatError } from './error.js';

const PICTURE = 3 * 32 * 32;
const RECORD = 1 + PICTURE;

export interface Cifar10Batch {
  /** (N, 3, 32, 32) */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export function parseCifar10(bytes: Uint8Array, name: string): Cifar10Batch {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw new FormatError(`CIFAR-10 ${name}: ${bytes.length} bytes aren't one or more records of ${RECORD}`);
  }
  const N = bytes.length / RECORD;
  for (let n = 0; n < N; n++) {
    const label = bytes[n * RECORD];
    if (label > 9) throw new FormatError(`CIFAR-10 ${name}: record ${n} has the label ${label}, which isn't 0 to 9`);
  }
  const images = new Uint8Array(N * PICTURE);
  const labels = new Uint8Array(N);
  for (let n = 0; n < N; n++) {
    labels[n] = bytes[n * RECORD];
    images.set(bytes.subarray(n * RECORD + 1, (n + 1) * RECORD), n * PICTURE);
  }
  return { images, labels };
}
