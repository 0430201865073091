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
    watch(index: number, every: number): void;
    testNow(): void;
    save(what: string): Promise<{ name: string; bytes: Uint8Array }>;
    readonly steps: Signal<readonly { step: number }[]>;
    readonly test: Signal<Test | null>;
    readonly inside: Signal<Inside | null>;
  };
  until(...states: string[]): Promise<string>;
  ran(): Ran;
}

/** Trains in the page, to the end. */
async function train(page: Page, given: ReturnType<typeof order>): Promise<Ran> {
  await page.evaluate((given) => (globalThis as unknown as Globals).trainer.start(given), given);
  expect(await page.evaluate(() => (globalThis as unknown as Globals).until('done'))).toBe('done');
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
});
