/** Training in a page of the site, as it is built: a run in the page is the run of the command. Needs `npm run build`. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
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
import { openFolder } from '../src/node/data.js';
import { findMnistFolder } from '../src/node/files.js';
import { createBackend, fit, manualSeed } from '../src/node/index.js';
import { isolation, policy } from '../web/vite.config.js';
import { hasChromium, launchChromium } from './browser/chromium.js';
import { type Site, serve } from './web/server.js';

/** As strict as a host can be: the policy, as a header, holds in workers, too. */
const strict = { ...isolation, 'Content-Security-Policy': policy };

let folder: string;
let launched: Promise<Browser> | undefined;
let site: Site;
let context: BrowserContext | undefined;
const complaints: string[] = [];

/** A page of the site with `Trainer` among its globals. */
async function open(path = 'train.html'): Promise<Page> {
  context ??= await (await launched!).newContext({ locale: 'en' });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${site.address}${path}`);
  const script = (await readdir(join(folder, 'site/assets'))).find((name) => /^trainer-.*\.js$/.test(name));
  await page.addScriptTag({ url: `${site.address}assets/${script}`, type: 'module' });
  return page;
}

const order = (options: Partial<RunOptions>, more: object = {}) => ({
  options: checkOptions(runOptions, { limit: 512, testLimit: 200, seed: 3, ...options }),
  epochs: 1,
  backend: 'wasm',
  threads: 1,
  files: null,
  checkpoint: null,
  keep: null,
  profile: false,
  ...more,
});

/** What tests look at of a run in a page. */
interface Ran {
  readonly losses: number[];
  readonly epochs: unknown[];
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
  readonly accuracy: number;
  readonly mistakes: readonly { index: number; probabilities: readonly number[]; target: number; predicted: number }[];
}

interface Inside {
  readonly step: number;
  readonly features: readonly Maps[];
  readonly filters: readonly Maps[];
  readonly gradients: readonly Maps[];
}

/** What `web/trainer.mjs` has given to the page. */
interface Globals {
  readonly trainer: {
    start(order: unknown): void;
    pause(): void;
    goOn(): void;
    oneStep(): void;
    end(): void;
    watch(index: number, every: number): void;
    testNow(): void;
    save(what: string): Promise<{ name: string; bytes: Uint8Array }>;
    readonly kept: Signal<number | null>;
    readonly notKept: Signal<string | null>;
    readonly kernels: Signal<readonly { kernel: string; milliseconds: number }[]>;
    readonly steps: Signal<readonly { step: number }[]>;
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
async function train(page: Page, given: ReturnType<typeof order>): Promise<Ran> {
  await page.evaluate((given) => (globalThis as unknown as Globals).trainer.start(given), given);
  await page.evaluate(() => (globalThis as unknown as Globals).until('done'));
  return page.evaluate(() => (globalThis as unknown as Globals).ran());
}

/** The same in Node, as the command does it. */
async function trainInNode({ options: asked, epochs }: ReturnType<typeof order>): Promise<Omit<Ran, 'failure'>> {
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
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-training-'));
    launched = launchChromium(folder);
    await build({
      configFile: fileURLToPath(new URL('../web/vite.config.ts', import.meta.url)),
      logLevel: 'warn',
      build: {
        outDir: join(folder, 'site'),
        emptyOutDir: true,
        rollupOptions: { input: [fileURLToPath(new URL('web/trainer.mjs', import.meta.url))] },
      },
    });
    site = await serve(join(folder, 'site'), strict);
    await launched;
  }, 120_000);

  afterEach(async () => {
    await context?.close();
    context = undefined;
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    try {
      await (await launched?.catch(() => null))?.close();
    } finally {
      site?.server.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  test('a run has the losses and the accuracies of the command, bit for bit', async () => {
    const given = order({ model: 'mnistNet' }, { epochs: 2 });
    const ran = await train(await open(), given);
    expect(ran.failure).toBe(null);
    expect(ran).toMatchObject(await trainInNode(given));
  });
  test('a run that is watched, tested, paused and taken step by step has the losses of one that is left alone', async () => {
    const given = order({ model: 'mnistDenseNet', limit: 24, batchSize: 6, testLimit: 10 }, { epochs: 2 });
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
      trainer.goOn();
      await until('done');
      const [test, inside] = [trainer.test.value!, trainer.inside.value!];
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
      step: 8,
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
      while (trainer.steps.value.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
      trainer.pause();
      await until('paused');
    }, given);

    const page = await open();
    const elsewhere = await page.evaluate(async (given) => {
      const { trainer, until, forget } = globalThis as unknown as Globals;
      trainer.start(given);
      const messageOf = (error: Error) => error.message;
      return [await until('done').catch(messageOf), await forget('run').catch(messageOf)];
    }, given);
    expect(elsewhere).toEqual(Array(2).fill('this run is being trained in another tab: go on there, or close it'));

    // What it trains after the pause is lost.
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
    expect([5, 6, 7, 9, 10, 11]).toContain(run.step);
    expect(ran.losses).toEqual(alone.losses.slice(run.step));
    expect(ran.epochs).toEqual(alone.epochs);
    expect(left).toEqual([]);
  });
});
