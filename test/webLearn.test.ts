/** The chapters in a page: what a figure shows is what `src/ops` computes, and it can be walked by keyboard alone. Needs
 *  `npm run build`. */
import { readdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { conv2dForward, conv2dSizes } from '../src/ops/conv2d.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

const chapters = readdirSync(new URL('../docs/learn/', import.meta.url))
  .filter((file) => file.endsWith('.en.md'))
  .map((file) => file.replace('.en.md', ''));

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  const figure = (page: Page) => page.locator('rc-conv2d').first();
  /** The numbers of a grid, as the page has them. */
  const numbers = (page: Page, name: string): Promise<number[]> =>
    figure(page)
      .locator('.grid')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('.cell')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset.value)));

  test('a number that is changed changes those that follow from it, by keyboard alone', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution`);
    const cell = figure(page).getByRole('button', { name: /^x at 0, 0, 0, 0: 1/ });
    await cell.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const field = figure(page).getByRole('spinbutton', { name: 'Change x[0, 0, 1, 1]:' });
    await field.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('-2.5');
    const [x, weight] = [await numbers(page, 'x'), await numbers(page, 'weight')];
    expect(x[6]).toBe(-2.5);
    const s = conv2dSizes([1, 1, 5, 5], [1, 1, 3, 3], [1]);
    const y = new Float64Array(9);
    conv2dForward(y, Float64Array.from(x), Float64Array.from(weight), new Float64Array(1), s);
    expect(await numbers(page, 'y')).toEqual([...y]);
  });

  test('the sum that is written out adds up', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution`);
    for (const [name, place] of [
      ['y', '0, 0, 1, 1: 4'],
      ['dx', '0, 0, 2, 2'],
      ['dweight', '0, 0, 0, 2'],
    ]) {
      await figure(page)
        .getByRole('button', { name: new RegExp(`^${name} at ${place}`) })
        .click();
      const said = await figure(page).getByRole('status').locator('code').first().textContent();
      const [, terms, result] = said!.replaceAll('−', '-').split(' = ');
      const sum = terms
        .split(' + ')
        .map((term) => term.split(' · ').reduce((product, number) => product * Number(number.replace(/[()]/g, '')), 1))
        .reduce((all, product) => all + product, 0);
      expect(sum).toBeCloseTo(Number(result), 9);
    }
  });

  test('an exercise says whether an answer is right', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution`);
    const exercise = page.locator('rc-exercise').first();
    await exercise.getByRole('textbox').fill('23');
    await page.keyboard.press('Enter');
    await exercise.getByText('Not yet.').waitFor();
    await exercise.getByRole('textbox').fill('24');
    await page.keyboard.press('Enter');
    await exercise.getByText('Right.').waitFor();
  });

  test.each(['en', 'zh'])('axe finds nothing serious in any chapter (%s)', async (language) => {
    for (const chapter of chapters) {
      const page = await visitor.open(`${address}learn.html?chapter=${chapter}&lang=${language}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.figure').first().waitFor();
      expect(await axe(page), chapter).toEqual([]);
      await visitor.leave();
    }
  });
});
