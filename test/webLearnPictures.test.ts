/** The chapters on pictures, fully connected layers, 1x1 convolutions and Inception in a page: what their figures show is what the
 *  package computes. Needs `npm run build`. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  decodeImage,
  imagenetNormalization,
  mnistNormalization,
  type Pixels,
  pngFromImage,
  transforms,
} from '../src/data/index.js';
import { movedImage, relativeDistance, shuffled } from '../src/figures/rearranged.js';
import { mnist, normalizationOf } from '../src/node/data.js';
import { Generator } from '../src/tensor/random.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

const { normalize, toTensor } = transforms.functional;

/** The numbers of cells, as the page has them. */
const numbers = (cells: Locator): Promise<number[]> =>
  cells.evaluateAll((all) => all.map((cell) => Number((cell as HTMLElement).dataset.value)));

/** A sum that is written out, computed again: `0 · 784 + 10 · 28`. */
const evaluate = (sum: string) =>
  sum
    .replaceAll('−', '-')
    .split(' + ')
    .reduce((all, term) => all + term.split(' · ').reduce((product, one) => product * Number(one), 1), 0);

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  let digit: Pixels;
  beforeAll(async () => {
    address = await visitor.host(strict);
    digit = await decodeImage(await readFile(new URL('../web/learn/pictures/digit.png', import.meta.url)));
  });

  const open = (chapter: string) => visitor.open(`${address}learn.html?chapter=${chapter}&lang=en`);
  /** An element is filled when it is seen. */
  const figure = async (page: Page, name: string) => {
    const element = page.locator(name).first();
    // What is above it is filled, too, and grows: then it is out of sight again.
    const isSeen = async () => {
      await element.scrollIntoViewIfNeeded();
      return element.locator('.figure').count();
    };
    await expect.poll(isSeen, { timeout: 60_000 }).toBe(1);
    return element;
  };
  const nearer = async (picture: Locator) => {
    const button = picture.getByRole('button', { name: 'Nearer' });
    while (await button.isEnabled()) await button.click();
  };
  /** The rows of a picture from (top, left) on that a closest look has. */
  const window = (values: ArrayLike<number>, width: number, top: number, left: number) =>
    Array.from({ length: 64 }, (_, i) => values[(top + Math.floor(i / 8)) * width + left + (i % 8)]);

  test('the sample digit is its bytes, and normalised as the package does it', async () => {
    const page = await open('1-pictures');
    const picture = await figure(page, 'rc-picture');
    await picture.getByText('(1, 1, 28, 28)').waitFor();
    await nearer(picture);
    const cells = picture.locator('.pixels button');
    const place = (await cells.first().getAttribute('aria-label'))!;
    const [, top, left] = /x\[0, 0, (\d+), (\d+)\]/.exec(place)!.map(Number);
    expect(await numbers(cells)).toEqual(window(digit.data, 28, top, left));

    await picture.getByRole('combobox').selectOption({ label: 'normalised as MNIST' });
    const { mean, std } = mnistNormalization;
    const normalised = normalize(toTensor(digit), mean, std).data;
    expect(await numbers(cells)).toEqual(window(normalised, 28, top, left));

    // By keyboard: a row down, and two columns to the right.
    await cells.first().focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    const said = await picture.getByRole('status').locator('div').allTextContents();
    const index = (top + 1) * 28 + left + 2;
    expect(said[0]).toContain(`x[0, 0, ${top + 1}, ${left + 2}] = (${digit.data[index]} / 255 − 0.1307) / 0.3081`);
    expect(Number(said[0].split(' = ').at(-1)!.replace('−', '-'))).toBeCloseTo(normalised[index], 3);
    const [, sum, result] = said[2].split(' = ');
    expect([evaluate(sum), Number(result)]).toEqual([index, index]);
  });

  test('a picture of one’s own has its three channels, and a file that is none is refused', async () => {
    const page = await open('1-pictures');
    const picture = await figure(page, 'rc-picture');
    const values = Float32Array.from({ length: 3 * 9 * 10 }, (_, i) => ((37 * i) % 256) / 255);
    const own = Buffer.from(pngFromImage(values, [3, 9, 10]));
    const field = picture.locator('input[type=file]');
    await field.setInputFiles({ name: 'own.png', mimeType: 'image/png', buffer: own });
    await picture.getByText('own.png: 10 pixels wide, 9 high, with 3 channels').waitFor();
    await nearer(picture);
    await picture.getByRole('combobox').selectOption({ label: 'normalised as ImageNet' });
    const { mean, std } = imagenetNormalization;
    const expected = normalize(toTensor(await decodeImage(own)), mean, std).data;
    for (const c of [0, 1, 2]) {
      const cells = picture.locator('.pixels').nth(c).locator('button');
      const [, top, left] = /x\[0, \d, (\d+), (\d+)\]/
        .exec((await cells.first().getAttribute('aria-label'))!)!
        .map(Number);
      expect(await numbers(cells)).toEqual(window(expected.subarray(c * 90, (c + 1) * 90), 10, top, left));
    }
    await picture.locator('.pixels').nth(2).locator('button').nth(9).click();
    const said = await picture.getByRole('status').locator('div').allTextContents();
    for (const line of said.slice(2)) {
      const [, sum, result] = line.split(' = ');
      expect(evaluate(sum), line).toBe(Number(result));
    }
    await field.setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: own.subarray(0, 40) });
    await picture.getByRole('alert').getByText('broken.png').waitFor();
    await picture.getByText('own.png: 10 pixels wide').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('the picture that was asked for last is shown, whichever is there first', async () => {
    const page = await open('1-pictures');
    const picture = await figure(page, 'rc-picture');
    // The discs are drawn at once, while the digit is still being loaded.
    await picture.getByRole('button', { name: 'A digit' }).click();
    await picture.getByRole('button', { name: 'Three discs' }).click();
    await picture.getByText('with 3 channels').waitFor();
    await page.waitForLoadState('networkidle');
    expect(await picture.getByText('with 3 channels').count()).toBe(1);
  });

  test('mean and deviation are those of the digits', async () => {
    const page = await open('1-pictures');
    const element = await figure(page, 'rc-normalization');
    await element.getByRole('button', { name: '10,000' }).click();
    const { mean, std } = normalizationOf((await mnist({ train: true })).take(10_000));
    await element.getByText(`mean ${mean[0].toFixed(4)}, deviation ${std[0].toFixed(4)}`).waitFor();
  });

  test('another order changes nothing for the fully connected layer, and all for the convolution; a moved map is a map moved', async () => {
    const page = await open('2-fully-connected');
    const image = Float64Array.from(toTensor(digit).data);
    const generator = new Generator(0);
    const draw = (count: number) => Float64Array.from(generator.fillUniform(new Float32Array(count), -1 / 28, 1 / 28));
    const layers = { weight: draw(7840), bias: draw(10), kernel: Float64Array.of(-1, 0, 1, -1, 0, 1, -1, 0, 1) };
    const shuffle = await figure(page, 'rc-shuffle');
    await shuffle.getByRole('button', { name: 'Another order' }).click();
    const { scores, map } = shuffled(image, [28, 28], new Generator(1).randperm(784), layers, 7);
    const distance = relativeDistance(map.before, map.restored);
    await shuffle.getByText(`by ${Math.round(distance * 1e4) / 1e4} times`).waitFor();
    expect(await numbers(shuffle.locator('td'))).toEqual([...scores.before, ...scores.likewise, ...scores.unaware]);

    const move = await figure(page, 'rc-moved');
    await move.getByLabel('Pixels down').fill('-3');
    await page.keyboard.press('Enter');
    const made = movedImage(image, [28, 28], [-3, 2], layers);
    await move.locator(`td[data-value="${relativeDistance(image, made.image)}"]`).waitFor();
    expect((await numbers(move.locator('td'))).at(-1)).toBe(0);
    expect(await axe(page)).toEqual([]);
  });

  test('an address keeps what was chosen, of a figure in its chapter and alone, and may be nonsense', async () => {
    const page = await open('7-1x1');
    const narrow = (element: Locator) =>
      element.getByRole('group', { name: 'Way B' }).getByLabel('channels out').first();
    const element = await figure(page, 'rc-cost');
    await narrow(element).fill('8');
    await page.keyboard.press('Enter');
    await page.waitForURL(/b=1x1:8,5x5:32/i);
    const again = await visitor.open(page.url());
    expect(await narrow(await figure(again, 'rc-cost')).inputValue()).toBe('8');

    const nonsense = await visitor.open(page.url().replace(/b=[^&]*/, 'b=9x9:zero&image=0,0'));
    expect(await narrow(await figure(nonsense, 'rc-cost')).inputValue()).toBe('16');

    const alone = await visitor.open(`${address}learn.html?lang=en&embed=block&x=3,4,5&direction=backward`);
    const block = await figure(alone, 'rc-block');
    await block.locator('.sums').waitFor();
    await block.getByText('dx (1, 3, 4, 5)').first().waitFor();
    const bare = await visitor.open(`${address}learn.html?lang=en&embed=picture`);
    await (await figure(bare, 'rc-picture')).getByText('(1, 1, 28, 28)').waitFor();
  });

  test('a chain of convolutions costs what the package counts, whatever its sizes', async () => {
    const page = await open('7-1x1');
    const element = await figure(page, 'rc-cost');
    const costs = async () => numbers(element.locator('td[data-value]'));
    expect(await costs()).toEqual([120_422_400, 120_422_400, 2_408_448, 10_035_200, 12_443_648]);
    const narrow = element.getByRole('group', { name: 'Way B' }).getByLabel('channels out').first();
    await narrow.fill('155');
    await page.keyboard.press('Enter');
    await element.getByText('Way B takes 100.1 %').waitFor();
    await narrow.fill('100000');
    await page.keyboard.press('Enter');
    expect(await narrow.inputValue()).toBe('155');
    expect(await axe(page)).toEqual([]);
  });

  test('what comes through the branches adds up to dx, and GoogLeNet’s table has all of its parameters', async () => {
    const page = await open('8-inception');
    const block = await figure(page, 'rc-block');
    await block.getByRole('button', { name: 'Backward' }).click();
    await block.locator('.sums').waitFor();
    const [dx, ...branches] = (await numbers(block.locator('.sums div'))).reverse();
    expect(branches).toHaveLength(4);
    expect(branches.reduce((sum, branch) => sum + branch, 0)).toBeCloseTo(dx, 5);
    await block.getByLabel('C of x').fill('20');
    await page.keyboard.press('Enter');
    await block.getByText('dx (1, 20, 12, 12)').first().waitFor();

    const stages = await figure(page, 'rc-stages');
    const table = stages.locator('.sum-row td[data-value]');
    await table.first().waitFor();
    expect(await numbers(table)).toEqual([13_004_888, 1_498_376_192]);
    expect(await axe(page)).toEqual([]);
  });
});
