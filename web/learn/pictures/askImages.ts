/** Mean and deviation, asked of the training images that the site has. */
import { mnistFrom, normalizationOf } from 'receptive/data';
import { siteMnist } from '../../training/data.js';
import type { Questions } from './messages.js';

export async function askImages(
  { site, count }: Questions['normalization']['asked'],
  onProgress: (done: number, of: number) => void,
): Promise<Questions['normalization']['answer']> {
  const folder = siteMnist(site, { limit: count, testLimit: 1 }, ({ done, of }) => onProgress(done, of));
  const images = await mnistFrom(folder, { train: true, normalize: false });
  return { count: images.length, found: normalizationOf(images) };
}
