/** The reference, the pages of the source and the search, as they are built: addresses can be shared, keys are enough, and only what is
 *  shown is loaded. Needs `npm run build`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './browser/chromium.js';
import { axe } from './web/axe.js';
import { strict, Visitor } from './web/visitor.js';

describe.skipIf(!hasChromium)('in Chromium (which npm has for Linux on x64)', () => {
  const visitor = new Visitor();
  let address: string;
  beforeAll(async () => {
    address = await visitor.host(strict);
  });

  const open = async (path: string) => {
    const page = await visitor.open(`${address}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  // The header's selects have options, too.
  const results = (page: Page) => page.locator('.search').getByRole('option');

  test('a name has its declaration, its docstring, its members, and ways to its source and its chapter', async () => {
    const page = await open('reference.html?entry=receptive&name=nn.Conv2d&lang=zh');
    await heading(page, 'nn.Conv2d');
    expect(await page.title()).toBe('nn.Conv2d · 参考 · Receptive');
    await page.getByText('class Conv2d extends Module').waitFor();
    await page.getByText('Convolution of (N, inChannels, H, W)').waitFor();
    await page.getByText('new Conv2d(inChannels: number').waitFor();
    expect(await page.getByRole('link', { name: '3 卷积' }).getAttribute('href')).toBe(
      './learn.html?chapter=3-convolution&lang=zh',
    );

    await page.getByRole('link', { name: 'Module', exact: true }).nth(1).click();
    await heading(page, 'nn.Module');
    expect(new URL(page.url()).search).toBe('?entry=receptive&name=nn.Module&lang=zh');
    await page.goBack();
    await heading(page, 'nn.Conv2d');
    await page.getByRole('link', { name: 'stateDict', exact: true }).click();
    await heading(page, 'nn.Module');
    expect(await page.locator('.member.chosen').textContent()).toContain('stateDict(');

    await page.goBack();
    await page
      .getByRole('link', { name: /源代码: src\/nn\/modules\/layers\.ts:\d+/ })
      .first()
      .click();
    await heading(page, 'src/nn/modules/layers.ts');
    expect(await page.locator('.line.chosen').textContent()).toContain('export class Conv2d extends Module');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
  });

  test('an operation shows its figure, which can be opened alone; another name has none', async () => {
    const page = await open('reference.html?entry=receptive&name=functional.sigmoid');
    const y = page.locator('rc-sigmoid .role-y:not(.gradient) .cell').first();
    await y.scrollIntoViewIfNeeded();
    expect(Number(await y.getAttribute('data-value'))).toBeCloseTo(1 / (1 + Math.E), 6);
    await page.goto(`${address}reference.html?entry=receptive&name=Tensor.add`);
    await page.locator('rc-add .figure').waitFor();
    await page.goto(`${address}reference.html?entry=receptive&name=optim.AdamW`);
    await page.locator('rc-adam[decoupled=true] .figure').waitFor();
    await page.getByRole('link', { name: 'The figure alone' }).click();
    await page.waitForURL('**/learn.html?embed=adam*');
    await page.locator('.embedded .figure').waitFor();
    await page.goto(`${address}reference.html?entry=receptive&name=optim.StepLR`);
    await heading(page, 'optim.StepLR');
    expect(await page.locator('.operation').count()).toBe(0);
  });

  test('entries and sections list what is in them; what isn’t there is said', async () => {
    const page = await open('reference.html');
    await heading(page, 'receptive');
    await page.getByRole('link', { name: 'functional', exact: true }).first().click();
    await heading(page, 'functional');
    await page.getByText('Joins tensors along dim').waitFor();
    await page.getByRole('link', { name: 'receptive/data', exact: true }).click();
    await heading(page, 'receptive/data');
    await page.getByRole('link', { name: 'imageFolder', exact: true }).click();
    await page.getByText('In a browser', { exact: true }).waitFor();
    await page.goto(`${address}reference.html?entry=data&name=gone`);
    await page.getByText('receptive/data exports no ‘gone’.').waitFor();
    await page.goto(`${address}reference.html?entry=gone`);
    await page.getByText('The package has no entry ‘gone’.').waitFor();
    await page.goto(`${address}source.html?file=src/gone.ts`);
    await page.getByText('There is no file ‘src/gone.ts’ here.').waitFor();
  });

  test('a source is shown as it is, and leads to what it imports and to its chapter', async () => {
    const page = await open('source.html?file=src/ops/conv2d.ts#L3');
    await page.locator('.line').first().waitFor();
    const shown = await page.locator('.line code').allTextContents();
    expect(shown.join('')).toBe(readFileSync(new URL('../src/ops/conv2d.ts', import.meta.url), 'utf8'));
    expect(await page.locator('.line.chosen .number').textContent()).toBe('3');
    await page.locator('#L5 .number').click();
    await page.locator('#L5.chosen').waitFor();
    expect([new URL(page.url()).hash, await page.locator('.line.chosen').count()]).toEqual(['#L5', 1]);
    const chapter = page.getByRole('link', { name: 'docs/learn/3-convolution.en.md' });
    expect(await chapter.getAttribute('href')).toBe('./learn.html?chapter=3-convolution&lang=en');
    await page.getByRole('link', { name: "'./shape.js'" }).click();
    await heading(page, 'src/ops/shape.ts');
    await page.goto(`${address}source.html?file=src/models`);
    await page.getByRole('link', { name: 'mnistNet.ts', exact: true }).first().click();
    await heading(page, 'src/models/mnistNet.ts');
  });

  test('by keyboard alone one finds a name, and then a section of a chapter', async () => {
    const page = await open('learn.html?chapter=3-convolution');
    await page.keyboard.press('/');
    await page.keyboard.type('F.conv2d');
    await results(page).first().waitFor();
    expect(await page.locator('.search').getByRole('option', { selected: true }).textContent()).toMatch(
      /^functional\.conv2d/,
    );
    await page
      .getByRole('status')
      .getByText(/place.*Enter opens/)
      .waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await heading(page, 'functional.conv2d');

    await page.keyboard.press('/');
    await page.keyboard.type('stride');
    await results(page).nth(1).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    const last = (await results(page).count()) - 1;
    expect(await results(page).nth(last).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/learn\.html\?chapter=4-padding-stride&lang=en#s\d+$/);
    await page.getByRole('heading', { name: 'Stride: bigger steps' }).waitFor();
  });

  test('Chinese is found; Escape closes, and then empties the field; nothing is said to be nothing', async () => {
    const page = await open('reference.html?lang=zh');
    const field = page.getByRole('combobox', { name: '搜索（/）' });
    await field.fill('卷积核');
    await page.getByRole('option', { name: /^多个卷积核/ }).waitFor();
    await field.press('Escape');
    expect(await results(page).count()).toBe(0);
    expect(await field.inputValue()).toBe('卷积核');
    await field.press('Escape');
    expect(await field.inputValue()).toBe('');
    await field.fill('xyzzy');
    await page.getByText('没有找到这些词。').last().waitFor();
    await field.fill('步长');
    await page.getByRole('option', { name: /^步长/ }).click();
    await page.waitForURL(/learn\.html\?chapter=4-padding-stride&lang=zh#s\d+$/);
  });

  test('only what is shown is loaded', async () => {
    const loaded: string[] = [];
    const page = await visitor.newPage();
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname.replace(/.*\//, '')));
    await page.goto(`${address}reference.html?entry=insight&name=gradCam`);
    await heading(page, 'gradCam');
    const has = (name: string) => loaded.some((file) => file.startsWith(`${name}-`));
    expect([has('insight'), has('receptive'), has('data'), has('en'), has('zh')]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    await page.getByRole('combobox', { name: 'Search (/)' }).focus();
    await expect.poll(() => [has('en'), has('zh')]).toEqual([true, true]);
  });

  test('a search that can’t be loaded says so', async () => {
    const page = await open('reference.html');
    await page.route(/\/assets\/(en|zh)-[^/]*\.js$/, (route) => route.abort());
    await page.getByRole('combobox', { name: 'Search (/)' }).fill('conv2d');
    await page.getByText('What is searched can’t be loaded.').last().waitFor();
    expect(await results(page).count()).toBe(0);
    visitor.complaints.length = 0; // of the browser, about what was cut off
  });

  test.each([
    'reference.html',
    'reference.html?entry=receptive&name=functional&lang=zh',
    'reference.html?entry=receptive&name=Tensor.backward',
    'source.html?file=src/backends/webgpu/tile.wgsl#L3',
  ])('axe finds nothing serious in %s, light and dark, before a search and after it', async (path) => {
    const page = await open(path);
    await page.locator('article code').first().waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type('conv2d');
    await results(page).first().waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axe(page)).toEqual([]);
    // What is found is the same on every page.
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await axe(page, '.search')).toEqual([]);
  });

  test('llms.txt links to files of the site', () => {
    const links = [...readFileSync(join(visitor.site, 'llms.txt'), 'utf8').matchAll(/\]\(([^)]+)\)/g)].map(
      ([, link]) => link,
    );
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect(readFileSync(join(visitor.site, link), 'utf8').length, link).toBeGreaterThan(100);
    const chapter = readFileSync(join(visitor.site, 'docs/learn/3-convolution.en.md'), 'utf8');
    for (const [, link] of chapter.matchAll(/\]\((\.\.[^)]+)\)/g)) readFileSync(join(visitor.site, 'docs/learn', link));
  });
});
