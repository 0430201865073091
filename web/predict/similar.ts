/** The training images that a network takes for similar to a picture. */
import { type Images, loadImages } from 'receptive/catalog';
import { DataLoader, type Dataset } from 'receptive/data';
import { features, nearest } from 'receptive/insight';
import { siteMnist } from '../training/data.js';
import { imageOf } from '../training/tested.js';
import type { Similar } from './messages.js';
import type { Network } from './network.js';

/** Training images, and what the network's last layer is given for each: (N, D). */
export interface Gallery {
  readonly dataset: Dataset;
  readonly features: Float32Array;
}

/** Images of a batch, and the multiply-adds of one at most: some hundredths of a second. */
const BATCH = 250;
const BATCH_COST = 2e8;
const SHOWN = 12;

/** `progress` hears of images done, and says whether to go on; if not, there is no gallery. */
export async function learnImages(
  { trained: { model, options }, backend, about }: Network,
  count: number,
  site: string,
  progress: (done: number, of: number) => boolean,
): Promise<Gallery | null> {
  const choice = { ...options, limit: count, augment: false };
  const folder = siteMnist(site, choice, () => {});
  const dataset = await loadImages(choice, folder, { train: true });
  const { length } = dataset;
  let rows: Float32Array | null = null;
  let done = 0;
  const cost = about.layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const batchSize = Math.max(1, Math.min(BATCH, Math.floor(BATCH_COST / cost)));
  for await (const [x] of new DataLoader(dataset, { batchSize, backend })) {
    using own = features(model, x);
    const [N, D] = own.shape;
    rows ??= new Float32Array(length * D);
    rows.set(await own.data(), done * D);
    x.release();
    done += N;
    if (!progress(done, length)) return null;
    await aTurn();
  }
  return { dataset, features: rows! };
}

/** Lets messages in. */
function aTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** The nearest by the angle between their features and those of the picture (D). */
export async function similarTo(gallery: Gallery, row: Float32Array, { normalize }: Images): Promise<Similar[]> {
  return Promise.all(
    nearest(row, gallery.features, { count: SHOWN }).map(async ({ index, distance }) => {
      const { image, target } = await imageOf(gallery.dataset, index, normalize);
      return { image, label: target, distance };
    }),
  );
}
