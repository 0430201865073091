/** The front page and what holds for all pages of the site, as it is built: a network learns after one click; the site works offline,
 *  and with threads on a host that can't send headers; a new version takes the place of the old one whole. Needs `npm run build`. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeServiceWorker } from '../tools/serviceWorker.mjs';
import { isolation, policy } from '../web/vite.config.js';
import { hasChromium, launchChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { placeSite } from './web/builtSite.js';
import { type Site, serve } from './web/server.js';

const pages = [
  '',
  'learn.html',
  'reference.html',
  'source.html',
  'train.html',
  'race.html',
  'predict.html',
  'bench.html',
  'check.html',
];

let folder: string;
let browser: Browser;
let context: BrowserContext | undefined;
const sites: Site[] = [];
const complaints: string[] = [];
/** How often the page has been loaded. */
let loads = 0;

/** A host of the site in this folder, with the headers that it can send. */
async function host(name: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const site = await serve(join(folder, name), headers);
  sites.push(site);
  return site.address;
}

async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext({ locale: 'en', ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  loads = 0;
  page.on('load', () => loads++);
  const { origin } = new URL(address);
  context.on('request', (request) => {
    const url = request.url().replace(/^blob:/, '');
    if (!url.startsWith(`${origin}/`)) complaints.push(url);
  });
  await page.goto(address);
  return page;
}

/** Nothing is evaluated in the page before, as a page takes that for a visitor who has begun something. */
const reloaded = () => expect.poll(() => loads, { timeout: 30_000 }).toBe(2);
const isControlled = (page: Page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null);
const isIsolated = (page: Page) => page.evaluate(() => crossOriginIsolated);
const train = (page: Page) => page.getByRole('button', { name: /^Train/ }).click();
const has = (page: Page, path: string) =>
  page.evaluate(
    (path) =>
      fetch(path).then(
        ({ ok }) => ok,
        () => false,
      ),
    path,
  );

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receptive-front-'));
    const launched = launchChromium(folder);
    await placeSite(join(folder, 'site'));
    browser = await launched;
  }, 120_000);

  afterEach(async () => {
    await context?.close();
    context = undefined;
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    try {
      await browser?.close();
    } finally {
      for (const { server } of sites) server.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  test('one click trains a network; then all pages work without a connection, with threads that the host knows nothing of', async () => {
    const address = await host('site');
    const page = await open(address);
    await reloaded();
    expect(await isIsolated(page)).toBe(true);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByText(/^On one of \d+ threads/).count()).toBe(0);

    await train(page);
    await page.getByRole('slider').waitFor();
    await page.getByText(/^Done: it reads 9[78]\.\d\d % of 10,000 test digits right/).waitFor();
    await page.getByRole('heading', { name: /^It still gets \d+ of 10,000 wrong/ }).waitFor();
    expect(await page.getByRole('img', { name: /^a handwritten \d$/ }).count()).toBe(10);
    const value = (name: string) => page.locator('.numbers div', { hasText: name }).locator('dd').textContent();
    expect(await value('Computed on')).toMatch(/^wasm x [2-9]/);
    expect(Number((await value('Images per second'))?.replaceAll(',', ''))).toBeGreaterThan(100);
    expect(await axe(page)).toEqual([]);
    const draw = page.getByRole('link', { name: 'Draw one yourself' });
    expect(await draw.getAttribute('href')).toBe('./predict.html?run=front');

    // Chromium's own way of being offline leaves out service workers.
    const { server } = sites.at(-1)!;
    server.close();
    server.closeAllConnections();
    for (const name of pages) {
      await page.goto(`${address}${name}?lang=zh`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      expect(await isIsolated(page), name).toBe(true);
    }
    expect(await has(page, './data/mnist-net.safetensors')).toBe(true);
    await page.goto(`${address}train.html?run=front`);
    await page.getByText(/^Done\. Epoch 4 of 4/).waitFor(); // which the browser has kept
    await page.goto(address);
    await train(page);
    await page.getByRole('slider').waitFor(); // so it has the digits, and the worker
    expect(await has(page, './data/mnist/train-images-idx3-5')).toBe(false); // which nobody has loaded yet
    complaints.length = 0; // the browser says that this one is missing
  });

  test('a page loads itself again once, and not when somebody has begun something', async () => {
    const address = await host('site');
    const page = await open(address);
    await reloaded();
    expect(await isIsolated(page)).toBe(true);
    await page.evaluate(async () => {
      for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    });
    await page.reload();
    await isControlled(page);
    await page.getByText(/^Load the page again/).waitFor();
    expect(await isIsolated(page)).toBe(false);
    await context!.close();

    const busy = await open(address);
    await busy.getByRole('heading', { level: 1 }).click();
    await busy.getByText(/^Load the page again/).waitFor();
    expect(await isIsolated(busy)).toBe(false);
    await busy.reload();
    expect(await isIsolated(busy)).toBe(true);
  });

  test('a new version is taken whole or not at all, and pages of the old one go on with theirs', async () => {
    await cp(join(folder, 'site'), join(folder, 'changing'), { recursive: true, dereference: true });
    const site = (...path: string[]) => join(folder, 'changing', ...path);
    const page = await open(await host('changing', { ...isolation, 'Content-Security-Policy': policy }));
    await isControlled(page);
    const update = () =>
      page.evaluate(async () => {
        const registration = (await navigator.serviceWorker.getRegistration())!;
        await registration.update().catch(() => {});
        const worker = registration.installing;
        if (!worker) return registration.active!.state;
        return new Promise<string>((resolve) => {
          worker.onstatechange = () => {
            if (['activated', 'redundant'].includes(worker.state)) resolve(worker.state);
          };
        });
      });
    const html = await readFile(site('train.html'), 'utf8');
    const title = async () => {
      const other = await context!.newPage();
      await other.goto(new URL('train.html', page.url()).href);
      const found = await other.evaluate(() => document.querySelector('meta[name=version]')?.getAttribute('content'));
      await other.close();
      return found ?? null;
    };

    const source = () => page.evaluate(async () => (await fetch('./src/ops/conv2d.ts')).text());
    const loaded = await source(); // and is kept

    // The new version has arrived in part.
    await writeFile(site('train.html'), html.replace('<title>', '<meta name="version" content="2"><title>'));
    await writeServiceWorker(site());
    await writeFile(site('train.html'), html.replace('<title>', '<meta name="version" content="?"><title>'));
    expect(await update()).toBe('redundant');
    expect(await title()).toBe(null);

    // It has arrived, and the scripts of the old one are gone. A page that was opened has the browser look for a new version by itself,
    // so that one which arrived in part may still be on its way out.
    const patient = { timeout: 60_000 };
    await writeFile(site('train.html'), html.replace('<title>', '<meta name="version" content="2"><title>'));
    const worker = (await readdir(site('assets'))).find((name) => name.startsWith('simd.embedded'))!;
    await rm(site('assets', worker));
    await writeServiceWorker(site());
    await expect.poll(update, patient).toBe('activated');
    expect(await title()).toBe('2');
    expect(await has(page, `./assets/${worker}`)).toBe(true);
    // What was kept when it was read is that of the new version, too, and needn't be loaded again.
    await writeFile(site('src/ops/conv2d.ts'), 'changed on its way');
    expect(await source()).toBe(loaded);
    await writeServiceWorker(site());
    await expect.poll(update, patient).toBe('activated');
    expect(await source()).toBe('changed on its way');
    complaints.length = 0; // the browser says what didn't fit
  });

  test('a browser that lacks something is told so', async () => {
    const address = await host('site', isolation);
    const scriptless = await open(address, { javaScriptEnabled: false });
    expect(await scriptless.locator('body').textContent()).toMatch(/needs JavaScript.*需要启用 JavaScript/);
    await context!.close();

    const page = await open(address, { serviceWorkers: 'block' });
    await context!.addInitScript(() => {
      const { validate } = WebAssembly;
      // No module with SIMD in it, whose opcodes begin with 0xfd.
      WebAssembly.validate = (bytes) => validate(bytes) && !new Uint8Array(bytes as ArrayBuffer).includes(0xfd);
    });
    await page.reload();
    await page.getByText(/^This browser lacks WebAssembly SIMD/).waitFor();
    await context!.addInitScript(() => Reflect.deleteProperty(globalThis, 'Worker'));
    for (const name of pages) {
      await page.goto(`${address}${name}`);
      expect(await page.getByRole('alert').first().textContent(), name).toMatch(/^This browser has no web workers/);
    }
    complaints.length = 0; // of pages that look for what isn't there
  });

  test('the manifest says how to install the site, and its icons are there', async () => {
    const address = await host('site', isolation);
    const manifest = await (await fetch(`${address}manifest.webmanifest`)).json();
    expect(manifest).toMatchObject({ start_url: './', scope: './', display: 'standalone' });
    for (const { src } of manifest.icons) expect((await fetch(new URL(src, address))).ok, src).toBe(true);
    expect(manifest.icons.map(({ sizes }: { sizes: string }) => sizes)).toEqual(['any', '192x192', '512x512']);
  });
});
