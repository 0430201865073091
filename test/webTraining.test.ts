/** Training in a page of the site, as it is built: a run in the page is the run of the command. Needs `npm run build`. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  completeRecipe,
  createNetwork,
  createRecipe,
  imagesOf,
  loadImages,
  type RunOptions,
  testLoader,
  trainingLoader,
} from '../src/catalog/index.js';
import { checkOptions, runOptions } from '../src/catalog/runOptions.js';
import { encodePng } from '../src/formats/index.js';
import { openFolder } from '../src/node/data.js';
import { findMnistFolder } from '../src/node/files.js';
import { createBackend, type EpochRecord, fit, manualSeed } from '../src/node/index.js';
import { hasChromium } from './browser/chromium.js';
import { run } from './command.js';
import { strict, Visitor } from './web/visitor.js';

let visitor: Visitor;
let home: string;

/** A page of the site with `Trainer` among its globals. */
async function open(path = 'train.html', address = home): Promise<Page> {
  const page = await visitor.newPage();
  // Another host than the machine itself isn't secure without https.
  if (address !== home) {
    visitor.trust(address);
    await page.route(`${address}**`, async (route) => {
      const response = await route.fetch({ url: route.request().url().replace(address, home) });
      const { 'cross-origin-opener-policy': _, ...headers } = response.headers(); // which Chromium complains of there
      await route.fulfill({ response, headers });
    });
  }
  await page.goto(`${address}${path}`);
  const script = (await readdir(join(visitor.site, 'assets'))).find((name) => /^trainerGlobals-.*\.js$/.test(name));
  await page.addScriptTag({ url: `${address}assets/${script}`, type: 'module' });
  return page;
}

const order = (options: Partial<RunOptions>, more: { epochs?: number; keep?: string } = {}) => ({
  options: checkOptions(runOptions, { limit: 512, testLimit: 200, seed: 3, ...options }),
  epochs: 1,
  backend: 'wasm',
  threads: 1,
  checkpoint: null as Uint8Array | null,
  keep: null as string | null,
  profile: false,
  ...more,
});

type Order = ReturnType<typeof order>;

/** What tests look at of a run in a page. */
interface Ran {
  readonly losses: number[];
  readonly epochs: EpochRecord[];
  readonly failure: string | null;
}

interface Signal<T> {
  readonly value: T;
}

interface Maps {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Test {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly mistakes: readonly { index: number; probabilities: readonly number[]; target: number; predicted: number }[];
}

interface Inside {
  readonly step: number;
  readonly features: readonly Maps[];
  readonly filters: readonly Maps[];
  readonly gradients: readonly Maps[];
}

/** What `web/trainerGlobals.mjs` has given to the page. */
interface Globals {
  readonly trainer: {
    start(order: unknown): void;
    pause(): void;
    goOn(): void;
    oneStep(): void;
    end(): void;
    setLr(lr: number): void;
    watch(index: number, every: number): void;
    testNow(): void;
    save(what: string): Promise<{ name: string; bytes: Uint8Array }>;
    readonly kept: Signal<number | null>;
    readonly notKept: Signal<string | null>;
    readonly kernels: Signal<readonly { kernel: string; milliseconds: number }[]>;
    readonly steps: Signal<readonly { step: number }[]>;
    readonly epochs: Signal<readonly EpochRecord[]>;
    readonly test: Signal<Test | null>;
    readonly inside: Signal<Inside | null>;
  };
  until(state: string): Promise<void>;
  ran(): Ran;
  keptRuns(): Promise<{ key: string; step: number; stepsPerEpoch: number; epochs: number }[]>;
  openKept(key: string): Promise<Uint8Array>;
  forget(key: string): Promise<void>;
}

/** Trains in the page, to the end. */
async function train(page: Page, given: Order, files: OwnFile[] | null = null): Promise<Ran> {
  await page.evaluate(
    async ({ given, files }) => {
      const { trainer, until } = globalThis as unknown as Globals;
      const own = files?.map(({ path, bytes }) => ({
        path,
        file: new File([Uint8Array.from(bytes)], path.split('/').at(-1)!),
      }));
      trainer.start({ ...given, files: own ?? null });
      await until('done').catch(() => {});
    },
    { given, files },
  );
  return page.evaluate(() => (globalThis as unknown as Globals).ran());
}

/** A file of the user's, as a page is sent it. */
interface OwnFile {
  readonly path: string;
  readonly bytes: number[];
}

const own = (path: string, bytes: Uint8Array): OwnFile => ({ path, bytes: Array.from(bytes) });

/** A batch of CIFAR-10 with N records, drawn by the seed. */
function cifarRecords(N: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: N * 3073 }, (_, i) =>
    i % 3073 === 0 ? (i / 3073 + seed) % 10 : (i * 7 + seed) % 251,
  );
}

