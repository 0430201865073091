/** The site, as it is built: its pages compute, stop, go on and keep what they found, isolated and not, in both languages, and ask
 *  nobody for anything. Needs `npm run build`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BenchReport } from '../src/measure/report.js';
import type { CheckReport } from '../src/testing/report.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

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
] as const;
let visitor: Visitor;

async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  // Tests of its own hold what the service worker does (webFront.test.ts): here files come from the host.
  const page = await visitor.open(address, options);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  return page;
}

/** Fills in the form of the page `check`. */
async function choose(page: Page, { backend = 'wasm', operations = ['relu'], runs = 5, seed = 20 }): Promise<void> {
  await page.getByRole('radio', { name: backend }).check();
  await page.getByText(/^Operations:/).click();
  await page.getByRole('button', { name: 'none', exact: true }).click();
  for (const name of operations) await page.getByRole('checkbox', { name, exact: true }).check();
  await page.getByRole('textbox', { name: 'Problems for each law' }).fill(String(runs));
  await page.getByRole('textbox', { name: 'Seed' }).fill(String(seed));
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Starts, and waits for the end. */
async function complete(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Start/ }).click();
  await ended(page);
}

/** How many times were taken, in all rows: a run goes through them in rounds. */
const samplesOf = ({ rows }: BenchReport) =>
  rows.flatMap(({ results }) => results).reduce((sum, result) => sum + (result?.steady.samples.length ?? 0), 0);
const ended = (page: Page) => page.getByText('Done.', { exact: true }).waitFor();

