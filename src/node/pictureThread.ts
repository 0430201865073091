/** A thread that reads, decodes and transforms pictures; `tools/embed.mjs` makes a text of this, with which
 *  `pictureWorkers.ts` starts it. */
import { parentPort } from 'node:worker_threads';
import { makePicture, type PictureJob } from '../data/pictures.js';
import type { TensorImage } from '../data/transforms/index.js';
import type { Pixels } from '../formats/index.js';
import { readFile } from './files.js';

/** What is sent to the thread, which answers before it gets another. */
export interface PictureOrder {
  readonly path: string;
  readonly job: PictureJob;
}

/** What comes back. */
export type PictureAnswer =
  | { readonly image: Pixels | TensorImage }
  | { readonly error: { readonly name: string; readonly message: string } };

parentPort!.on('message', async ({ path, job }: PictureOrder) => {
  try {
    const image = await makePicture(await readFile(path), path, job);
    parentPort!.postMessage({ image } satisfies PictureAnswer, [image.data.buffer as ArrayBuffer]);
  } catch (error) {
    const { name = 'Error', message = String(error) } = error as Error;
    parentPort!.postMessage({ error: { name, message } } satisfies PictureAnswer);
  }
});