function picture(width: number, height: number, shade: number): Uint8Array {
  return encodePng({ width, height, channels: 1, data: new Uint8Array(width * height).fill(shade) });
}

/** The PNG with another size in its header, (size, size). */
function withSize(png: Uint8Array, size: number): Uint8Array {
  const view = new DataView(png.buffer);
  view.setUint32(16, size);
  view.setUint32(20, size);
  view.setUint32(29, crc32(png.subarray(12, 29)));
  return png;
}

/** What the page finds on its test images. */
async function testedOn(page: Page): Promise<Test> {
  return page.evaluate(async () => {
    const { trainer } = globalThis as unknown as Globals;
    trainer.testNow();
    while (!trainer.test.value) await new Promise((resolve) => setTimeout(resolve, 5));
    return trainer.test.value;
  });
}

/** The same in Node, as the command does it. */
async function trainInNode({ options: asked, epochs }: Order): Promise<Omit<Ran, 'failure'>> {
  manualSeed(asked.seed);
  const backend = await createBackend('wasm', { threads: 1 });
  const data = openFolder(findMnistFolder());
  const training = await loadImages(asked, data, { train: true });
  const test = await loadImages(asked, data, { train: false });
  const model = createNetwork(asked, imagesOf(asked).shape, 10).to(backend);
  const loader = trainingLoader(model, training, asked.batchSize, backend);
  const length = { epochs, stepsPerEpoch: loader.length };
  const { optimizer, fit: recipe } = createRecipe(model.parameters(), completeRecipe(asked, length), length);
  const losses: number[] = [];
  const { epochs: records } = await fit(model, optimizer, loader, {
    epochs,
    ...recipe,
    validation: testLoader(model, test, backend),
    onStep: ({ loss }) => void losses.push(loss),
  });
  await backend.close();
  return { losses, epochs: [...records] };
}

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  visitor = new Visitor();
  beforeAll(async () => {
    home = await visitor.host(strict);
  });

  test('a run has the losses and the accuracies of the command, bit for bit', async () => {
    const given = order({ model: 'mnistNet' }, { epochs: 2 });
    const ran = await train(await open(), given);
    expect(ran.failure).toBe(null);
    expect(ran).toMatchObject(await trainInNode(given));
  });

  test('a run that is watched, tested, paused and taken step by step has the losses of one that is left alone', async () => {
    const given = order({ model: 'mnistDenseNet', limit: 24, batchSize: 6, testLimit: 10 }, { epochs: 3 });
    const page = await open();
    const alone = await train(page, given);
    const seen = await page.evaluate(async (given) => {
      const { trainer, until } = globalThis as unknown as Globals;
      const places: number[] = [];
      const place = () => places.push(trainer.steps.value.length);
      trainer.start(given);
      trainer.watch(7, 2);
      trainer.oneStep();
      await until('paused');
      place();
      for (let step = 0; step < 5; step++) {
        trainer.oneStep();
        await until('paused');
        place();
      }
      trainer.testNow();
      await trainer.save('weights');
      const test = trainer.test.value!;
      trainer.goOn();
      trainer.testNow(); // between two steps
      await until('done');
      const inside = trainer.inside.value!;
      return {
        places,
        test: { step: test.step, wrong: test.mistakes.length, accuracy: test.accuracy },
        inside: {
          step: inside.step,
          first: inside.features[0].shape,
          last: inside.features.at(-1)!.shape,
          areWhole: inside.features.every(({ shape, values }) => values.length === shape.reduce((a, b) => a * b)),
          convolutions: inside.filters.map(({ shape }) => shape.join('x')),
          areLearning: inside.gradients.map(({ values }) => values.some((value) => value !== 0)),
        },
      };
    }, given);
    expect(await page.evaluate(() => (globalThis as unknown as Globals).ran())).toEqual(alone);
    expect(seen.test).toEqual({ step: 6, wrong: 10 - 10 * seen.test.accuracy, accuracy: expect.any(Number) });
    const { convolutions, ...inside } = seen.inside;
    expect(inside).toEqual({
      step: 12,
      first: [24, 28, 28],
      last: [10],
      areWhole: true,
      areLearning: convolutions.map(() => true),
    });
    expect(convolutions.slice(0, 2)).toEqual(['24x3x3', '256x1x1']);
    expect(seen.places).toEqual(Array.from({ length: 6 }, (_, i) => i + 1));
  });

  test('a run whose tab was closed goes on in another one with the same losses, and in one tab at a time', async () => {
    const given = order({ model: 'mnistDenseNet', limit: 24, batchSize: 6, testLimit: 10 }, { epochs: 3, keep: 'run' });
    const closed = await open();
    const alone = await train(closed, { ...given, keep: null });
    await closed.evaluate(async (given) => {
      const { trainer, until } = globalThis as unknown as Globals;
      trainer.start(given);
      for (let step = 0; step < 5; step++) {
        trainer.oneStep();
        await until('paused');
      }
    }, given);

    const page = await open();
    const elsewhere = await page.evaluate(async (given) => {
      const { trainer, until, forget } = globalThis as unknown as Globals;
      trainer.start(given);
      const messageOf = (error: Error) => error.message;
      return [await until('done').catch(messageOf), await forget('run').catch(messageOf)];
    }, given);
    expect(elsewhere).toEqual(Array(2).fill('this run is being trained in another tab: go on there, or close it'));

    // What it trains now is lost with the tab, unless it comes to the end of an epoch.
    await closed.evaluate(() => (globalThis as unknown as Globals).trainer.goOn());
    await closed.close();
    const { run, ran, left } = await page.evaluate(async (given) => {
      const { trainer, until, ran, keptRuns, openKept, forget } = globalThis as unknown as Globals;
      const [run] = await keptRuns();
      trainer.start({ ...given, checkpoint: await openKept(run.key) });
      await until('done');
      const { notKept, kept } = trainer;
      trainer.end();
      await forget('run');
      return { run, ran: ran(), left: await keptRuns(), notKept: notKept.value, kept: kept.value };
    }, given);
    expect(run).toMatchObject({ key: 'run', stepsPerEpoch: 4, epochs: 3 });
    expect([5, 8]).toContain(run.step);
    expect(ran.losses).toEqual(alone.losses.slice(run.step));
    expect(ran.epochs).toEqual(alone.epochs);
    expect(left).toEqual([]);
  });

  test('a checkpoint goes from the page to the command, which tests it and trains on, and back', async () => {
    const given = order({ lr: 0.02, scheduler: 'StepLR:stepSize=1' });
    const page = await open();
    await train(page, given);
    const file = await page.evaluate(async () => {
      const { trainer } = globalThis as unknown as Globals;
      const { name, bytes } = await trainer.save('checkpoint');
      return { name, bytes: Array.from(bytes) };
    });
    expect(file.name).toBe('mnistNet-8-checkpoint.safetensors');
    await mkdir(join(visitor.folder, 'run'));
    await writeFile(join(visitor.folder, 'run/last.safetensors'), Uint8Array.from(file.bytes));
    const onPage = await testedOn(page);

    const evaluated = await run(visitor.folder, 'eval', '--weights', 'run/last.safetensors', '--backend', 'wasm');
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    expect(evaluated.stdout).toContain(`loss ${onPage.loss.toFixed(4)}`);
    expect(evaluated.stdout).toContain(`accuracy ${(100 * onPage.accuracy).toFixed(2)} %`);

    const asked = ['train', 'mnist', '--resume', '--out', 'run', '--epochs', '2', '--backend', 'wasm'];
    expect(await run(visitor.folder, ...asked)).toMatchObject({ code: 0, stderr: '' });
    const log = (await readFile(join(visitor.folder, 'run/log.jsonl'), 'utf8')).trim().split('\n');
    const going = await train(page, { ...given, epochs: 2, checkpoint: Uint8Array.from(file.bytes) });
    expect(going.losses).toEqual(log.map((line) => JSON.parse(line).loss));

    const bytes = await readFile(join(visitor.folder, 'run/last.safetensors'));
    const opened = await train(page, { ...given, epochs: 2, checkpoint: Uint8Array.from(bytes) });
    expect(opened.losses).toEqual([]);
    expect(opened.epochs).toEqual(going.epochs);
    expect((await testedOn(page)).loss).toBe(going.epochs[1].validation!.loss);
  });

  test('dropped files are trained on: CIFAR-10, a folder of pictures; what isn’t what it seems is said in a sentence', async () => {
    const page = await open();
    const cifar = Array.from({ length: 5 }, (_, i) => own(`cifar/data_batch_${i + 1}.bin`, cifarRecords(4, i)));
    const options = { model: 'resnet20', data: 'cifar10', batchSize: 8, limit: null, testLimit: null } as const;
    const small = await train(page, order(options), [...cifar, own('cifar/test_batch.bin', cifarRecords(4, 9))]);
    expect(small).toMatchObject({
      failure: null,
      losses: [expect.any(Number), expect.any(Number), expect.any(Number)],
    });

    const pictures = ['cat', 'dog'].flatMap((name, label) =>
      Array.from({ length: 5 }, (_, i) => own(`pets/${name}/${i}.png`, picture(40, 40 + i, 100 * label))),
    );
    const pets = order({ ...options, data: 'folder' });
    expect(await train(page, pets, pictures)).toMatchObject({ failure: null, losses: [expect.any(Number)] });

    const checkpoint = await page.evaluate(async () => {
      const { trainer } = globalThis as unknown as Globals;
      return Array.from((await trainer.save('checkpoint')).bytes);
    });
    const failures = async (given: Order, files: OwnFile[] | null) =>
      (await train(page, given, files)).failure ?? 'nothing failed';
    const broken = pictures.with(0, own('pets/cat/0.png', new Uint8Array(50)));
    expect(await failures(pets, broken)).toBe('pets/cat/0.png: is no PNG, JPEG or WebP file');
    const huge = pictures.map((file) => ({
      ...file,
      bytes: Array.from(withSize(Uint8Array.from(file.bytes), 10_000)),
    }));
    expect(await failures(pets, huge)).toMatch(/10000x10000 pixels are more than/);
    const again = { ...pets, epochs: 2, checkpoint: Uint8Array.from(checkpoint) };
    expect(await failures(again, pictures.with(0, own('pets/cat/new.png', picture(40, 40, 0))))).toBe(
      'these pictures aren’t those that the run began with: files were added, removed or renamed',
    );
    expect(await failures(again, pictures)).toBe('nothing failed');
    expect(await failures(order(options), cifar)).toBe('cifar10: what was dropped has no test_batch.bin');
    expect(await failures(order(options), null)).toBe('the site has no cifar10: drop its files on the page');
    expect(await failures(order({}), [own('train-images-idx3-ubyte', cifarRecords(1, 0))])).toMatch(/^IDX .*magic/);
  });

  test.each(['wasm', 'webgpu'])(
    '%s says what its kernels cost, and takes one step where one is asked for',
    async (backend) => {
      const given = { ...order({ limit: 64, batchSize: 8, testLimit: 10 }), backend, threads: 2, profile: true };
      const page = await open();
      const alone = await train(page, given);
      const { places, kernels } = await page.evaluate(async (given) => {
        const { trainer, until } = globalThis as unknown as Globals;
        const places: number[] = [];
        trainer.start(given);
        trainer.watch(3, 1);
        for (let step = 0; step < 3; step++) {
          trainer.oneStep();
          await until('paused');
          places.push(trainer.steps.value.length);
        }
        trainer.goOn();
        await until('done');
        return { places, kernels: trainer.kernels.value };
      }, given);
      expect(await page.evaluate(() => (globalThis as unknown as Globals).ran())).toEqual(alone);
      expect(places).toEqual([1, 2, 3]);
      const names = kernels.map(({ kernel }) => kernel);
      expect(names).toEqual(expect.arrayContaining(['maxPool2d.forward', 'relu.backward', 'sgd.forward']));
      expect(kernels[0].milliseconds).toBeGreaterThan(0);
      expect(kernels).toEqual([...kernels].sort((a, b) => b.milliseconds - a.milliseconds));
    },
  );
  test('on a page that isn’t secure, a run is paused, kept and has the same losses', async () => {
    const page = await open('train.html', 'http://school.test/a/path/');
    expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated])).toEqual([false, false]);
    const given = order({ limit: 128 }, { epochs: 2, keep: 'run' });
    const saved = await page.evaluate(async (given) => {
      const { trainer, until, keptRuns, forget } = globalThis as unknown as Globals;
      trainer.start({ ...given, threads: 8 });
      trainer.oneStep();
      await until('paused');
      trainer.goOn();
      await until('done');
      const runs = await keptRuns();
      trainer.end();
      await forget('run');
      return runs.map(({ key, step }) => ({ key, step }));
    }, given);
    expect(saved).toEqual([{ key: 'run', step: 4 }]);
    const ran = await page.evaluate(() => (globalThis as unknown as Globals).ran());
    expect(ran).toMatchObject(await trainInNode(given));
  });

  test('where the browser has no room for a run, it is trained all the same, and a sentence says that it isn’t kept', async () => {
    const page = await open();
    const { origin } = new URL(home);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
    const ran = await train(page, order({ limit: 128 }, { keep: 'run' }));
    expect(ran).toMatchObject({ failure: null, losses: [expect.any(Number), expect.any(Number)] });
    const { notKept, kept } = await page.evaluate(async () => {
      const { trainer, keptRuns } = globalThis as unknown as Globals;
      return { notKept: trainer.notKept.value, kept: await keptRuns() };
    });
    expect(notKept).toBe('the browser has no room left to keep this run: save it as a file');
    expect(kept).toEqual([]);
  });
});
