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

  async function trainedNet() {
    const model = models.mnistNet();
    const weights = await readFile(join(visitor.site, 'data/mnist-net.safetensors'));
    model.loadStateDict((await Checkpoint.decode(weights, 'the site’s network')).modelState());
    return model;
  }

  /** The number that is selected: `conv2[0, 3, 4] = 0.52 sees 14×14 pixels …`. */
  const said = (figure: Locator) => figure.locator('.said').textContent();
  const cellsOf = (figure: Locator, row: string) => figure.locator(`tr[data-row="${row}"] td`).allTextContents();
  const choose = (figure: Locator, label: string, value: string) => figure.getByLabel(label).selectOption(value);

  test('a network’s numbers, gradients and fields are those of receptive/insight', async () => {
    const { page, figure } = await open('network');
    await choose(figure, 'Right class', '3');
    const model = await trainedNet();
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
      expect(await cellsOf(figure, `layer${call}`)).toEqual([
        layers[call].output.shape.slice(1).join('×'),
        parameters.toLocaleString('en'),
        multiplyAdds.toLocaleString('en'),
        field ? `${field.height}×${field.width} (${count})` : '–',
        ...[norm, mean, largest].map(written),
      ]);
    }
    expect(await figure.locator('tfoot td').allTextContents()).toEqual(['', '8,490', '467,200', '']);
    // A ReLU sees what the layer before it sees, gives no negative number, and sends back what its pooling gets where it isn't 0.
    const field = fields.find(({ call }) => call === 1)!;
    expect((await cellsOf(figure, 'relu0')).slice(0, 4)).toEqual([
      '10×12×12',
      '0',
      '0',
      `${field.height}×${field.width} (${field.seen.reduce((sum, one) => sum + one, 0).toLocaleString('en')})`,
    ]);
    expect((await cellsOf(figure, 'relu1'))[3]).toBe('–');
    // The field's frame on the image, in pixels.
    const frame = figure.locator('.image .box');
    const box = await Promise.all(['x', 'y', 'width', 'height'].map((name) => frame.getAttribute(name)));
    expect(box.map(Number)).toEqual([left, top, width, height]);
  });

  test('a score is followed to a pixel: each sum is that of the operation, and Next goes to what gave most', async () => {
    const { page, figure } = await open('network');
    await figure.getByRole('button', { name: 'From the score of 7' }).click();
    const path = figure.getByRole('region', { name: 'Back to the pixels' });
    await path.getByText('1 of 8: fc[7]').waitFor();

    const model = await trainedNet();
    const x = await digit(7);
    const { layers } = layerOutputs(model, x);
    const [conv1, , , pooled, scores] = await Promise.all(layers.map(({ output }) => output.data()));
    const weight = await model.fc.weight.data();
    const terms = Array.from(pooled, (value, i) => Math.max(0, value) * weight[7 * 320 + i]);
    const most = terms.indexOf(Math.max(...terms));
    const place = [Math.floor(most / 16), Math.floor(most / 4) % 4, most % 4].join(', ');
    await path.getByText(`= ${written(terms[most])}. Its x is ReLU (2)[${place}]`).waitFor();
    expect(await path.locator('.headline b').last().textContent()).toBe(written(scores[7]));

    const names = [];
    for (let step = 2; step <= 8; step++) {
      await path.getByRole('button', { name: 'Next' }).press('Enter');
      const at = path.getByText(`${step} of 8: `);
      await at.waitFor();
      names.push((await at.textContent())!.replace(/^.*: /, ''));
    }
    expect(names[0]).toBe(`ReLU (2)[${place}]`);
    expect(names[1]).toBe(`pooling (2)[${place}]`);
    expect(names.map((name) => name.replace(/\[.*/, ''))).toEqual([
      'ReLU (2)',
      'pooling (2)',
      'conv2',
      'ReLU (1)',
      'pooling (1)',
      'conv1',
      'image',
    ]);
    await path.getByText('Here is a pixel.').waitFor();
    // The pixel gave most to that number of conv1.
    const indices = (name: string) => name.match(/\d+(?=[,\]])/g)!.map(Number);
    const [c, h, w] = indices(names[5]);
    const [, ph, pw] = indices(names[6]);
    const [pixels, kernel] = [await x.data(), await model.conv1.weight.data()];
    const products = Array.from({ length: 25 }, (_, k) => {
      const [kh, kw] = [Math.floor(k / 5), k % 5];
      return pixels[(h + kh) * 28 + w + kw] * kernel[c * 25 + k];
    });
    expect(products[(ph - h) * 5 + pw - w]).toBe(Math.max(...products));
    expect(conv1[(c * 24 + h) * 24 + w]).toBeGreaterThan(0);

    // Who opens the address is at the same step.
    await expect.poll(() => page.url()).toContain('path=8');
    const other = await visitor.open(page.url().replace('path=8', 'path=3'));
    await other.locator('rc-network').scrollIntoViewIfNeeded();
    await other.getByText(`3 of 8: pooling (2)[${place}]`).waitFor();
  });

  test('a digit of one’s own goes through the same maps, and isn’t in the address', async () => {
    const { page, figure } = await open('network');
    await figure.getByLabel('Picture of a').selectOption('own');
    const pad = figure.getByRole('application', { name: 'Page to draw on' });
    await pad.focus();
    // A 1, by keyboard.
    for (let up = 0; up < 5; up++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    for (let down = 0; down < 11; down++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await figure.getByText('the likeliest: 1').waitFor({ state: 'attached' });
    await figure.getByRole('button', { name: 'From the score of 1' }).waitFor();
    expect(await figure.locator('.layers-seen .maps').count()).toBe(8);
    await expect.poll(() => page.url()).toContain('digit=own');
    // Whoever opens it is asked for a picture.
    const other = await visitor.open(page.url());
    await other.locator('rc-network').scrollIntoViewIfNeeded();
    await other.locator('rc-network .paper').waitFor();
    expect(await other.locator('rc-network .maps').count()).toBe(0);
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

    // The way back comes by the sum of the shortcut and the convolutions, of which there is no row.
    await figure.getByRole('button', { name: /^From the score of/ }).click();
    const path = figure.getByRole('region', { name: 'Back to the pixels' });
    await path.getByText(/^1 of \d+: fc\[/).waitFor();
    await path.getByRole('button', { name: 'Next' }).click();
    await path.getByText(/^2 of \d+: ReLU \(6\)\[/).waitFor();
    await path.getByRole('button', { name: 'Next' }).click();
    await path.getByText('Two numbers in the same place are added: this is the shortcut.').waitFor();

    await choose(figure, 'Network', 'inceptionNet');
    await figure.getByText('incep2.branch5x5_2', { exact: true }).first().waitFor();
    await choose(figure, 'Network', 'mnistNet');
    await expect.poll(() => said(figure)).toMatch(/pooling \(2\)\[0, 1, 1\] = −?[\d.]+ sees 16×16 pixels/);
    expect(await figure.locator('.bad').count()).toBe(0);
  });

  test('a step is told to its end by keyboard alone: all sums add up, and the loss is smaller', async () => {
    const { page, figure } = await open('step');
    const slider = figure.getByRole('slider', { name: 'Stage' });
    await figure.getByLabel('Number that is written out').focus();
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

  test('one pixel is followed to the score and back, and to the weights that it met', async () => {
    const page = await visitor.open(`${chapter}&figure=3&follow=way`);
    const figure = page.locator('rc-step');
    await figure.scrollIntoViewIfNeeded();
    await figure.getByText('Of all pixels this one is followed').waitFor();
    const slider = figure.getByRole('slider', { name: 'Stage' });
    const numbers: string[] = [];
    for (let stage = 1; stage <= 27; stage++) {
      await slider.fill(String(stage - 1));
      await figure.getByRole('heading', { name: `${stage} of 27:` }).waitFor();
      const code = figure.locator('.headline, .shapes + p[role=status] code').first();
      numbers.push((await code.textContent())!.replace(/ = .*/s, ''));
    }
    const [, , conv1, pool1, relu1, conv2, pool2, relu2, flat, fc, loss, dscores, drow, dmaps, ...back] = numbers;
    const place = (name: string) => name.replace(/.*\[/, '[').replace(/^\[0,0,/, '[0,');
    // ReLU keeps the place, the way back has that of the way there, and the score is that of the right class.
    expect(place(relu1)).toBe(place(pool1));
    expect(place(relu2)).toBe(place(pool2));
    expect([fc, loss, dscores]).toEqual(['y[0,7]', 'loss[0]', 'dx[0,7]']);
    const [, c, h, w] = flat.match(/^row\[0, (\d+) · 16 \+ (\d+) · 4 \+ (\d+)\]/)!.map(Number);
    expect([drow, dmaps]).toEqual([`dx[0,${c * 16 + h * 4 + w}]`, `dmaps[0,${c},${h},${w}]`]);
    expect(back.slice(0, 4)).toEqual([
      `dx${pool2.slice(1)}`,
      `dx${conv2.slice(1)}`,
      `dx${relu1.slice(1)}`,
      `dx${pool1.slice(1)}`,
    ]);
    expect(back[4]).toBe(`dx${conv1.slice(1)}`);
    const [, channel] = conv1.match(/\[0,(\d+)/)!;
    expect(back[5]).toMatch(new RegExp(`^dweight\\[${channel},0,`));
    expect(back.slice(6)).toEqual(
      expect.arrayContaining([back[5].replace('dweight', 'newParam'), `newParam[${channel}]`]),
    );
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
    await page.locator('rc-network .path button').first().click();
    await page.locator('rc-network .path .sum').waitFor();
    expect(await axe(page)).toEqual([]);
  });
});
