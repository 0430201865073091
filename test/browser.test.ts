/**
 * The backends in a real browser, from a production build by Vite without configuration: every kernel keeps its laws, in a page
 * and in a worker; WASM with and without threads, WebGPU on an adapter that computes on the CPU. Needs `npm run build`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackendOptions } from '../src/backends/create.js';
import { loadImages, openCheckpoint, testLoader } from '../src/catalog/index.js';
import { openFolder } from '../src/node/data.js';
import { createBackend, noGrad, scoresOf } from '../src/node/index.js';
import { type OperationName, operationNames } from '../src/ops/index.js';
import { lawsFor, reference } from '../src/testing/index.js';
import { hasChromium, launchChromium } from './browser/chromium.js';
import type { Page as PageScript } from './browser/page.js';
import type { Call, Choice, Suite, Training } from './browser/suite.js';
import { smallMnist } from './smallMnist.js';

const runs = 20;
const seed = 20;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What makes a page cross-origin isolated, so that it may share memory with workers. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

let folder: string;
let launched: Promise<Browser> | undefined;
const servers: Server[] = [];

/** A page that is served with these headers, and has its scripts from the same origin, or from another. */
async function open(browser: Browser, headers: Readonly<Record<string, string>>, assets = ''): Promise<Page> {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url!, 'http://localhost');
    const path = join(folder, 'site', pathname === '/' ? 'index.html' : pathname);
    try {
      const content = await readFile(path);
      const type = types[extname(path)] ?? 'application/octet-stream';
      const isPage = assets !== '' && type === 'text/html';
      response
        .writeHead(200, { 'Content-Type': type, ...headers })
        .end(isPage ? content.toString().replaceAll('./assets/', `${assets}/assets/`) : content);
    } catch {
      response.writeHead(404).end();
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return page;
}

const wasm = (options?: BackendOptions): Choice => ({ name: 'wasm', options });
const webgpu: Choice = { name: 'webgpu' };

/** What each of these operations is to be held to. */
const lawsOf = (names: readonly OperationName[]) =>
  Object.fromEntries(names.map((name) => [name, lawsFor(name, reference)]));

/** Runs the command, and gives what it prints. */
async function receptive(...args: string[]): Promise<string> {
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  return (await promisify(execFile)(process.execPath, [main, ...args])).stdout;
}

type Where = Exclude<keyof PageScript, symbol>;

