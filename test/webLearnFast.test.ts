/** The figures of chapters 14, 15 and 17 in a page: their numbers are those of `src/ops`, and nothing is measured before it is asked for.
 *  Needs `npm run build`. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { conv2dForward, conv2dSizes } from '../src/ops/conv2d.js';
import type { Shape } from '../src/ops/shape.js';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

const conv2d = (x: readonly number[], xShape: Shape, weight: readonly number[], wShape: Shape) => {
  const s = conv2dSizes(xShape, wShape, null);
  const y = new Float64Array(s.N * s.C_out * s.H_out * s.W_out);
  conv2dForward(y, Float64Array.from(x), Float64Array.from(weight), null, s);
  return y;
};

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  async function open(chapter: string, element: string): Promise<[Page, Locator]> {
    const page = await visitor.open(`${address}learn.html?chapter=${chapter}`);
    const figure = page.locator(element).first();
    await figure.scrollIntoViewIfNeeded();
    await figure.locator('.figure').waitFor();
    return [page, figure];
  }
  const values = (cells: Locator) =>
    cells.evaluateAll((all) => all.map((cell) => Number((cell as HTMLElement).dataset.value)));
  const gridOf = (figure: Locator, name: string) =>
    values(
      figure
        .locator('.grid')
        .filter({ has: figure.page().locator('figcaption code').getByText(name, { exact: true }) })
        .locator('.cell'),
    );

  test('Winograd’s y is the convolution, for each tile, and after a change', async () => {
    const [page, figure] = await open('14-winograd', 'rc-winograd');
    const tiles = [
      { name: 'A row: F(2, 3)', x: 'd', weight: 'g', size: 4, r: 3, rows: 1 },
      { name: 'A plane: F(2x2, 3x3)', x: 'X', weight: 'w', size: 4, r: 3, rows: 4 },
      { name: 'The kernel’s: F(4x4, 3x3)', x: 'X', weight: 'w', size: 6, r: 3, rows: 6 },
      { name: 'The kernel’s: F(2x2, 5x5)', x: 'X', weight: 'w', size: 6, r: 5, rows: 6 },
    ];
    for (const { name, x, weight, size, r, rows } of tiles) {
      await figure.getByRole('button', { name }).click();
      await figure.getByRole('gridcell', { name: new RegExp(`^${x} at 0, 1: `) }).click();
      await figure.getByRole('textbox', { name: `Change ${x}[0, 1]:` }).fill('-2.5');
      const [given, taps] = [await gridOf(figure, x), await gridOf(figure, weight)];
      expect(given[1]).toBe(-2.5);
      const y = conv2d(given, [1, 1, rows, size], taps, [1, 1, rows === 1 ? 1 : r, r]);
      expect(await gridOf(figure, 'conv2d')).toEqual([...y]);
      const made = await gridOf(figure, 'y');
      expect(made).toHaveLength(y.length);
      made.forEach((value, i) => {
        expect(value).toBeCloseTo(y[i], 9);
      });
    }
    expect(
      await figure
        .getByRole('row', { name: /^Multiplications/ })
        .getByRole('cell')
        .allTextContents(),
    ).toEqual(['36', '100']);
    await figure.getByRole('gridcell', { name: /^Bᵀ at 0, 0: / }).click();
    await figure.getByText('Bᵀ follows from the points alone').waitFor();
    expect(await axe(page)).toEqual([]);

    await page.waitForURL(/cell=B/);
    await page.mouse.move(0, 0); // away from other cells
    await page.reload();
    await figure.scrollIntoViewIfNeeded();
    await figure.getByText('Bᵀ follows from the points alone').waitFor();
    const [, changed] = await gridOf(figure, 'X');
    expect(changed).toBe(-2.5); // the address has the tile, the number and the cell
  });

  test('a register tile ends with the convolution’s sums, by keyboard alone', async () => {
    const [page, figure] = await open('15-lanes-tiles', 'rc-lanes');
    await figure.getByRole('button', { name: 'To the end of the tap' }).focus();
    await page.keyboard.press('Enter');
    await figure.getByText('Loads so far: 6. Multiply-adds: 32, with 0.188 loads for each.').waitFor();
    await figure.getByRole('slider').focus();
    await page.keyboard.press('End');
    await figure.getByText('Loads so far: 24. Multiply-adds: 128').waitFor();
    const table = (name: string) => figure.getByRole('table', { name });
    const x = await values(table('x in memory').locator('[data-value]'));
    const byTap = await values(table('weights in memory').locator('[data-value]'));
    const weight = Array.from({ length: 32 }, (_, i) => byTap[(i % 4) * 8 + Math.floor(i / 4)]);
    const y = conv2d(x, [1, 1, 2, 5], weight, [8, 1, 2, 2]);
    const registers = await values(table('Registers').locator('[data-value]'));
    const expected = Array.from({ length: 32 }, (_, i) => y[(i % 8) * 4 + Math.floor(i / 8)]);
    expect(registers.slice(0, 32)).toEqual(expected);
    expect(await values(table('y, as conv2d').locator('[data-value]'))).toEqual(expected);
  });

  test('a product of matrices says which thread computes what, and where its numbers lie', async () => {
    const [page, figure] = await open('15-lanes-tiles', 'rc-gemm');
    await figure.getByRole('button', { name: /^C: / }).focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await figure.getByText('y[0, 2, 1, 3] is computed by thread 3 of workgroup (0, 0)').waitFor();
    const lit = await figure
      .getByRole('img', { name: /^Where they lie/ })
      .locator('.part')
      .evaluateAll((cells) => cells.map((cell) => (cell as SVGElement).dataset.row));
    expect(lit.map(Number)).toEqual([1, 2, 3, 7, 8, 9].flatMap((row) => [row, row, row]));
    expect(await figure.locator('.role-y .own, .role-y .selected').count()).toBe(32);
  });

  test('threads take tasks as given, and are measured when that is asked for', async () => {
    const [page, figure] = await open('15-lanes-tiles', 'rc-threads');
    await figure.getByRole('button', { name: 'The first quarter' }).click();
    await figure.getByRole('slider', { name: 'Threads', exact: true }).focus();
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight');
    await figure
      .getByText('64 tasks take one thread 96 units of time, and these threads 25: 3.84 times as fast.')
      .waitFor();
    expect(await figure.locator('.timeline rect').count()).toBe(64);
    expect(page.workers()).toEqual([]);
    await figure.getByRole('button', { name: 'Measure a training step' }).click();
    await figure.getByRole('cell', { name: / ms$/ }).first().waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('what moves to a device is counted, and what a step asks of it here', async () => {
    const [page, figure] = await open('17-gpu', 'rc-device');
    const bytes = async (what: string) =>
      figure
        .getByRole('row', { name: new RegExp(`^${what}`) })
        .getByRole('cell')
        .first()
        .textContent();
    expect(await bytes('weights')).toBe('33,960');
    expect(await bytes('images')).toBe('200,704');
    await figure.getByRole('slider').focus();
    await page.keyboard.press('Home');
    expect(await bytes('images')).toBe('3,136');
    expect(page.workers()).toEqual([]);
    await figure.getByRole('button', { name: 'Count and time a step' }).click();
    await figure.getByText(/^webgpu: .* for a training step with a batch of 1$/).waitFor();
    expect(await figure.locator('[data-count=bytesUploaded]').textContent()).toBe('3,144'); // a label and a 1 beside the image
    expect(await figure.locator('[data-count=submits]').textContent()).toBe('1');
    expect(await figure.locator('[data-count=bytesRead]').textContent()).toBe('4');
    expect(await axe(page)).toEqual([]);
  });
});
