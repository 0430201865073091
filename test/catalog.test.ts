/** What a run left is opened again, with the answers of `receptive eval`. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadImages, openCheckpoint, picturesKept, testLoader } from '../src/catalog/index.js';
import { DataLoader, ImageDataset, type ImageFolder, prepareDigit } from '../src/data/index.js';
import { serializeSafetensors } from '../src/formats/index.js';
import { openFolder } from '../src/node/data.js';
import { createBackend, FormatError, fit, models, optim } from '../src/node/index.js';
import { defaultGenerator, manualSeed } from '../src/tensor/random.js';
import { type CheckpointStore, evaluate } from '../src/training/index.js';
import { smallMnist } from './smallMnist.js';

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;

let dir: string;
let weights: string;
let bytes: Uint8Array;

async function receptive(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [MAIN, ...args])).stdout;
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'receptive-catalog-'));
  dir = await smallMnist(folder);
  const out = join(folder, 'run');
  await receptive('train', 'mnist', '--data-dir', dir, '--epochs', '2', '--seed', '3', '--out', out);
  weights = join(out, 'last.safetensors');
  bytes = await readFile(weights);
});

test('the network has its weights, its options, its images and its epochs, and the accuracy of receptive eval', async () => {
  const { model, options, images, epochs, position } = await openCheckpoint(bytes);
  expect(options).toMatchObject({
    model: 'mnistNet',
    data: 'mnist',
    dataDir: dir,
    batchSize: 64,
    seed: 3,
    depth: null,
  });
  expect(images).toEqual({
    shape: [1, 28, 28],
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    normalize: { mean: [0.1307], std: [0.3081] },
    adopt: prepareDigit,
  });
  expect(position).toEqual({ epoch: 2, stepInEpoch: 0, step: 6 });
  const backend = await createBackend('reference');
  const test = await loadImages(options, openFolder(dir), { train: false });
  const { loss, accuracy, confusion } = await evaluate(model.to(backend), testLoader(model, test, backend));
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(epochs[1].validation?.accuracy).toBe(accuracy);
  expect(Math.abs(loss - epochs[1].validation!.loss)).toBeLessThan(1e-4);
  const said = await receptive('eval', '--weights', weights, '--backend', 'reference');
  expect(said).toContain(`test loss ${loss.toFixed(4)}, test accuracy ${(100 * accuracy).toFixed(2)} %`);
  const counts = confusion.map((row) => row.map((count) => count || '·').join(' '));
  expect(said.replace(/ +/g, ' ')).toContain(`0 │ ${counts[0]} │`);
});

test('opening draws from no generator', async () => {
  manualSeed(5);
  const before = defaultGenerator.getState();
  await openCheckpoint(bytes);
  expect(defaultGenerator.getState()).toEqual(before);
});

/** The checkpoint of a run of one's own, on a blank image, which says `about` itself. */
async function checkpointAbout(about: Record<string, unknown>): Promise<Uint8Array> {
  const backend = await createBackend('reference');
  const model = models.mnistNet().to(backend);
  const image = new ImageDataset(new Uint8Array(784), Uint8Array.of(1), [1, 28, 28]);
  const saved: Uint8Array[] = [];
  const checkpoints: CheckpointStore = { save: async (_, file) => void saved.push(file) };
  const loader = new DataLoader(image, { batchSize: 1, backend });
  await fit(model, new optim.SGD(model.parameters(), { lr: 0.1 }), loader, { epochs: 1, checkpoints, about });
  return saved[0];
}

describe('refused with one line', () => {
  const refusal = async (file: Uint8Array) => {
    const error = await openCheckpoint(file, 'some.safetensors').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).not.toContain('\n');
    return error.message as string;
  };

  test('bytes that are no checkpoint, and one that is damaged', async () => {
    expect(await refusal(new Uint8Array())).toContain('some.safetensors');
    expect(await refusal(new TextEncoder().encode('not a checkpoint at all'))).toContain('some.safetensors');
    expect(await refusal(serializeSafetensors(new Map(), {}))).toContain("isn't a checkpoint");
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 9] ^= 1;
    expect(await refusal(damaged)).toContain('damaged');
    for (const length of [7, 100, bytes.length - 1]) expect(await refusal(bytes.subarray(0, length))).toContain('some');
  });

  test.each([
    [{}, "some.safetensors: this checkpoint doesn't say which network of the catalog it is of"],
    [{ model: 'net9000' }, "some.safetensors: its run's model must be one of mnistNet, "],
    [{ model: 'mnistNet', data: 'pets' }, "some.safetensors: its run's data must be one of mnist, "],
    [{ model: 'mnistNet', imageSize: 32 }, 'some.safetensors: mnistNet takes images of 28x28 and no others'],
    [{ model: 'residualNet' }, 'some.safetensors: loadStateDict: missing keys: rblock1.'],
  ])('a run about %j', async (about, message) => {
    expect(await refusal(await checkpointAbout(about))).toContain(message);
  });
});

test('what is kept of pictures can be told of any number of them', () => {
  const files = Array.from({ length: 40_000 }, (_, i) => `class/${i}.jpg`);
  const kept = picturesKept({ classes: ['class'], files } as unknown as ImageFolder);
  const others = picturesKept({ classes: ['class'], files: files.toReversed() } as unknown as ImageFolder);
  expect(kept.pictures).not.toBe(others.pictures);
});
