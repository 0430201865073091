/** The page Train, as it is built: by the keyboard alone a network is trained, stopped, changed and looked into. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encode } from 'fast-png';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

let visitor: Visitor;
let address: string;

/** The page, with fields filled in before: a run of a second. */
async function open(chosen: object, query = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await visitor.context(options);
  await context.addInitScript((chosen) => {
    if (!localStorage.getItem('receptive.train')) localStorage.setItem('receptive.train', JSON.stringify(chosen));
  }, chosen);
  const page = await visitor.open(`${address}train.html${query}`);
  await page.locator('form button.main:enabled').waitFor();
  return page;
}

/** Goes there by the Tab key. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let tabs = 0; tabs < 60; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key doesn't lead to ${target}`);
}

async function press(page: Page, name: string, key = 'Enter'): Promise<void> {
  const target = page.getByRole('button', { name, exact: true });
  await page.waitForFunction((element) => !(element as HTMLButtonElement).disabled, await target.elementHandle());
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** A number among those of the run. */
const fact = async (page: Page, name: string) =>
  (await page.locator('.facts div').filter({ hasText: name }).locator('dd').textContent()) ?? '';
const stepOf = async (page: Page) => Number((await fact(page, 'Step')).split(' ')[0].replace(',', ''));
const said = (page: Page) => page.locator('.course [role=status]');
const slider = (page: Page, name: string | RegExp) => page.getByRole('slider', { name }).first();

