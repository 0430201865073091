/** A folder of pictures as a dataset: which files and classes it finds, what it refuses, and that its images are the same on any number of
 *  threads. */
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as browser from '../src/browser/data.js';
import {
  DataLoader,
  decodeImage,
  type Folder,
  imageFolder,
  openFolder,
  subfolder,
  transforms,
} from '../src/node/data.js';
import { readFile } from '../src/node/files.js';
import { PictureWorkers } from '../src/node/pictureWorkers.js';
import { manualSeed } from '../src/tensor/random.js';

const pictures = fileURLToPath(new URL('golden/pictures/', import.meta.url));
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'receptive-folder-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Files by their names, each a copy of one of the fixtures, or of these bytes. */
async function make(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    if (typeof content === 'string') await copyFile(join(pictures, content), join(dir, name));
    else await writeFile(join(dir, name), content);
  }
}

const pets = {
  'cat/1.jpg': 'colour.jpg',
  'cat/10.JPG': 'grey.jpg',
  'cat/2.png': 'mislabelled.png',
  'cat/inside/a.webp': 'lossy.webp',
  'cat/notes.txt': new TextEncoder().encode('soft'),
  'cat/.hidden.jpg': new Uint8Array(),
  'dog/1.jpeg': 'orientation6.jpg',
  'dog/2.png': 'colour.png',
  'dog/3.webp': 'lossless.webp',
  '.git/x.jpg': new Uint8Array(),
  'readme.png': 'colour.png',
};

test('classes are the names of the folders, and files are found below them', async () => {
  await make(pets);
  const dataset = await imageFolder(dir, { size: 8 });
  expect(dataset.classes).toEqual(['cat', 'dog']);
  expect(dataset.files).toEqual([
    'cat/1.jpg',
    'cat/10.JPG',
    'cat/2.png',
    'cat/inside/a.webp',
    'dog/1.jpeg',
    'dog/2.png',
    'dog/3.webp',
  ]);
  expect([dataset.length, dataset.shape, dataset.counts(), dataset.ignored]).toEqual([7, [3, 8, 8], [4, 3], 2]);
  expect(dataset.files.map((_, index) => dataset.label(index))).toEqual([0, 0, 0, 0, 1, 1, 1]);
  expect((await imageFolder(dir, { size: 8, extensions: ['.webp'] })).files).toEqual([
    'cat/inside/a.webp',
    'dog/3.webp',
  ]);
});

test('an image is the picture, resized on its shorter side, cut in the middle and normalised', async () => {
  await make(pets);
  const normalize = { mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7] };
  const dataset = await imageFolder(dir, { size: 8, normalize });
  const out = new Float32Array(3 * 64 + 2).fill(7);
  for (const index of [0, 1, 4]) {
    const name = dataset.files[index];
    expect(await dataset.read(index, out, 1)).toBe(dataset.label(index));
    const whole = await decodeImage(await readFile(join(dir, name)), name);
    const small = new transforms.CenterCrop(8).apply(new transforms.Resize(8).apply(whole));
    const expected = Float32Array.from({ length: 3 * 64 }, (_, i) => {
      const c = Math.floor(i / 64);
      const byte = small.data[(i % 64) * small.channels + (small.channels === 1 ? 0 : c)];
      const f = Math.fround;
      return f(f(f(byte / 255) - f(normalize.mean[c])) / f(normalize.std[c]));
    });
    expect(out.subarray(1, -1)).toEqual(expected);
  }
  expect([out[0], out.at(-1)]).toEqual([7, 7]);
});

test('grey, other sides, values from 0 to 1', async () => {
  await make(pets);
  const dataset = await imageFolder(dir, { size: [6, 10], channels: 1, normalize: false });
  const out = new Float32Array(60);
  await dataset.read(5, out, 0);
  const { data } = new transforms.Resize([6, 10]).apply(await decodeImage(await readFile(join(dir, 'dog/2.png'))));
  const grey = Array.from(
    { length: 60 },
    (_, p) => 0.299 * data[3 * p] + 0.587 * data[3 * p + 1] + 0.114 * data[3 * p + 2],
  );
  // Grey is made before the picture is resized: both round to bytes.
  for (let p = 0; p < 60; p++) expect(Math.abs(255 * out[p] - grey[p])).toBeLessThan(2);
});

