/** The chapters on residual nets, DenseNet, autograd and rounding in a page: what their figures show is what the package computes. Needs
 *  `npm run build`. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { float32Parts, summations } from '../src/figures/index.js';
import { createBackend, functional as F } from '../src/node/index.js';
import { gradientsByDepth, kinds } from '../web/learn/ideas/deepNets.js';
import { denseBlock } from '../web/learn/ideas/denseBlock.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

const chapters = ['9-residual', '10-densenet', '11-autograd', '16-rounding'];

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  /** The chapter's element of that name, seen. */
  async function figure(page: Page, name: string): Promise<Locator> {
    const element = page.locator(`rc-${name}`).first();
    await element.waitFor({ state: 'attached' });
    await element.scrollIntoViewIfNeeded();
    await element.locator('.figure').waitFor();
    return element;
  }
  const open = (chapter: string) => visitor.open(`${address}learn.html?chapter=${chapter}`);
  /** The numbers of a table, row by row. */
  const values = (table: Locator, attribute = 'value'): Promise<number[][]> =>
    table
      .locator('tbody tr')
      .evaluateAll(
        (rows, name) =>
          rows.map((row) =>
            [...row.querySelectorAll(`[data-${name}]`)].map((cell) => Number((cell as HTMLElement).dataset[name])),
          ),
        attribute,
      );
  /** What a sum that is written out comes to: products and numbers, with brackets around what is below 0. */
  const product = (text: string) =>
    text
      .replaceAll('−', '-')
      .split(' · ')
      .reduce((all, factor) => all * Number(factor.replace(/[()]/g, '')), 1);

  test('a graph is walked by keyboard, its sentences add up, and its gradients are those of autograd', async () => {
    const page = await open('11-autograd');
    const graph = await figure(page, 'graph');
    await graph.getByRole('combobox').selectOption('net');
    const changed = graph.getByRole('spinbutton', { name: 'w1' });
    await changed.fill('1.5');
    const next = graph.getByRole('button', { name: 'Next step' });
    await next.focus();
    let products = 0;
    while (await next.isEnabled()) {
      await page.keyboard.press('Enter');
      const said = (await graph.getByRole('status').locator('code').textContent())!;
      const parts = said.split(/ \+?= /).slice(1);
      const numbers = parts.at(-2);
      if (parts.length < 3 || !/^[−()\d.]+( · [−()\d.]+)+$/.test(numbers!)) continue;
      products++;
      expect(product(numbers!), said).toBeCloseTo(product(parts.at(-1)!), 9);
    }
    expect(products).toBeGreaterThan(6);

    const home = await createBackend('reference');
    const given = { x: 1, w1: 1.5, b1: -1, w2: 3, t: 1 };
    const leaves = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, home.tensor([value], [1], { requiresGrad: true })]),
    );
    const { x, w1, b1, w2, t } = leaves;
    const e = F.relu(w1.mul(x).add(b1)).mul(w2).sub(t);
    e.mul(e).backward();
    await graph.locator('.figure summary').click();
    for (const [name, leaf] of Object.entries(leaves)) {
      const row = graph.getByRole('row', { name: new RegExp(`^${name} `) });
      const shown = Number(await row.locator('[data-gradient]').getAttribute('data-gradient'));
      expect(shown, name).toBe(await leaf.grad!.item());
      const measured = Number((await row.locator('td').last().textContent())!.replace('−', '-'));
      expect(measured, name).toBeCloseTo(shown, 3);
    }
  });

  test('the gradients of deep networks are those that the package computes, with other blocks, seeds and weights, too', async () => {
    const page = await open('9-residual');
    const depth = await figure(page, 'depth');
    await depth.locator('summary').click();
    const shows = async (blocks: number, seed: number, weights: 'pytorch' | 'he') => {
      const norms = await gradientsByDepth({ blocks, seed, weights });
      await expect.poll(async () => (await values(depth.locator('table'))).length, { timeout: 30_000 }).toBe(blocks);
      await expect
        .poll(async () => (await values(depth.locator('table')))[0][0] / norms.plain[0], { timeout: 30_000 })
        .toBeCloseTo(1, 4);
      for (const [i, row] of (await values(depth.locator('table'))).entries()) {
        for (const [k, kind] of kinds.entries()) expect(row[k] / norms[kind][i]).toBeCloseTo(1, 4);
      }
    };
    await shows(20, 0, 'pytorch');
    await depth.getByRole('spinbutton', { name: /Blocks/ }).fill('7');
    await depth.getByRole('spinbutton', { name: /Seed/ }).fill('3');
    await depth.getByRole('combobox').selectOption('he');
    await shows(7, 3, 'he');
  });

  test('a dense block’s channels and costs are those of nn.summary', async () => {
    const page = await open('10-densenet');
    const dense = await figure(page, 'dense');
    const fields = { growth: /Growth/, layers: /Layers/, channels: /Channels/, size: /Height/ };
    const shown = async (order: Parameters<typeof denseBlock>[0]) => {
      const block = denseBlock(order);
      for (const [name, label] of Object.entries(fields)) {
        await dense.getByRole('spinbutton', { name: label }).fill(String(order[name as keyof typeof order]));
      }
      expect(await values(dense.locator('table'))).toEqual([
        ...block.layers.map((layer) => [layer.reads, layer.gives, layer.parameters, layer.multiplyAdds]),
        [block.channels, block.parameters, block.multiplyAdds],
      ]);
    };
    await shown({ growth: 12, layers: 4, channels: 24, size: 28 });
    await shown({ growth: 5, layers: 7, channels: 3, size: 9 });
  });

  test('a number of f32 has the bits that it has', async () => {
    const page = await open('16-rounding');
    const float = await figure(page, 'float');
    const bits = async () => Number.parseInt((await float.locator('.bits button').allTextContents()).join(''), 2);
    for (const typed of ['-6.25', '1e-45', '3.5e38', 'nan', '0.1']) {
      await float.getByRole('textbox').fill(typed);
      expect(await bits(), typed).toBe(float32Parts(typed === 'nan' ? Number.NaN : Number(typed)).bits);
    }
    await float.locator('.above button').click();
    expect(await bits()).toBe(float32Parts(0.1).bits + 1);
    await float.getByRole('button', { name: /^sign/ }).click();
    await float.getByRole('button', { name: /^exponent, bit 0/ }).click();
    // The exponent of 0.1 is 123, which is odd: without its last bit the number is half as large.
    expect(await bits()).toBe(float32Parts(-float32Parts(0.1).above / 2).bits);
    const value = Number(await float.getByRole('status').locator('code').getAttribute('data-value'));
    expect(float32Parts(value).bits).toBe(await bits());
    expect(value).toBeLessThan(0);
    await float.getByRole('textbox').fill('0.1x');
    await float.getByText('This isn’t a number yet').waitFor();
  });

  test('sums in five orders are those of the package, and each is within its budget', async () => {
    const page = await open('16-rounding');
    const sums = await figure(page, 'sum-orders');
    const shows = async (numbers: readonly number[]) => {
      const expected = summations(numbers).sums.map(({ sum, error, budget }) => [sum, error, budget]);
      expect(await values(sums.locator('table'))).toEqual(expected);
    };
    await shows([2 ** 24, ...new Array(15).fill(1)]);
    await sums.getByRole('textbox').fill('1e8, 1/3, -1e8 0.1*7');
    await shows([1e8, 1 / 3, -1e8, ...new Array(7).fill(0.1)]);
    await sums.getByRole('button', { name: 'Cancelling' }).click();
    await shows([1e8, 1, 2, 3, -1e8, 0.5]);
  });

  test('what was chosen is in the address, which brings it back, in a chapter and alone', async () => {
    const page = await open('11-autograd');
    const graph = await figure(page, 'graph');
    await graph.getByRole('combobox').selectOption('net');
    await graph.getByRole('spinbutton', { name: 'b1' }).fill('-2.5');
    await graph.getByRole('slider').fill('9');
    await page.waitForURL(/figure=1&expression=net&step=9&numbers=b1:0:-2.5/);
    const sentence = await graph.getByRole('status').textContent();
    await page.reload();
    const again = await figure(page, 'graph');
    await again.getByText('Step 9 of').waitFor();
    expect(await again.getByRole('spinbutton', { name: 'b1' }).inputValue()).toBe('-2.5');
    expect(await again.getByRole('status').textContent()).toBe(sentence);

    // A NaN that isn't the usual one has its bits; what is nonsense counts as not said.
    await page.goto(`${address}learn.html?embed=float&controls=value,bits&value=NaN&bits=2143289345`);
    const float = await figure(page, 'float');
    const bits = await float.locator('.bits button').allTextContents();
    expect(Number.parseInt(bits.join(''), 2)).toBe(2143289345);
    await page.goto(`${address}learn.html?embed=graph&expressions=square&controls=step&step=99&expression=none`);
    await (await figure(page, 'graph')).getByText('Step 0 of 7').waitFor();
  });

  test.each(['en', 'zh'])(
    'axe finds nothing serious, on a phone neither, and nothing is wider than it (%s)',
    async (language) => {
      const page = await visitor.newPage({ viewport: { width: 360, height: 800 } });
      for (const chapter of chapters) {
        await page.goto(`${address}learn.html?chapter=${chapter}&lang=${language}`);
        for (const name of ['graph', 'depth', 'dense', 'float', 'sum-orders']) {
          if ((await page.locator(`rc-${name}`).count()) > 0) await figure(page, name);
        }
        expect(await axe(page), chapter).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), chapter).toBe(360);
      }
    },
  );
});
