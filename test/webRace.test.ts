/** The page of the race, as it is built: all backends of a Chromium have PyTorch's losses there, each at its own pace. Needs
 *  `npm run build`. */
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  commonStep,
  imagesPerSecond,
  kernelsOfStep,
  type LaneReport,
  largestDifference,
  type RaceReport,
} from '../web/race/report.js';
import { hasChromium } from './browser/chromium.js';
import { readGoldenJson } from './golden/golden.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

let visitor: Visitor;
let address: string;

/** With these choices, as if they had been made on an earlier visit. */
async function open(choices: object, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await visitor.context(options);
  await context.addInitScript((kept) => localStorage.setItem('receptive.race', kept), JSON.stringify(choices));
  return visitor.open(`${address}race.html`);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function saved(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  return readFile(await download.path(), 'utf8');
}

const report = async (page: Page): Promise<RaceReport> => JSON.parse(await saved(page, 'Save as JSON'));

/** What a row of the standings says, cell by cell. */
const cells = (page: Page, lane: string) =>
  page
    .locator('.standings tbody tr')
    .filter({ has: page.getByRole('rowheader', { name: lane, exact: true }) })
    .getByRole('cell')
    .allTextContents();

const lane = (label: string, losses: readonly number[], times: readonly number[] = []): LaneReport => ({
  label,
  backend: label === 'reference' ? 'reference' : 'wasm',
  threads: 1,
  state: 'racing',
  adapter: null,
  failure: null,
  losses,
  times,
  kernels: [],
});

test('losses are compared step by step: with the reference’s, and in steps that it hasn’t taken with the first lane’s that has', () => {
  const [first, second, reference] = [lane('a', [2, 4, 8]), lane('b', [2, 3, 9, 1]), lane('reference', [2, 2])];
  const lanes = [first, second, reference];
  expect(largestDifference(first, lanes)).toEqual({ difference: 1, step: 2, against: 'reference' });
  expect(largestDifference(second, lanes)).toEqual({ difference: 0.5, step: 2, against: 'reference' });
  expect(largestDifference(second, [first, second])).toEqual({ difference: 0.25, step: 2, against: 'a' });
  expect(largestDifference(second, [first, second, lane('reference', [2, 3])])).toEqual({
    difference: 0.125,
    step: 3,
    against: 'a',
  });
  expect(largestDifference(reference, lanes)).toBeNull();
  expect(largestDifference(first, [first])).toBeNull();
  const astray = lane('c', [2, Number.NaN, 2]);
  expect(largestDifference(astray, lanes)).toMatchObject({ difference: Number.POSITIVE_INFINITY, step: 2 });
  expect(largestDifference(lane('d', astray.losses), [astray])).toMatchObject({ difference: 0 });
});

test('images a second are those of the steps after the first; the common step is the last of who is behind', () => {
  expect(imagesPerSecond(lane('a', [], [900, 1000, 1100]), 64)).toBe(640);
  expect(imagesPerSecond(lane('a', [], [900]), 64)).toBeNull();
  expect(commonStep([lane('a', [1, 1, 1]), lane('b', [1, 1]), lane('c', [])])).toBe(2);
  expect(commonStep([lane('a', [])])).toBe(0);
});

test('a kernel’s time is that of a step, and shaders that compute the same pass are one kernel', () => {
  const told = {
    'conv2dBackwardInput.backwardInput': 6,
    'conv2dForward.forward': 9,
    'conv2dBackwardWeight.backwardWeight': 4,
    'matmul.multiply': 3,
    'maxPool2d.backwardApart': 1,
  };
  const shares = Object.entries(told).map(([kernel, milliseconds]) => ({ kernel, milliseconds }));
  expect(kernelsOfStep(shares, 2)).toEqual([
    { kernel: 'conv2d backward', milliseconds: 5 },
    { kernel: 'conv2d forward', milliseconds: 4.5 },
    { kernel: 'matmul forward', milliseconds: 1.5 },
    { kernel: 'maxPool2d backward', milliseconds: 0.5 },
  ]);
});

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  visitor = new Visitor();
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  test('one after the other, every backend has PyTorch’s losses; the report is saved, read out, and there after a reload', async () => {
    const steps = 10;
    const page = await open({ steps: String(steps), seed: '42', profile: true, left: [] });
    await button(page, 'Start').click();
    await button(page, 'Start anew').waitFor();

    const { losses: theirs } = readGoldenJson<{ seed: number; losses: number[] }[]>('parity').find(
      ({ seed }) => seed === 42,
    )!;
    const found = await report(page);
    expect(found).toMatchObject({ format: 'receptive race', together: false });
    const lanes = Object.fromEntries(found.lanes.map((lane) => [lane.label, lane]));
    const tolerances = { 'wasm x 1': 1e-3, 'wasm x 2': 1e-3, webgpu: 1e-3, reference: 1e-4 };
    expect(Object.keys(lanes).filter((label) => label in tolerances)).toEqual(Object.keys(tolerances));
    for (const [label, tolerance] of Object.entries(tolerances)) {
      const { state, losses, times, kernels } = lanes[label];
      expect({ state, steps: losses.length, clock: times.length }).toEqual({ state: 'done', steps, clock: steps });
      losses.forEach((loss, i) => {
        const difference = Math.abs(loss - theirs[i]) / theirs[i];
        expect(difference, `${label}, step ${i + 1}`).toBeLessThan(tolerance);
      });
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThan(0);
      const names = kernels.map(({ kernel }) => kernel);
      expect(names).toEqual(expect.arrayContaining(['conv2d forward', 'conv2d backward', 'maxPool2d backward']));
      expect(kernels[0].milliseconds).toBeGreaterThan(0);
    }
    expect(lanes['wasm x 2'].losses).toEqual(lanes['wasm x 1'].losses);

    // The largest difference and its step, as the numbers have them.
    const differences = lanes.webgpu.losses.map((loss, i) => Math.abs(loss / lanes.reference.losses[i] - 1));
    const step = differences.indexOf(Math.max(...differences)) + 1;
    const [count, , , , difference] = await cells(page, 'webgpu');
    expect(count).toBe(String(steps));
    expect(difference).toBe(
      `${differences[step - 1].toExponential(1)} ✓ within the tolerance step ${step}, against reference`,
    );
    expect((await cells(page, 'reference')).slice(-1)).toEqual(['–']);
    const said = await page.getByRole('log').getByRole('paragraph').allTextContents();
    expect(said.map((text) => text.split(':')[0])).toEqual(found.lanes.map(({ label }) => label));
    expect(said.at(-1)).toMatch(/^reference: 10 steps in .* s, [\d.]+ images a second$/);
    await page
      .getByText(/^swiftshader.* computes on the processor/i)
      .nth(1)
      .waitFor();

    const svg = await saved(page, 'Save the curves as SVG');
    expect(svg).toMatch(/^<svg xmlns/);
    expect(svg.match(/<polyline [^>]*points="\d[^>]*stroke="(rgb|#)/g)).toHaveLength(2 * found.lanes.length);
    expect(svg).not.toMatch(/class=|var\(/);

    for (const lang of ['en', 'zh']) {
      await page.goto(`${address}race.html?lang=${lang}`);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.locator('.standings').waitFor();
      expect(await cells(page, 'webgpu'), 'the last race is there again').toHaveLength(5);
      await page.getByText('webgpu', { exact: true }).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(await axe(page), lang).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axe(page), `${lang}, dark`).toEqual([]);
    }
  });

  test('all at once is said to be no measurement; who is stopped keeps the steps, and the next race begins with the first', async () => {
    const page = await open({ steps: '500', left: ['webgpu'], together: true });
    await button(page, 'Start').click();
    await page.getByText(/^All lanes ran at once/).waitFor();
    await page.waitForFunction(() => {
      const bars = [...document.querySelectorAll<HTMLProgressElement>('.standings progress')];
      return bars.length > 2 && bars.every(({ value }) => value > 0);
    });
    await button(page, 'Stop').click();
    await button(page, 'Start anew').waitFor();
    const { lanes, together } = await report(page);
    expect(together).toBe(true);
    expect(lanes.map(({ state }) => state)).toEqual(lanes.map(() => 'stopped'));
    for (const { losses } of lanes) expect(losses.length).toBeGreaterThan(0);
    expect((await cells(page, 'reference'))[0]).toBe(`stopped after ${lanes.at(-1)!.losses.length}`);

    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('501 ');
    expect(await button(page, 'Start anew').isDisabled()).toBe(true);
    await page.getByText('Steps: a whole number from 1 to 937, which is one pass through the images.').waitFor();
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('3');
    await page.getByRole('checkbox', { name: /^reference/ }).uncheck();
    await button(page, 'Start anew').click();
    await page.getByText(/^wasm x 2: 3 steps in/).waitFor({ state: 'attached' });
    await button(page, 'Start anew').waitFor();
    const again = await report(page);
    expect(again.lanes.map(({ losses }) => losses)).toEqual(
      lanes.filter(({ label }) => label !== 'reference').map(({ losses }) => losses.slice(0, 3)),
    );
    // The first lane is what others are held against, where there is no reference.
    const last = async (lane: string) => (await cells(page, lane)).at(-1);
    expect([await last('wasm x 1'), await last('wasm x 2')]).toEqual([
      '–',
      '0 ✓ within the tolerance step 1, against wasm x 1',
    ]);
  });

  test('a lane that fails says why, and the others go on', async () => {
    const page = await open({ steps: '2', left: ['webgpu', 'reference'] });
    let refused = 0;
    await page
      .context()
      .route('**/data/mnist/train-labels*', (route) => (refused++ < 6 ? route.abort() : route.continue()));
    await button(page, 'Start').click();
    await button(page, 'Start anew').waitFor();
    const { lanes } = await report(page);
    expect(lanes.map(({ state }) => state)).toEqual(['failed', ...lanes.slice(1).map(() => 'done')]);
    expect((await cells(page, 'wasm x 1'))[0]).toMatch(/^failed after 0 steps: .*train-labels.* can't be loaded/);
    expect(await page.getByRole('log').textContent()).toMatch(/wasm x 1: failed after 0 steps: .*wasm x 2: 2 steps in/);
    expect(visitor.complaints.splice(0).filter((text) => !text.includes('ERR_FAILED'))).toEqual([]);
  });
});