const random = new transforms.Compose([
  new transforms.RandomResizedCrop(8),
  new transforms.RandomHorizontalFlip(),
  new transforms.ColorJitter({ brightness: 0.5 }),
]);
/** One of one's own, which threads know nothing of. */
const own: transforms.Transform = { apply: (image, generator) => random.apply(image, generator) };

async function valuesOf(options: Omit<Parameters<typeof imageFolder>[1], 'size'>): Promise<unknown[]> {
  manualSeed(3);
  const loader = new DataLoader(await imageFolder(dir, { size: 8, ...options }), { batchSize: 3, shuffle: true });
  const values: unknown[] = [];
  for (let pass = 0; pass < 2; pass++) for await (const [x, y] of loader) values.push([...(await x.data())], [...y]);
  return values;
}

test('images are the same on any number of threads, and others in every pass', async () => {
  await make(pets);
  const values = await valuesOf({ transform: random });
  for (const workers of [1, 2, 3]) expect(await valuesOf({ transform: random, workers })).toEqual(values);
  expect(await valuesOf({ transform: own, workers: 2 })).toEqual(values);
  const whole = [...(values[0] as number[])].sort();
  expect([...(values[6] as number[])].sort()).not.toEqual(whole);
});

test('every transform arrives on a thread as it was sent', async () => {
  await make(pets);
  const { Compose, ...kinds } = transforms;
  const first = [
    new kinds.RandomRotation([-20, 10], { fill: [1, 2, 3] }),
    new kinds.Resize(12, { interpolation: 'bicubic' }),
    new kinds.RandomCrop([12, 12], { padding: 2, fill: 9 }),
    new kinds.CenterCrop(8),
    new kinds.RandomHorizontalFlip({ p: 0.3 }),
    new kinds.ColorJitter({ hue: 0.1, contrast: [0.5, 2] }),
  ];
  const then = [
    new kinds.ToTensor(),
    new kinds.Normalize([0.5, 0.5, 0.5], [1, 2, 3]),
    new kinds.RandomErasing({ p: 1 }),
  ];
  const transform = new Compose([new Compose(first), ...then]);
  expect(await valuesOf({ transform, workers: 1 })).toEqual(await valuesOf({ transform }));
});

test("a split has no picture twice, takes its share of each class, and is the seed's", async () => {
  const names = Array.from({ length: 10 }, (_, i) => `cat/${i}.png`);
  await make({ ...Object.fromEntries(names.map((name) => [name, 'colour.png'])), 'dog/1.png': 'colour.png' });
  await make({ 'fish/1.png': 'colour.png', 'fish/2.png': 'colour.png' });
  const dataset = await imageFolder(dir, { size: 8 });
  const [training, validation] = dataset.split(0.2, 5);
  expect([training.counts(), validation.counts()]).toEqual([
    [8, 1, 1],
    [2, 0, 1],
  ]);
  expect([...training.files, ...validation.files].sort()).toEqual([...dataset.files].sort());
  expect(dataset.split(0.2, 5)[1].files).toEqual(validation.files);
  expect(dataset.split(0.2, 6)[1].files).not.toEqual(validation.files);
  expect(await training.read(8, new Float32Array(192), 0)).toBe(1);
  expect(() => dataset.split(1, 0)).toThrow('share must be between 0 and 1, but is 1');
});

test.each<[string, Record<string, string | Uint8Array>, string]>([
  ['no folders', { '1.jpg': 'colour.jpg' }, 'has no folders: it needs one for each class'],
  ['one class', { 'cat/1.jpg': 'colour.jpg' }, "has one class only, 'cat': there is nothing to tell apart"],
  [
    'an empty class',
    { 'cat/1.jpg': 'colour.jpg', 'dog/notes.txt': new Uint8Array(1) },
    'dog has no pictures named *.jpg, *.jpeg, *.png, *.webp',
  ],
])('%s is an error before anything is decoded', async (_, files, message) => {
  await make(files);
  await expect(imageFolder(dir, { size: 8 })).rejects.toThrow(message);
});

