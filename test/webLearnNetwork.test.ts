/** The figures of networks in a page: what they show is what the package computes, and chapter 6 can be gone through by keyboard alone.
 *  Needs `npm run build`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import { layerGradients, layerOutputs, magnitude, receptiveField } from '../src/insight/index.js';
import { mnist } from '../src/node/data.js';
import { models, nn } from '../src/node/index.js';
import { manualSeed } from '../src/tensor/random.js';
import { Checkpoint } from '../src/training/index.js';
import { written } from '../web/learn/numbers.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let chapter: string;
  beforeAll(async () => {
    chapter = `${await visitor.host(strict)}learn.html?chapter=6-mnist-net`;
  });

  /** The figure, once it has been computed. */
  async function open(name: 'network' | 'step', language = 'en'): Promise<{ page: Page; figure: Locator }> {
    const page = await visitor.open(`${chapter}&lang=${language}`);
    const figure = page.locator(`rc-${name}`);
    await figure.scrollIntoViewIfNeeded();
    await figure.locator('.maps').first().waitFor();
    return { page, figure };
  }

  /** The digit's image, as the network gets it. */
  async function digit(label: number) {
    const images = await mnist({ train: false, dir: join(visitor.site, 'data/digits') });
    const values = new Float32Array(784);
    expect(Number(await images.read(label, values, 0))).toBe(label);
    return host.tensor(values, [1, 1, 28, 28]);
  }

  /** The number that is selected: `conv2[0, 3, 4] = 0.52 sees 14×14 pixels …`. */
  const said = (figure: Locator) => figure.locator('.said').textContent();
  const cellsOf = (figure: Locator, call: number) => figure.locator(`tr[data-call="${call}"] td`).allTextContents();
  const choose = (figure: Locator, label: string, value: string) => figure.getByLabel(label).selectOption(value);

  test('a network’s numbers, gradients and fields are those of receptive/insight', async () => {
    const { page, figure } = await open('network');
    await choose(figure, 'Right class', '3');
    const model = models.mnistNet();
    const weights = await readFile(join(visitor.site, 'data/mnist-net.safetensors'));
    model.loadStateDict((await Checkpoint.decode(weights, 'the site’s network')).modelState());
    const x = await digit(7);
    const { layers } = layerOutputs(model, x);
    const { loss, layers: gradients } = layerGradients(model, x, 3);
    await choose(figure, 'Show', 'gradient');
    await figure.getByText(`The loss is ${written(await loss.item())} if 3 is right.`).waitFor();

    // Keys walk from number to number; what is selected first is [0, 1, 1] of the second pooling.
    await figure.getByRole('application', { name: 'The gradient of the loss at pooling (2)' }).focus();
    for (const key of ['PageDown', 'PageDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    const index = (2 * 4 + 2) * 4 + 2;
    const [image, ...fields] = receptiveField(model, [1, 1, 28, 28], 3, [2, 2, 2]);
    const { top, left, height, width } = image;
    const [value, gradient] = [
      (await layers[3].output.data())[index],
      (await gradients[3].gradient!.data())[index],
    ].map(written);
    await figure
      .getByText(
        `= ${value} sees ${height}×${width} pixels of the image: rows ${top} to ${top + height - 1}, columns ${left} to ${left + width - 1}. Its gradient is ${gradient}.`,
      )
      .waitFor();
    expect(`${height}×${width}`).toBe('16×16');

    const rows = nn.summary(model, [1, 1, 28, 28]).layers;
    for (const [call, { parameters, multiplyAdds }] of rows.entries()) {
      const { norm, mean, largest } = magnitude(await gradients[call].gradient!.data());
      const field = fields.find((one) => one.call === call);
      const count = field?.seen.reduce((sum, one) => sum + one, 0).toLocaleString('en');
      expect(await cellsOf(figure, call)).toEqual([
        layers[call].output.shape.slice(1).join('×'),
        parameters.toLocaleString('en'),
        multiplyAdds.toLocaleString('en'),
        field ? `${field.height}×${field.width} (${count})` : '–',
        ...[norm, mean, largest].map(written),
      ]);
    }
    expect(await figure.locator('tfoot td').allTextContents()).toEqual(['', '8,490', '467,200', '']);
    // The field's frame on the image, in pixels.
    const frame = figure.locator('.image .box');
    const box = await Promise.all(['x', 'y', 'width', 'height'].map((name) => frame.getAttribute(name)));
    expect(box.map(Number)).toEqual([left, top, width, height]);
  });

  test('another network has its own layers, and the same rules', async () => {
    const { figure } = await open('network');
    await choose(figure, 'Network', 'residualNet');
    await figure.getByText('rblock2.conv2', { exact: true }).first().waitFor();
    expect(await figure.locator('tfoot td').allTextContents()).toContain('41,514');
    manualSeed(0);
    const model = models.residualNet();
    const { layers } = layerOutputs(model, await digit(7));
    const call = layers.findIndex(({ name }) => name === 'rblock2.conv2');
    const [image] = receptiveField(model, [1, 1, 28, 28], call, [0, 1, 1]);
    const value = written((await layers[call].output.data())[5]);
    await expect
      .poll(() => said(figure))
      .toContain(`rblock2.conv2[0, 1, 1] = ${value} sees ${image.height}×${image.width} pixels`);
  });

  test('a step is told to its end by keyboard alone: all sums add up, and the loss is smaller', async () => {
    const { page, figure } = await open('step');
    const slider = figure.getByRole('slider', { name: 'Stage' });
    await figure.getByLabel('Step of training').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space'); // on Next, since Back is off at the beginning
    await figure.getByText('2 of 27: the picture, normalised').waitFor();
    await slider.focus();
    let sums = 0;
    for (let stage = 3; stage <= 27; stage++) {
      await page.keyboard.press('ArrowRight');
      await figure.getByRole('heading', { name: `${stage} of 27:` }).waitFor();
      const sum = figure.locator('.headline');
      if ((await sum.count()) === 0) continue; // maps become a row, or a row maps
      sums++;
      const terms = (await figure.locator('code.term, code.full').allTextContents()).map((term) =>
        Number(term.replaceAll('−', '-').split(' = ').at(-1)),
      );
      const result = Number((await sum.locator('b').last().textContent())!.replaceAll('−', '-'));
      if (terms.length === 0) continue; // one number alone
      // Each is written with four digits behind the point.
      expect(
        Math.abs(terms.reduce((all, term) => all + term, 0) - result),
        `stage ${stage}: ${await sum.textContent()}`,
      ).toBeLessThanOrEqual(1e-4 * (terms.length + 1));
    }
    expect(sums).toBe(23);
    const [before, after] = (await figure.getByText(/^The loss was/).textContent())!.match(/\d+\.\d+/g)!.map(Number);
    expect(after).toBeLessThan(before);
    expect(before).toBe(2.3911);

    // The address has it all: who opens it sees the same stage.
    await expect.poll(() => page.url()).toContain('figure=3&stage=27');
    const other = await visitor.open(page.url().replace('stage=27', 'stage=26&step=2&cell=newParam:7'));
    const again = other.locator('rc-step');
    await again.scrollIntoViewIfNeeded();
    await again.getByRole('heading', { name: '26 of 27: new numbers for fc.bias' }).waitFor();
    const written = await again.locator('.headline').textContent();
    expect(written).toMatch(/^newParam\[7\] = /);
    expect(await again.getByLabel('Step of training').inputValue()).toBe('2');
  });

  test('chapter 6 by keyboard alone: every control is reached by Tab, and what has the focus is seen', async () => {
    const { page } = await open('network');
    await page.locator('rc-step').scrollIntoViewIfNeeded();
    await page.locator('rc-step .toolbar').waitFor();
    await page.evaluate(() => window.scrollTo(0, 0));
    const met = new Set<string>();
    await page.locator('article').evaluate((article) => {
      (article as HTMLElement).tabIndex = -1;
      (article as HTMLElement).focus();
    });
    for (let press = 0; press < 120 && !met.has('PRE:end'); press++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const focused = document.activeElement!;
        if (!focused.closest('article')) return 'PRE:end';
        const box = focused.getBoundingClientRect();
        if (box.width === 0) return 'hidden';
        return `${focused.closest('rc-network, rc-step, rc-exercise')?.tagName ?? ''}:${focused.getAttribute('role') ?? focused.tagName}`;
      });
      met.add(name);
    }
    expect([...met].sort()).toEqual(
      expect.arrayContaining([
        'RC-EXERCISE:BUTTON',
        'RC-EXERCISE:INPUT',
        'RC-NETWORK:SELECT',
        'RC-NETWORK:SUMMARY',
        'RC-NETWORK:application',
        'RC-STEP:BUTTON',
        'RC-STEP:INPUT',
        'RC-STEP:SELECT',
      ]),
    );
    expect(met).not.toContain('hidden');
    expect(met).toContain('PRE:end');
  });

  test.each(['en', 'zh'])('axe finds nothing serious in the figures (%s)', async (language) => {
    const { page, figure } = await open('step', language);
    await figure.getByRole('slider').fill('5');
    await page.locator('rc-network').scrollIntoViewIfNeeded();
    await page.locator('rc-network .maps').first().waitFor();
    expect(await axe(page)).toEqual([]);
  });
});