/** Runs the code that the page wrote, and reads the losses that it prints. */
async function lossesInNode(code: string): Promise<number[]> {
  const inside = await mkdtemp(fileURLToPath(new URL('../build/exported-', import.meta.url))); // where `receptive` is found by its name
  try {
    await writeFile(join(inside, 'train.mjs'), code);
    const root = fileURLToPath(new URL('..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [join(inside, 'train.mjs')], { cwd: root });
    return [...stdout.matchAll(/^\d+ ([\d.e-]+)$/gm)].map(([, loss]) => Number(loss));
  } finally {
    await rm(inside, { recursive: true });
  }
}

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  visitor = new Visitor();
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  test('by the keyboard alone: start, pause, a step, another learning rate, curves, and what the network sees', async () => {
    const page = await open({ limit: '6400', testLimit: '200', epochs: '3', threads: 1 });
    await press(page, 'Start');
    await said(page).filter({ hasText: 'It learns from 6,400 images, and is tested on 200 others.' }).waitFor();
    await press(page, 'Pause');
    await page.getByText(/^Paused after step \d/).waitFor();
    const step = await stepOf(page);
    await press(page, 'One step');
    await page.getByText(new RegExp(`^Paused after step ${step + 1}\\.`)).waitFor();

    const rate = page.getByRole('textbox', { name: 'Learning rate now' });
    await tabTo(page, rate);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('-1');
    await page.getByText('must be a number above 0').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('0.005');
    await page.keyboard.press('Enter');
    await press(page, 'One step');
    await page.getByText(new RegExp(`^Paused after step ${step + 2}\\.`)).waitFor();
    await expect.poll(() => rate.inputValue()).toBe('0.005');

    const loss = slider(page, 'Loss: cursor');
    await tabTo(page, loss);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => loss.getAttribute('aria-valuetext')).toMatch(/^Step 2: training 2\.\d+/);
    await expect.poll(() => slider(page, 'Accuracy: cursor').getAttribute('aria-valuenow')).toBe('2');
    await page.keyboard.press('End');
    await expect.poll(() => loss.getAttribute('aria-valuenow')).toBe(String(step + 2));

    const filters = slider(page, 'conv1, filters');
    await tabTo(page, filters);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => filters.getAttribute('aria-valuetext')).toMatch(/^\[1, 1, 0\] -?0?\.?\d+/);
    const drawn = await page
      .locator('.maps canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size;
      });
    expect(drawn).toBeGreaterThan(20); // colours

    await tabTo(page, page.getByRole('tab', { name: 'What it sees' }));
    await page.keyboard.press('ArrowRight');
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '3', exact: true }) });
    await row.waitFor();
    const counts = await page.locator('.confusion td:nth-child(n+2):nth-child(-n+11)').allTextContents();
    const count = counts.reduce((sum, text) => sum + (text === '·' ? 0 : Number(text)), 0);
    expect(count).toBe(200);
    await page.keyboard.press('ArrowRight');
    await page
      .getByRole('img', { name: /^An image of the class \d$/ })
      .first()
      .waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('row', { name: /^Total/ }).textContent()).toBe('Total8,490467,200');

    await press(page, 'Go on');
    await page.getByText(/^Done\. Epoch 3 of 3: test accuracy \d\d\.\d\d %/).waitFor();
    await press(page, 'One epoch more');
    await page.getByText(/^Done\. Epoch 4 of 4: test accuracy \d\d\.\d\d %/).waitFor();
    await expect.poll(() => fact(page, 'Step')).toBe('400 of 400');
  });

  test('what can’t be trained is said beside its field, and files that are no images in their place', async () => {
    const page = await open({ limit: '256', testLimit: '50', epochs: '1', threads: 1 });
    await page.getByText(/^Recipe:/).click();
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    await field('learning rate').fill('0');
    expect(await field('learning rate').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('combobox', { name: 'optimizer', exact: true }).selectOption('adam');
    await field('momentum').fill('0.9');
    await field('learning rate').fill('');
    await page.getByText('adam has no momentum; sgd and rmsprop have').waitFor();
    await page.getByRole('button', { name: 'The lecture’s again' }).click();
    await page.getByText(/^Recipe: sgd, lr 0\.01, momentum 0\.5, batch 64, 10 epochs, seed 0$/).waitFor();

    const give = (label: string, files: { name: string; mimeType: string; buffer: Buffer }[]) =>
      page.getByLabel(label, { exact: true }).setInputFiles(files);
    const file = (name: string, bytes: number[]) => ({ name, mimeType: '', buffer: Buffer.from(bytes) });
    await give('Files …', [file('song.mp3', [1])]);
    await page.getByText(/^These aren’t images to train on\./).waitFor();
    await give('Files …', [file('train-images-idx3-ubyte', [0, 0, 8, 3, 0]), file('train-labels-idx1-ubyte', [1])]);
    await page.getByText('Yours: MNIST, 2 files').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    expect(await page.getByRole('alert').textContent()).toMatch(
      /^It ended with an error\. A file isn’t what it seems\. .*train-images-idx3-ubyte/,
    );
  });

  test('a run goes on after the page was left, from what the browser kept and from a file; its code computes the same', async () => {
    const page = await open({ limit: '1280', testLimit: '100', epochs: '2', threads: 1 });
    const done = () => page.getByText(/^Done\. Epoch 2 of 2: test accuracy/).waitFor();
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), press(name)]);
      return { name: download.suggestedFilename(), buffer: await readFile(await download.path()), mimeType: '' };
    };
    const losses = async (): Promise<number[]> => {
      const { buffer } = await saved('Save the log');
      return buffer
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).loss);
    };
    await press('Start');
    await done();
    const whole = await losses();
    expect(whole).toHaveLength(40);
    await page.getByText('The run as code for receptive').click();
    const code = await page.locator('.code[open] code').textContent();
    // Node 20 has no relaxed SIMD by itself, and rounds otherwise.
    const inNode = await lossesInNode(code ?? '');
    expect(inNode).toHaveLength(whole.length);
    inNode.forEach((loss, i) => {
      expect(Math.abs(loss - whole[i])).toBeLessThan(1e-4);
    });

    await press('Start anew');
    // At once, so that it isn't over before.
    await page.getByRole('button', { name: 'Pause', exact: true }).dispatchEvent('click');
    await page.getByText(/^Paused after step/).waitFor();
    await press('One step');
    await page.getByText(/^Paused after step ([2-9]|\d\d)\./).waitFor();
    const step = await stepOf(page);
    expect(step).toBeLessThan(40);
    const checkpoint = await saved('Save a checkpoint');
    expect(checkpoint.name).toBe(`mnistNet-${step}-checkpoint.safetensors`);

    // It pauses after the step that it begins with.
    await page.reload();
    await page.getByRole('button', { name: new RegExp(`^Resume .* step ${step}$`) }).click();
    await page.getByText(`Paused after step ${step + 1}.`).waitFor();
    await press('Go on');
    await done();
    expect(await losses()).toEqual(whole.slice(step));

    const opened = page.getByLabel('Open a checkpoint …');
    await opened.setInputFiles(checkpoint);
    await page.getByText(`Paused after step ${step + 1}.`).waitFor();
    await press('Go on');
    await done();
    expect(await losses()).toEqual(whole.slice(step));
    await opened.setInputFiles({ ...checkpoint, name: 'odd.safetensors', buffer: Buffer.from('{') });
    await page.getByText(/^odd\.safetensors can’t be opened: ./).waitFor();

    const forget = page.getByRole('button', { name: /^Delete/ });
    const count = await forget.count();
    await forget.and(page.locator(':enabled')).first().click();
    await expect.poll(() => forget.count()).toBe(count - 1);
  });

  test('a folder of pictures is trained on by a network that takes any classes; one that doesn’t says so', async () => {
    const pictures = join(visitor.folder, 'pets');
    for (const [name, shade] of [
      ['cat', 60],
      ['dog', 190],
    ] as const) {
      await mkdir(join(pictures, name), { recursive: true });
      for (let i = 0; i < 10; i++) {
        const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => shade + ((at * (i + 3)) % 50));
        await writeFile(join(pictures, name, `${i}.png`), encode({ width: 16, height: 16, data, channels: 3 }));
      }
    }
    const page = await open({ epochs: '1', batchSize: '8', threads: 1 });
    await page.getByLabel('A folder …', { exact: true }).setInputFiles(pictures);
    await page.getByText('Yours: a folder of pictures, 20 files, 2 classes: cat, dog').waitFor();
    await page.getByText(/^mnistNet takes images of .* and no others$/).waitFor();
    const network = page.getByRole('combobox', { name: 'Network' });
    expect(await network.getByRole('option', { name: 'MNIST net' }).isDisabled()).toBe(true);
    await network.selectOption('resnet20');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText(/^Done\. Epoch 1 of 1: test accuracy/).waitFor();
    await page.getByRole('tab', { name: 'Confusion' }).click();
    await page.getByRole('rowheader', { name: 'dog' }).waitFor();
  });

  test.each(['en', 'zh'])(
    'axe finds nothing serious in language %s, and nothing is wider than a phone',
    async (lang) => {
      const page = await open({ limit: '640', testLimit: '50', epochs: '1', threads: 1 }, `?lang=${lang}`, {
        viewport: { width: 360, height: 740 },
      });
      await page.locator('details.fold summary').first().click();
      const tabs = page.getByRole('tab');
      await page.locator('form button.main').click();
      await page.locator('.facts').waitFor();
      await page
        .locator('.course button.main')
        .filter({ hasText: /One epoch more|再训练一轮/ })
        .waitFor();
      for (let i = 0; i < (await tabs.count()); i++) {
        await tabs.nth(i).click();
        await page.locator('[role=tabpanel] canvas, [role=tabpanel] table').first().waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
        expect(await axe(page), `panel ${i}`).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axe(page), 'dark').toEqual([]);
    },
  );
});