test('a name that is no UTF-8, a link to nothing, a folder that is not there', async () => {
  await make(pets);
  const name = Buffer.from([0x63, 0xe9, 0x2e, 0x6a, 0x70, 0x67]); // c, é in Latin-1, .jpg
  await writeFile(Buffer.concat([Buffer.from(`${dir}/cat/`), name]), '');
  await expect(imageFolder(dir, { size: 8 })).rejects.toThrow(/cat\/c\ufffd\.jpg can't be read: its name isn't UTF-8/);
  await rm(join(dir, 'cat'), { recursive: true });
  await make({ 'cat/1.jpg': 'colour.jpg' });
  await symlink(join(dir, 'nowhere'), join(dir, 'cat/2.jpg'));
  await expect(imageFolder(dir, { size: 8 })).rejects.toThrow("cat/2.jpg can't be read: there is no such file");
  await expect(imageFolder(join(dir, 'pets'), { size: 8 })).rejects.toThrow(
    "pets can't be read: there is no such file",
  );
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is an error at once', async () => {
  await make(pets);
  await chmod(join(dir, 'cat/1.jpg'), 0);
  await expect(imageFolder(dir, { size: 8 })).rejects.toThrow("cat/1.jpg can't be read: permission is missing");
});

test('links are followed, but not in a circle', async () => {
  await make({ 'cat/1.jpg': 'colour.jpg', 'dog/1.jpg': 'colour.jpg' });
  await symlink(dir, join(dir, 'cat/up'));
  await symlink('.', join(dir, 'dog/self'));
  await symlink('../cat/1.jpg', join(dir, 'dog/cat.jpg'));
  await mkdir(join(dir, 'dog/more'));
  await symlink('../../cat', join(dir, 'dog/more/cats'));
  expect((await imageFolder(dir, { size: 8 })).files).toEqual([
    'cat/1.jpg',
    'dog/1.jpg',
    'dog/cat.jpg',
    'dog/more/cats/1.jpg',
  ]);
});

test.each([0, 2])(
  'a damaged file is an error that names it, or left out if that is asked for (%d workers)',
  async (workers) => {
    const cut = (await readFile(join(pictures, 'colour.jpg'))).subarray(0, 500);
    await make({ ...pets, 'dog/0.jpg': cut, 'cat/0.png': new Uint8Array() });
    const dataset = await imageFolder(dir, { size: 8, workers });
    const read = dataset.read(5, new Float32Array(192), 0);
    await expect(read).rejects.toThrow(`JPEG ${dir}/dog/0.jpg: ends before its end-of-image marker`);
    await expect(read).rejects.toMatchObject({ name: 'FormatError' });
    const sound = await imageFolder(dir, { size: 8, workers, skipDamaged: true });
    expect(sound.length).toBe(7);
    expect(sound.damaged).toEqual([
      `${dir}/cat/0.png: is empty`,
      `JPEG ${dir}/dog/0.jpg: ends before its end-of-image marker`,
    ]);
    await make({ 'bird/1.jpg': cut });
    await expect(imageFolder(dir, { size: 8, workers, skipDamaged: true })).rejects.toThrow(
      'bird has no pictures that can be read',
    );
  },
);

test.each([0, 1])('a file that is gone meanwhile, and one that is too large (%d workers)', async (workers) => {
  await make(pets);
  const dataset = await imageFolder(dir, { size: 8, workers, maxPixels: 300 });
  await expect(dataset.read(0, new Float32Array(192), 0)).rejects.toThrow('24x16 pixels are more than');
  await rm(join(dir, 'cat/1.jpg'));
  await expect(dataset.read(0, new Float32Array(192), 0)).rejects.toThrow(`${dir}/cat/1.jpg`);
});

test('a transform that gives another size is an error with both', async () => {
  await make(pets);
  const dataset = await imageFolder(dir, { size: 8, transform: new transforms.Resize(9) });
  await expect(dataset.read(0, new Float32Array(192), 0)).rejects.toThrow(
    `ImageFolder: transform gives (3, 9, 13) for ${dir}/cat/1.jpg, not (3, 8, 8)`,
  );
});

