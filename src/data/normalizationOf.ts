/** The numbers that images are normalised with, asked of the images themselves. */
import type { Dataset } from './dataset.js';
import type { Normalization } from './normalization.js';

/**
 * Mean and deviation of each channel, over all pixels of all images, with values from 0 to 1: what `normalize` takes. A byte has 256
 * values, so they are counted first, and the sums are over 256 numbers, in f64.
 *
 *   mean = Σ value / M    std = √(Σ (value − mean)² / M)    M: pixels of a channel
 *
 * Throws a TypeError where the images don't lie in memory as bytes.
 */
export function normalizationOf(images: Pick<Dataset, 'byteImages' | 'length'>): Normalization {
  const { byteImages, length } = images;
  if (!byteImages)
    throw new TypeError('normalizationOf: the images must lie in memory as bytes, as those of mnist() do');
  const { bytes, shape } = byteImages;
  const [C, H, W] = shape;
  const counts = new Float64Array(C * 256);
  let at = 0;
  for (let n = 0; n < length; n++) {
    for (let c = 0; c < C; c++) {
      for (let pixel = 0; pixel < H * W; pixel++) counts[c * 256 + bytes[at++]]++;
    }
  }
  const M = length * H * W;
  const meanOf = (c: number, of: (value: number) => number) =>
    counts.subarray(c * 256, (c + 1) * 256).reduce((sum, count, byte) => sum + count * of(byte / 255), 0) / M;
  const channels = Array.from({ length: C }, (_, c) => c);
  const mean = channels.map((c) => meanOf(c, (value) => value));
  return { mean, std: channels.map((c) => Math.sqrt(meanOf(c, (value) => (value - mean[c]) ** 2))) };
}