/** Calls a function of `browser/suite.ts` in a page, itself or in a worker of its own. */
function call<Name extends keyof Suite>(page: Page, where: Where, name: Name, ...args: Parameters<Suite[Name]>) {
  const message: Call = { name, args };
  return page.evaluate(([where, message]) => (globalThis as unknown as PageScript)[where](message), [
    where,
    message,
  ] as const) as ReturnType<Suite[Name]>;
}

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  let plain: Page;
  let isolated: Page;
  let fromElsewhere: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-browser-'));
    await build({
      root: fileURLToPath(new URL('./browser/', import.meta.url)),
      configFile: false,
      logLevel: 'warn',
      base: './',
      // The kit, with fast-check in it, is large.
      build: { outDir: join(folder, 'site'), emptyOutDir: true, chunkSizeWarningLimit: 1000 },
    });
    launched = launchChromium(folder);
    const browser = await launched;
    plain = await open(browser, {});
    isolated = await open(browser, isolation);
    const openToAll = {
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    };
    const assets = new URL((await open(browser, openToAll)).url()).origin;
    fromElsewhere = await open(browser, isolation, assets);
  }, 120_000);

  afterAll(async () => {
    try {
      // Also one whose launch took longer than the hook above may.
      const browser = await launched?.catch(() => null);
      await browser?.close();
    } finally {
      for (const server of servers) server.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  const relaxed = { build: 'relaxed', threads: 1 };
  const relaxedThreads = { build: 'relaxed-threads', threads: 2 };
  const simd = { build: 'simd', threads: 1 };
  const settings: [string, () => Page, Where, BackendOptions, typeof relaxed][] = [
    ['a page', () => plain, 'answer', {}, relaxed],
    ['an isolated page', () => isolated, 'answer', { threads: 2 }, relaxedThreads],
    ['a worker of an isolated page', () => isolated, 'answerInWorker', { threads: 2 }, relaxedThreads],
    ['a page, without relaxed SIMD', () => plain, 'answer', { relaxedSimd: false }, simd],
  ];

  test.each(settings)(`all kernels keep their laws in %s (${runs} problems each, seed ${seed})`, async (...setting) => {
    const [, page, where, options, expected] = setting;
    const { laws, broken, ...started } = await call(page(), where, 'checkLaws', wasm(options), operationNames, {
      runs,
      seed,
    });
    expect(started).toEqual(expected);
    expect(broken).toEqual([]);
    expect(laws).toEqual(lawsOf(operationNames));
  });

  test.each([
    ['', () => isolated],
    [' whose scripts are from another origin', () => fromElsewhere],
  ])('an isolated page%s gets a thread for each core by itself', async (_, page) => {
    const { threads, cores } = await call(page(), 'answer', 'start', wasm());
    expect(threads).toBe(cores);
  });

  test.each(['answer', 'answerInWorker'] as const)('threads are refused without isolation: %s', async (where) => {
    await expect(call(plain, where, 'start', wasm({ threads: 2 }))).rejects.toThrow(
      /2 threads need shared memory.*COOP same-origin, COEP require-corp/,
    );
  });

  test.each([true, false])(
    'training has the same bits on 1 and 2 threads, with relaxedSimd: %s',
    async (relaxedSimd) => {
      const training: Training = { net: 'mnistNet', N: 64, lr: 0.1, steps: 20, seed };
      const one = await call(isolated, 'answer', 'train', wasm({ threads: 1, relaxedSimd }), training);
      const two = await call(isolated, 'answer', 'train', wasm({ threads: 2, relaxedSimd }), training);
      expect([one.threads, two.threads]).toEqual([1, 2]);
      expect(two.build).toBe(`${one.build}-threads`);
      expect(two.losses).toEqual(one.losses);
      expect(one.losses).toHaveLength(20);
      expect(one.losses.at(-1)).toBeLessThan(one.losses[0]);
    },
  );

  // Every device compiles its shaders anew, which takes an adapter on the CPU longer than the problems do.
  const some: OperationName[] = ['conv2d', 'batchNorm2d', 'maxPool2d', 'crossEntropy'];
  const onWebGPU: [string, Where, readonly OperationName[]][] = [
    ['all kernels keep their laws in a page', 'answer', operationNames],
    ['some kernels keep their laws in a worker', 'answerInWorker', some],
  ];

  test.each(onWebGPU)(
    `on WebGPU, %s (5 problems each, seed ${seed})`,
    async (_, where, names) => {
      const options = { runs: 5, seed };
      const { laws, broken } = await call(plain, where, 'checkLaws', webgpu, names, options);
      expect(broken).toEqual([]);
      expect(laws).toEqual(lawsOf(names));
    },
    400_000,
  );

  test.each(['mnistNet', 'inceptionNet', 'residualNet'] as const)(
    'on WebGPU, %s has the losses of the reference',
    async (net) => {
      const training: Training = { net, N: 4, lr: 0.01, steps: 20, seed };
      const { losses: ours } = await call(plain, 'answer', 'train', webgpu, training);
      const { losses: theirs } = await call(plain, 'answer', 'train', { name: 'reference' }, training);
      expect(ours).toHaveLength(20);
      ours.forEach((loss, i) => {
        expect(Math.abs(loss - theirs[i]) / theirs[i], `step ${i + 1}`).toBeLessThan(1e-3);
      });
      expect(theirs.at(-1)).toBeLessThan(theirs[0]);
    },
  );

  test.each([
    ['in a page', () => plain, 'answer'],
    ['in a worker of an isolated page', () => isolated, 'answerInWorker'],
  ] as const)(
    '%s, a checkpoint of receptive train opens, with the scores of Node and of receptive eval',
    async (_, page, where) => {
      const run = await mkdtemp(join(folder, 'site', 'run-'));
      const dir = await smallMnist(join(folder, 'site'));
      const weights = join(run, 'best.safetensors');
      await receptive('train', 'mnist', '--data-dir', dir, '--out', run, '--no-relaxed-simd');
      const said = await receptive('eval', '--weights', weights, '--backend', 'wasm', '--no-relaxed-simd');

      const choice = wasm({ threads: 1, relaxedSimd: false });
      const url = (path: string) => `/${relative(join(folder, 'site'), path)}`;
      const there = await call(page(), where, 'testCheckpoint', choice, url(weights), url(dir));
      const [, loss, accuracy] = /test loss ([\d.]+), test accuracy ([\d.]+) %/.exec(said)!.map(Number);
      expect(Math.abs(there.loss - loss)).toBeLessThan(1e-4);
      expect(Math.abs(there.loss - there.epochs[0].validation!.loss)).toBeLessThan(1e-4);
      expect(100 * there.accuracy).toBeCloseTo(accuracy);

      const { model, options, images } = await openCheckpoint(await readFile(weights));
      const backend = await createBackend('wasm', choice.options);
      const loader = testLoader(
        model.to(backend),
        await loadImages(options, openFolder(dir), { train: false }),
        backend,
      );
      const [x] = (await loader.batches().next()).value!;
      const scores = noGrad(() => scoresOf(model.eval().forward(x)));
      expect(there.scores).toHaveLength(10 * images.classes.length);
      expect(there.scores).toEqual(Array.from(await scores.data()));
      expect(there.classes).toEqual(images.classes);
      await backend.close();
    },
  );
});