/** What `Save as JSON` gives. */
async function saved<Report>(page: Page, name = 'Save as JSON'): Promise<Report> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  return JSON.parse(await readFile(await download.path(), 'utf8'));
}

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  let isolated: string;
  let plain: string;

  visitor = new Visitor();
  beforeAll(async () => {
    isolated = await visitor.host(strict);
    plain = await visitor.host({});
  });

  test('a small check of wasm on two threads runs to its end; its report is saved, opened, and there after a reload', async () => {
    const page = await open(`${isolated}check.html`);
    await page.getByRole('combobox', { name: 'Threads of wasm' }).selectOption('2');
    await choose(page, { operations: ['relu', 'conv2d'] });
    await complete(page);
    await page.getByText('Every law holds.').first().waitFor();
    const report = await saved<CheckReport>(page);
    expect(report).toMatchObject({ format: 'receptive check', partial: false, runs: 5, seed: 20 });
    expect(report.backend).toMatchObject({ label: 'wasm x 2', threads: 2, build: 'relaxed-threads' });
    expect(report.environment).toMatchObject({ isolated: true, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(report.environment.runtime).toMatch(/Chrom/);
    expect(new Set(report.rows.map(({ operation }) => operation))).toEqual(new Set(['relu', 'conv2d']));
    expect(report.rows.map(({ verdict }) => verdict)).toEqual(report.rows.map(() => 'holds'));

    await page.reload();
    await page.getByText('Every law holds.').first().waitFor();
    expect(await saved(page)).toEqual(report);

    const file = (name: string, content: unknown) => ({
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    });
    const earlier = { ...report, environment: { ...report.environment, date: '2020-01-01T00:00:00.000Z' } };
    await page.getByLabel('Compare with …').setInputFiles(file('earlier.json', earlier));
    await page.getByRole('heading', { name: 'Before' }).waitFor();
    expect(await page.getByText('From the file earlier.json').count()).toBe(1);
    expect(await page.getByRole('heading', { name: 'Receptive: check' }).count()).toBe(2);
    await button(page, 'Close the comparison').click();
    expect(await page.getByRole('heading', { name: 'Receptive: check' }).count()).toBe(1);

    for (const wrong of [
      '{',
      '{"format":"receptive bench","version":1}',
      { ...report, version: 2 },
      { ...report, rows: 7 },
    ]) {
      await page.getByLabel('Open …').setInputFiles(file('odd.json', wrong));
      expect(await page.getByRole('alert').textContent()).toMatch(/^odd\.json can’t be opened: ./);
      await page.getByLabel('Open …').setInputFiles(file('earlier.json', earlier));
      await page.getByRole('alert').waitFor({ state: 'detached' });
    }
  });

  test('a check that is stopped keeps what it has, and goes on to the same end', async () => {
    const page = await open(`${isolated}check.html`);
    await choose(page, { operations: ['conv2d'], runs: 40 });
    await button(page, 'Start').click();
    await page.getByText(/forward ✓/).waitFor();
    await button(page, 'Stop').click();
    await page.getByText(/^Stopped\./).waitFor();
    const stopped = await saved<CheckReport>(page);
    expect(stopped.partial).toBe(true);
    await page
      .getByText(/This check ended before all laws had been tried/)
      .first()
      .waitFor();
    const { rows: half } = stopped;
    await page.waitForTimeout(300);
    expect((await saved<CheckReport>(page)).rows).toEqual(half);
    await button(page, 'Go on').click();
    await ended(page);
    const whole = await saved<CheckReport>(page);
    expect(whole.partial).toBe(false);
    expect(whole.rows.slice(0, half.length)).toEqual(half);

    await page.getByRole('button', { name: 'Start anew' }).click();
    await ended(page);
    const again = await saved<CheckReport>(page);
    const result = ({ rows }: CheckReport) => rows.map(({ milliseconds: _, ...row }) => row);
    expect(result(whole)).toEqual(result(again));
  });

  test('a quick bench runs to its end, stopped once on its way', async () => {
    const page = await open(`${isolated}bench.html`);
    await page.getByRole('checkbox', { name: 'reference' }).uncheck();
    await page.getByRole('checkbox', { name: 'wasm' }).check();
    await page.getByRole('checkbox', { name: 'webgpu' }).uncheck();
    await page.getByRole('textbox', { name: 'Only rows' }).fill('linear, MNIST net');
    await button(page, 'Start').click();
    await page.getByText('Measured so far').waitFor();
    await button(page, 'Stop').click();
    await page.getByText(/^Stopped\./).waitFor();
    const half = await saved<BenchReport>(page);
    expect(half.partial).toBe(true);
    await button(page, 'Go on').click();
    await ended(page);
    const report = await saved<BenchReport>(page);
    expect(report).toMatchObject({ format: 'receptive bench', partial: false });
    expect(samplesOf(report)).toBeGreaterThan(samplesOf(half));
    for (const { name } of report.rows) expect(name).toContain('linear, MNIST net');
    await page.getByRole('heading', { name: 'Receptive: bench' }).waitFor();
  });

  test('a page that isn’t isolated computes on one thread, and says so', async () => {
    const page = await open(`${plain}check.html`);
    await page.getByText(/^One thread only: .*Cross-Origin-Embedder-Policy: require-corp/).waitFor();
    expect(await page.getByRole('combobox', { name: 'Threads of wasm' }).getByRole('option').count()).toBe(1);
    await choose(page, {});
    await complete(page);
    expect(await saved<CheckReport>(page)).toMatchObject({
      partial: false,
      environment: { isolated: false },
      backend: { label: 'wasm x 1' },
    });
  });

  test('on WebGPU, an adapter that computes on the processor is said to be none, and a bug in a shader is reported', async () => {
    const right = 'select(0u, x[i], passes(x[i]))';
    let planted = 0;
    const page = await open(
      `${await visitor.host(strict, (text) => {
        planted += text.includes(right) ? 1 : 0;
        return text.replace(right, 'x[i]');
      })}check.html`,
    );
    expect(await page.locator('strong.bad').textContent()).toMatch(/swiftshader.* computes on the processor/i);
    await choose(page, { backend: 'webgpu', operations: ['relu', 'sigmoid'], runs: 3 });
    await complete(page);
    expect(planted).toBeGreaterThan(0);
    const { rows } = await saved<CheckReport>(page);
    const verdictOf = (of: string) => rows.find(({ operation, law }) => `${operation} ${law}` === of);
    expect(verdictOf('sigmoid forward')?.verdict).toBe('holds');
    expect(verdictOf('relu forward')).toMatchObject({
      verdict: 'wrong',
      failure: {
        message: expect.stringMatching(/^relu \(webgpu\) breaks the law 'forward':\ny\[\d+\] is -/),
        command: expect.stringMatching(
          /^npx receptive check --backend webgpu .*--operation relu --law forward --seed 20 /,
        ),
      },
    });
    await page.getByText('Something is wrong.').first().waitFor();
    await page.getByText(verdictOf('relu forward')!.failure!.command).first().waitFor();
  });

  test('a backend that isn’t there is said to be missing, and why; without storage all works, and nothing is kept', async () => {
    const page = await open(plain);
    await page.context().addInitScript(() => {
      for (const name of ['localStorage', 'indexedDB']) {
        Object.defineProperty(globalThis, name, {
          get() {
            throw new Error('forbidden');
          },
        });
      }
    });
    await page.context().route('**/worker-*.js', async (route) => {
      const text = await (await route.fetch()).text();
      const without = "Object.defineProperty(navigator, 'gpu', { value: undefined });";
      await route.fulfill({ contentType: 'text/javascript', body: `${without}${text}` });
    });
    await page.goto(`${plain}check.html`);
    await page.getByText(/Not here: backend 'webgpu': there is no GPU adapter/).waitFor();
    expect(await page.getByRole('radio', { name: 'webgpu' }).isDisabled()).toBe(true);
    await choose(page, {});
    await complete(page);
    await page.getByText(/doesn’t let this page keep the report/).waitFor();
  });

  test('the language comes from the address, from the last choice, or from the browser, and the colours are remembered', async () => {
    const page = await open(isolated, { locale: 'zh-CN' });
    const language = () => page.locator('html').getAttribute('lang');
    expect(await language()).toBe('zh');
    await page.goto(`${isolated}?lang=en`);
    expect(await language()).toBe('en');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    expect([await language(), new URL(page.url()).search]).toEqual(['zh', '?lang=zh']);
    await page.getByRole('link', { name: '检验' }).first().click();
    await page.waitForURL(/check\.html\?lang=zh$/);
    expect(await page.title()).toBe('检验 · Receptive');
    await page.getByRole('combobox', { name: '语言' }).selectOption('en');
    await page.goto(`${isolated}bench.html`);
    expect(await language()).toBe('en'); // as it was chosen, whatever the browser prefers

    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await paper()).toBe('rgb(20, 23, 26)');
    await page.getByRole('combobox', { name: 'Colours' }).selectOption('light');
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.reload();
    expect(await paper()).toBe('rgb(255, 255, 255)');
  });

  test('the keyboard alone starts a check; the first stop is the way past the navigation', async () => {
    const page = await open(`${plain}check.html`);
    await page.getByRole('radio', { name: 'wasm' }).waitFor();
    await choose(page, {});
    await page.reload(); // the choices are remembered
    await page.getByRole('radio', { name: 'wasm' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    for (let tabs = 0; tabs < 20 && (await focused()) !== 'Start'; tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await ended(page);
  });

  test.each(['en', 'zh'])(
    'axe finds nothing serious in language %s, and nothing is wider than a phone',
    async (lang) => {
      for (const name of pages) {
        const page = await open(`${plain}${name}?lang=${lang}`, { viewport: { width: 360, height: 740 } });
        if (/bench|check/.test(name)) await page.getByText('webgpu', { exact: true }).waitFor();
        if (name === 'check.html') {
          await page.locator('form button.main').click();
          await page.locator('form [role=status]').waitFor();
        }
        expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(360);
        expect(await axe(page), name).toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await axe(page), `${name}, dark`).toEqual([]);
        await visitor.leave();
      }
    },
  );

  test.each(pages)('script and styles of /%s are under 150 kB', async (name) => {
    const html = await readFile(join(visitor.site, name || 'index.html'), 'utf8');
    const files = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(2);
    let bytes = 0;
    for (const file of files) bytes += gzipSync(await readFile(join(visitor.site, file))).length;
    expect(bytes).toBeLessThan(150_000);
  });
});
