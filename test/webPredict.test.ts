/** The page `predict`, as it is built: digits are drawn by mouse and by keyboard, pictures and networks opened, and the reasons shown.
 *  Needs `npm run build`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { save } from '../src/exchange/safetensors.js';
import { encodePng } from '../src/formats/index.js';
import { mnistNet, resnet20 } from '../src/models/index.js';
import { policy } from '../web/vite.config.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { Visitor } from './web/visitor.js';

type Point = readonly [x: number, y: number];

/** On a page of 280x280. */
const digits: Readonly<Record<string, readonly Point[]>> = {
  1: [
    [150, 40],
    [130, 240],
  ],
  7: [
    [60, 60],
    [220, 60],
    [120, 240],
  ],
  0: Array.from({ length: 25 }, (_, i): Point => {
    const angle = (i / 24) * 2 * Math.PI;
    return [140 + 60 * Math.sin(angle), 140 - 95 * Math.cos(angle)];
  }),
};

/** A black bar on white, which is a 1. */
function barPng(): Buffer {
  const [width, height] = [90, 120];
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= 40 && x < 50 && y >= 20 && y < 100 ? 0 : 255;
  });
  return Buffer.from(encodePng({ width, height, channels: 1, data }));
}

const png = (buffer: Buffer, name = 'bar.png') => ({ name, mimeType: 'image/png', buffer });
const safetensors = (buffer: Uint8Array, name: string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(buffer),
});

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  beforeAll(async () => {
    // Not isolated: one thread is enough here.
    address = await visitor.host({ 'Content-Security-Policy': policy });
  });

  async function open(query = '', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await visitor.open(`${address}predict.html${query}`, options);
    await page.getByText(/mnistNet.*(test images right|测试图像答对)/).waitFor();
    return page;
  }

  const likeliest = (page: Page) => page.locator('.likeliest th').textContent();

  /** Waits for the sentence that screen readers hear when the drawing has rested. */
  async function says(page: Page, name: string): Promise<void> {
    await page.getByText(new RegExp(`^It is most likely ${name}: `)).waitFor({ state: 'attached' });
  }

  async function draw(page: Page, digit: string): Promise<void> {
    const { x, y, width } = (await page.locator('.paper').boundingBox())!;
    const at = ([px, py]: Point) => [x + (px / 280) * width, y + (py / 280) * width] as const;
    const [first, ...others] = digits[digit];
    await page.mouse.move(...at(first));
    await page.mouse.down();
    for (const point of others) await page.mouse.move(...at(point), { steps: 5 });
    await page.mouse.up();
  }

  test('three digits are drawn with the mouse, and are what the network says; there are layers, reasons and similar images', async () => {
    const page = await open();
    const [undo, clear] = ['Undo', 'Clear'].map((name) => page.getByRole('button', { name, exact: true }));
    expect(await undo.isDisabled()).toBe(true);
    for (const digit of ['1', '7', '0']) {
      await draw(page, digit);
      await says(page, digit);
      expect(await likeliest(page)).toBe(digit);
      if (digit !== '0') await clear.click();
    }
    const widths = await page.locator('.bars i').evaluateAll((bars) => bars.map((bar) => bar.clientWidth));
    expect(widths.indexOf(Math.max(...widths))).toBe(0);
    expect(widths.filter((width) => width > Math.max(...widths) / 2)).toHaveLength(1);

    const maps = page.getByRole('application', { name: /^Output of/ });
    expect(await maps.locator('canvas').count()).toBe(10);
    await page.getByLabel('Layer', { exact: true }).selectOption({ label: '3. conv2 · Conv2d · 20×8×8' });
    await page.getByRole('application', { name: /^Output of conv2/ }).waitFor();
    expect(await maps.locator('canvas').count()).toBe(20);
    await maps.locator('canvas').nth(3).hover();
    await page.getByText(/^channel 3, row [34], column [34]: [+−]\d/).waitFor();

    await page.getByLabel('Reasons for the answer').selectOption('8');
    await page.getByText('the score of 8 would be higher').waitFor();
    await page.getByLabel('By the maps of').selectOption('pooling');
    await page.getByRole('img', { name: 'The picture, and over it where pooling speaks for 8' }).waitFor();

    await page.getByRole('button', { name: /^Search 10,000 training images/ }).click();
    await page.locator('.similar li').first().waitFor();
    const classes = await page.locator('.similar b').allTextContents();
    expect(classes).toHaveLength(12);
    expect(classes.filter((name) => name === '0').length).toBeGreaterThan(8);

    await undo.click(); // the 0
    await page.getByText('Nothing is drawn yet.').waitFor();
    await undo.click(); // the clearing before it
    await says(page, '7');
  });

  test('the keyboard alone draws a digit, reads a number, undoes and clears', async () => {
    const page = await open();
    const pad = page.getByRole('application', { name: 'Page to draw on' });
    while (!(await pad.evaluate((element) => element === document.activeElement))) await page.keyboard.press('Tab');
    const press = async (key: string, times = 1) => {
      for (let time = 0; time < times; time++) await page.keyboard.press(key);
    };
    await press('ArrowUp', 6);
    await press(' ');
    await page.getByText('The pen is down.').waitFor({ state: 'attached' });
    await press('ArrowDown', 12);
    await press(' ');
    await page.getByText('The pen is up.').waitFor({ state: 'attached' });
    await says(page, '1');
    await page.getByRole('application', { name: /^Output of conv1/ }).focus();
    await press('ArrowRight', 2);
    await press('ArrowDown');
    await press('PageDown');
    await page.getByText(/^channel 1, row 1, column 2: [+−]/).waitFor();
    await pad.focus();
    await press('Delete');
    await page.getByText('Nothing is drawn yet.').waitFor();
    await press('Control+z');
    await says(page, '1');
    await press('Control+z');
    await page.getByText('Nothing is drawn yet.').waitFor();
  });

  test('a picture is dropped, pasted or chosen; what is none is named in a sentence, and drawing goes on', async () => {
    const page = await open();
    const give = (event: 'drop' | 'paste', name: string, bytes: readonly number[]) =>
      page.evaluate(
        ([event, name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], name, { type: 'image/png' }));
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(
            event === 'drop'
              ? new DragEvent(event, { ...options, dataTransfer: data })
              : new ClipboardEvent(event, { ...options, clipboardData: data }),
          );
        },
        [event, name, bytes] as const,
      );
    const bar = barPng();
    await give('drop', 'dropped.png', [...bar]);
    await page.getByText('The network looks at dropped.png.').waitFor();
    await says(page, '1');
    await draw(page, '7');
    await says(page, '7');
    expect(await page.getByText('The network looks at').count()).toBe(0);
    await give('paste', 'pasted.png', [...bar]);
    await says(page, '1');

    const choose = page.getByLabel('Choose a picture …');
    const alert = (text: string | RegExp) => page.getByRole('alert').filter({ hasText: text }).waitFor();
    await choose.setInputFiles(png(bar.subarray(0, 60), 'half.png'));
    await alert(/^The network can’t look at this: .*half\.png: .+/);
    await choose.setInputFiles(png(Buffer.from('a text'), 'text.png'));
    await alert('text.png: is no PNG, JPEG or WebP file');
    const blank = encodePng({ width: 50, height: 50, channels: 1, data: new Uint8Array(2500).fill(255) });
    await choose.setInputFiles(png(Buffer.from(blank), 'blank.png'));
    await alert('blank.png: there is no digit');
    const huge = Buffer.from(barPng());
    huge.writeUInt32BE(12_000, 16);
    huge.writeUInt32BE(12_000, 20);
    await choose.setInputFiles(png(huge, 'huge.png'));
    await alert(/huge\.png: /);
    await choose.setInputFiles(png(bar));
    await says(page, '1');
    expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
  });

  test('networks of one’s own: a checkpoint, weights alone, one for colours; a damaged file leaves the one before', async () => {
    const page = await open();
    const openNetwork = page.getByLabel('Open a checkpoint …');
    const alert = (text: RegExp) => page.getByRole('alert').filter({ hasText: text }).waitFor();
    const checkpoint = await readFile(join(visitor.site, 'data/mnist-net.safetensors'));
    await openNetwork.setInputFiles(safetensors(checkpoint.subarray(0, checkpoint.length - 100), 'half.safetensors'));
    await alert(/^The network can’t be opened: .*half\.safetensors: .+/);
    await draw(page, '1');
    await says(page, '1');
    await openNetwork.setInputFiles(safetensors(checkpoint, 'best.safetensors'));
    await page.getByRole('alert').filter({ hasText: 'half' }).waitFor({ state: 'detached' });
    await says(page, '1');

    await openNetwork.setInputFiles(safetensors(await save(mnistNet().stateDict()), 'weights.safetensors'));
    await page.getByText('weights.safetensors has weights alone.').waitFor();
    const model = page.getByLabel('They are of');
    await model.selectOption('residualNet');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await alert(/weights\.safetensors: .*/);
    await openNetwork.setInputFiles(safetensors(await save(mnistNet().stateDict()), 'weights.safetensors'));
    await model.selectOption('mnistNet');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText(/^mnistNet, trained on mnist\.$/).waitFor();

    await openNetwork.setInputFiles(safetensors(await save(resnet20().stateDict()), 'colours.safetensors'));
    await model.selectOption('resnet20');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText(/^This network learned cifar10, so show it a picture\. It knows airplane, /).waitFor();
    expect(await page.locator('.paper').count()).toBe(0);
    await page.getByLabel('Choose a picture …').setInputFiles(png(barPng()));
    await page.getByText('What the network sees: 32×32 pixels.').waitFor();
    await page.locator('.likeliest').waitFor();
    await page.getByLabel('Which one').selectOption('the one that comes with the site');
    await says(page, '1');
  });

  test('a run that the browser keeps is opened by its address and by the list; one that is gone is said to be', async () => {
    const page = await open('?run=mine');
    await page.getByRole('alert').filter({ hasText: 'the browser has thrown this run away' }).waitFor();
    const checkpoint = [...(await readFile(join(visitor.site, 'data/mnist-net.safetensors')))];
    await page.evaluate(async (bytes) => {
      const opening = indexedDB.open('receptive-runs', 1);
      await new Promise((resolve) => {
        opening.onsuccess = resolve;
      });
      const transaction = opening.result.transaction(['runs', 'checkpoints'], 'readwrite');
      transaction.objectStore('runs').put({ key: 'mine', options: { model: 'mnistNet' }, last: null, saved: 0 });
      transaction.objectStore('checkpoints').put(Uint8Array.from(bytes), 'mine');
      await new Promise((resolve) => {
        transaction.oncomplete = resolve;
      });
    }, checkpoint);
    await page.reload();
    await page.getByText(/^mnistNet, trained on mnist for \d epochs? with seed 0\.$/).waitFor();
    expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
    const sources = page.getByLabel('Which one');
    expect(await sources.inputValue()).toBe('run mine');
    await draw(page, '7');
    await says(page, '7');
    await sources.selectOption('the one that comes with the site');
    await says(page, '7');
    await sources.selectOption('run mine');
    await says(page, '7');
  });

  test.each([
    ['', 'Search 10,000 training images'],
    ['?lang=zh', '在 10,000 张训练图像中查找'],
  ])('axe finds nothing serious %s, and a phone’s width is enough', async (query, search) => {
    const page = await open(query, { viewport: { width: 360, height: 740 } });
    await draw(page, '7');
    await page.getByRole('button', { name: search }).click();
    await page.locator('.similar li').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await axe(page)).toEqual([]);
  });
});