test('a thread that dies is an error for all that are wanted, and no hang', async () => {
  await make(pets);
  const workers = new PictureWorkers(dir, 2);
  const job = { name: 'cat/1.jpg', channels: 3, transform: null, seed: 0, index: 0 } as const;
  await workers.read(job);
  // A thread dies of what isn't an order at all.
  const post = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker) {
    post.mockRestore();
    this.postMessage(null);
  });
  const results = await Promise.allSettled([job, job, job, job].map((wanted) => workers.read(wanted)));
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(death) } });
  await expect(workers.read(job)).rejects.toThrow(death);
});
const death = /^imageFolder: a thread that decodes pictures ended at .*cat\/1\.jpg: .*null/;

test('threads end some seconds after the pass, and start again with the next', async () => {
  await make(pets);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const posts = vi.spyOn(Worker.prototype, 'postMessage');
  try {
    const loader = new DataLoader(await imageFolder(dir, { size: 8, workers: 2 }), { batchSize: 4 });
    for (let pass = 0; pass < 2; pass++) {
      posts.mockClear();
      for await (const _ of loader);
      const threads = [...new Set(posts.mock.contexts as Worker[])];
      expect(threads).toHaveLength(2);
      expect(threads.map(({ threadId }) => threadId)).not.toContain(-1);
      vi.advanceTimersByTime(10_000);
      await Promise.all(threads.map((thread) => thread.threadId === -1 || once(thread, 'exit')));
    }
  } finally {
    vi.useRealTimers();
    posts.mockRestore();
  }
});

test('a folder within another, and one that can not be listed', async () => {
  await make({ 'train/cat/1.jpg': 'colour.jpg', 'train/dog/1.jpg': 'colour.jpg', 'training/x/1.jpg': 'colour.jpg' });
  const train = subfolder(openFolder(dir), 'train');
  const dataset = await imageFolder(train, { size: 8 });
  expect(dataset.files).toEqual(['cat/1.jpg', 'dog/1.jpg']);
  expect(await dataset.read(1, new Float32Array(192), 0)).toBe(1);
  const remote: Folder = { path: 'https://example.org/pets', read: async () => null };
  await expect(imageFolder(remote, { size: 8 })).rejects.toThrow(
    "imageFolder: https://example.org/pets can't be listed: a folder at a URL doesn't say what is in it",
  );
});

test.each([
  [{ size: 0 }, 'size'],
  [{ size: 8, channels: 2 as 1 }, 'channels must be 1 or 3, but is 2'],
  [{ size: 8, workers: 1.5 }, 'workers must be a whole number ≥ 0, but is 1.5'],
  [{ size: 8, classes: ['cat'] }, "has a folder 'dog', which isn't one of the classes cat"],
  [{ size: 8, normalize: { mean: [0], std: [1] } }, '1 means and 1 deviations for 3 channels'],
  [{ size: 8, worker: 1 } as { size: number }, 'worker'],
])('case %#: options that make no sense', async (options, message) => {
  await make(pets);
  await expect(imageFolder(dir, options)).rejects.toThrow(message);
});

test('in a browser, the files of a folder that a person picked', async () => {
  await make(pets);
  const dataset = await imageFolder(dir, { size: 8 });
  const files = [...dataset.files, 'notes.txt'].reverse().map((path) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    webkitRelativePath: `my pets/${path}`,
    arrayBuffer: async () => (await readFile(join(dir, path))).slice().buffer as ArrayBuffer,
  }));
  const picked = await browser.imageFolder(files, { size: 8 });
  expect([picked.files, picked.classes, picked.ignored]).toEqual([dataset.files, dataset.classes, 1]);
  for (let index = 0; index < dataset.length; index++) {
    const [one, other] = [new Float32Array(192), new Float32Array(192)];
    expect(await picked.read(index, one, 0)).toBe(await dataset.read(index, other, 0));
    expect(one).toEqual(other);
  }
  await expect(
    browser.imageFolder([{ ...files[0], name: '1.jpg', webkitRelativePath: '' }], { size: 8 }),
  ).rejects.toThrow('imageFolder: files has no folders: it needs one for each class');
});
