/** The chapters in a page: what a figure shows is what `src/ops` computes, and it can be walked by keyboard alone. Needs
 *  `npm run build`. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { conv2dForward, conv2dSizes } from '../src/ops/conv2d.js';
import { operations, others } from '../web/learn/examples.js';
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

  /** The first figure that shows both directions, once it is there. */
  const chapter3 = async (options = ''): Promise<Page> => {
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution${options}`);
    await reach(figure(page));
    return page;
  };
  /** Scrolls until it is there: what is above it takes its room when it is seen. */
  const reach = (part: Locator) =>
    expect
      .poll(async () => {
        await part.scrollIntoViewIfNeeded();
        return part.locator('.figure, form').count();
      })
      .toBe(1);
  const figure = (page: Page) => page.locator('rc-conv2d[preset=lecture]').last();
  const cellOf = (page: Page, name: string, index: number) => grid(page, name).locator(`[data-index="${index}"]`);
  const grid = (page: Page, name: string) =>
    figure(page)
      .locator('.grid')
      .filter({ has: page.getByText(name, { exact: true }) });
  /** The numbers of a grid, as the page has them. */
  const numbers = (page: Page, name: string): Promise<number[]> =>
    grid(page, name)
      .locator('.cell')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset.value)));
  /** Which cells of a grid are lit, and how. */
  const lit = (page: Page, name: string, how: 'part' | 'seen' | 'selected' = 'part'): Promise<number[]> =>
    grid(page, name)
      .locator(`.cell.${how}`)
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset.index)));
  test('a number that is changed changes those that follow from it, by keyboard alone', async () => {
    const page = await chapter3();
    const cell = figure(page).getByRole('gridcell', { name: /^x at 0, 0, 0, 0: 1/ });
    await cell.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const field = figure(page).getByRole('textbox', { name: 'Change x[0,0,1,1]:' });
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type('-2.5');
    await page.keyboard.press('Enter');
    const [x, weight] = [await numbers(page, 'x'), await numbers(page, 'weight')];
    expect(x[6]).toBe(-2.5);
    const s = conv2dSizes([1, 1, 5, 5], [1, 1, 3, 3], [1]);
    const y = new Float64Array(9);
    conv2dForward(y, Float64Array.from(x), Float64Array.from(weight), new Float64Array(1), s);
    expect(await numbers(page, 'y')).toEqual([...y]);
    // Back on the cell, where the arrow keys go on, and a digit is the beginning of a number.
    await page.keyboard.press('ArrowDown');
    expect(await lit(page, 'x', 'selected')).toEqual([11]);
    await page.keyboard.type('7');
    await expect.poll(() => numbers(page, 'x').then((all) => all[11])).toBe(7);
    const undo = figure(page).getByRole('button', { name: 'Undo' });
    await undo.click();
    expect((await numbers(page, 'x'))[11]).toBe(0);
    await undo.click();
    expect((await numbers(page, 'x'))[6]).toBe(1);
    expect(await undo.isDisabled()).toBe(true);
  });

  test('a chapter is gone through by the Tab key alone: nothing is passed by that isn’t there yet', async () => {
    // It is about the way from one to the next, so there is little to stop at inside of a figure.
    const hidden = 'steps,presets,options,edit,share';
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution&hide=${hidden}#s1`);
    await page.locator('article').waitFor();
    const visited = new Set<string>();
    const parts = await page.locator('.live').count();
    for (let tab = 0; tab < 400 && visited.size < parts; tab++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const live = document.activeElement?.closest('.live');
        return live ? [...document.querySelectorAll('.live')].indexOf(live) : -1;
      });
      if (at < 0) continue;
      // It is shown as soon as it is reached; the next Tab goes on inside.
      await page.locator('.live').nth(at).locator('> *').first().waitFor();
      visited.add(`${at}`);
    }
    expect(visited.size).toBe(parts);
    // In the last exercise, unless the focus is on the element itself still.
    if (!(await page.evaluate(() => document.activeElement instanceof HTMLInputElement)))
      await page.keyboard.press('Tab');
    await page.keyboard.type('9');
    await page.keyboard.press('Enter');
    await page.locator('rc-exercise').last().getByText('Right.').waitFor();
  });

  test('what is pointed at says where it came from, and where it goes', async () => {
    const page = await chapter3();
    await cellOf(page, 'y', 4).hover();
    expect(await lit(page, 'x')).toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18]);
    await cellOf(page, 'dx', 0).hover();
    expect([await lit(page, 'dy'), await lit(page, 'weight')]).toEqual([[0], [0]]);
    await cellOf(page, 'x', 6).hover();
    expect(await lit(page, 'y')).toEqual([0, 1, 3, 4]);
    await figure(page).getByText('x[0,0,1,1] goes into 4 numbers of y. Its gradient is dx[0,0,1,1] = 2.').waitFor();
    await cellOf(page, 'dy', 4).hover();
    expect((await lit(page, 'dx')).length + (await lit(page, 'dweight')).length).toBe(18);
    // Pointing alone selects nothing, so that the address stays.
    await page.waitForTimeout(400);
    expect(new URL(page.url()).search).toBe('?chapter=3-convolution');
  });

  test('the sum that is written out adds up', async () => {
    const page = await chapter3();
    for (const [name, index] of [
      ['y', 4],
      ['dx', 12],
      ['dweight', 2],
    ] as const) {
      await cellOf(page, name, index).click();
      const said = await figure(page).getByRole('status').locator('code').first().textContent();
      const [, terms, result] = said!.replaceAll('−', '-').split(' = ');
      const sum = terms
        .split(' + ')
        .map((term) => term.split(' · ').reduce((product, number) => product * Number(number.replace(/[()]/g, '')), 1))
        .reduce((all, product) => all + product, 0);
      expect(sum).toBeCloseTo(Number(result), 9);
    }
  });

  test('steps, plays, and is scrubbed; the address has all of it, and brings it back', async () => {
    const page = await chapter3('&hide=share');
    const before = await page.evaluate(() => history.length);
    const button = (name: string) => figure(page).getByRole('button', { name, exact: true });
    await button('Next cell').click();
    expect(await lit(page, 'y', 'selected')).toEqual([1]);
    await button('Cell before').click();
    await button('Cell before').click();
    expect(await lit(page, 'y', 'selected')).toEqual([8]);
    await figure(page).getByRole('combobox', { name: 'Grid to step through' }).selectOption('dweight');
    const slider = figure(page).getByRole('slider');
    await slider.focus();
    await page.keyboard.press('End');
    expect(await lit(page, 'dweight', 'selected')).toEqual([8]);
    expect(await slider.getAttribute('aria-valuetext')).toBe('dweight at 0, 0, 2, 2: 6');
    await button('Play').click();
    await expect.poll(() => lit(page, 'dweight', 'selected')).toEqual([0]);
    await button('Pause').click();
    await button('Edges').click();
    await cellOf(page, 'weight', 4).click();
    await figure(page).getByRole('textbox', { name: 'Change weight[0,0,1,1]:' }).fill('1/8');
    await page.waitForURL((url) => url.search.includes('numbers='));
    const shown = { x: await numbers(page, 'x'), y: await numbers(page, 'y') };
    expect(new URL(page.url()).search).toBe(
      '?chapter=3-convolution&hide=share&figure=5&preset=edges&numbers=weight:4:0.125&cell=weight:4',
    );
    expect(await page.evaluate(() => history.length)).toBe(before);
    await page.reload();
    await figure(page).locator('.grid').first().waitFor();
    expect({ x: await numbers(page, 'x'), y: await numbers(page, 'y') }).toEqual(shown);
    expect(await lit(page, 'weight', 'selected')).toEqual([4]);
    await button('Reset').click();
    await page.waitForURL((url) => !url.search.includes('figure='));
    expect((await numbers(page, 'weight'))[4]).toBe(1);
  });

  test.each(['figure=5&cell=y:99', 'figure=5&numbers=y:0:1', 'figure=5&numbers=x:0:1:2', 'figure=77&cell=y:0'])(
    'an address that fits no figure (%s) is set aside with a sentence',
    async (state) => {
      const page = await chapter3(`&${state}`);
      await page.getByText('What the address says of a figure doesn’t fit this page.').waitFor();
      await expect.poll(() => numbers(page, 'y')).toEqual([4, 3, 4, 2, 4, 3, 2, 3, 4]);
    },
  );

  test('sizes are chosen, and impossible ones are refused in the operation’s words', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=4-padding-stride`);
    const strided = page.locator('rc-conv2d[stride="2"]').first();
    await reach(strided);
    const shape = strided.locator('.role-y figcaption .hint').last();
    await expect.poll(() => shape.textContent()).toBe('(1, 1, 2, 2)');
    const stride = strided.getByRole('spinbutton', { name: 'stride' });
    await stride.fill('1');
    await stride.press('Enter');
    await expect.poll(() => shape.textContent()).toBe('(1, 1, 4, 4)');
    await stride.fill('0');
    await stride.press('Enter');
    await strided.getByText('That can’t be: conv2d: stride must be a whole number ≥ 1').waitFor();
    expect(await shape.textContent()).toBe('(1, 1, 4, 4)');
    expect(await stride.getAttribute('aria-invalid')).toBe('true');
  });

  test('a figure alone, and as files', async () => {
    const page = await visitor.open(
      `${address}learn.html?embed=conv2d&x=1,1,3,3&weight=1,1,2,2&hide=backward&numbers=x:0:-2&cell=y:3`,
    );
    await page.locator('.figure').waitFor();
    expect(await page.locator('header, nav').count()).toBe(0);
    expect(await page.getByRole('heading').allTextContents()).toEqual(['Forward']);
    expect(await page.locator('.role-x [data-index="0"]').textContent()).toBe('−2');
    await page.getByText('Share and save').click();
    const files: string[] = [];
    for (const name of ['Save as SVG', 'Save the numbers (CSV)']) {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name }).click();
      files.push((await download).suggestedFilename());
      const content = await readFile((await (await download).path())!, 'utf8');
      if (name.includes('SVG')) {
        expect(await page.evaluate(problemIn, content)).toBeNull();
        expect(content).toContain('>y[0,0,1,1]</text>');
      } else expect(content).toContain('x,"0,0,0,0",-2\r\n');
    }
    expect(files).toEqual(['conv2d-x-1x1x3x3-weight-1x1x2x2.svg', 'conv2d-x-1x1x3x3-weight-1x1x2x2.csv']);
    expect(await page.getByRole('textbox', { name: 'Address of it alone' }).inputValue()).toBe(
      page.url().replace('?embed=conv2d', '?embed=conv2d&lang=en'),
    );
    for (const wrong of [
      'nothing',
      'exercise',
      '<b>',
      'conv2d&x=1,1,2,2&weight=1,1,3,3',
      'relu&x=9999,9999',
      'gemm',
      'lanes',
      'graph',
      'stages',
    ]) {
      await page.goto(`${address}learn.html?embed=${wrong}`);
      await page.getByText('There is no').waitFor();
    }
  });

  test('exercises of all kinds say whether an answer is right', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution`);
    const exercise = (kind: string) => page.locator(`rc-exercise${kind}`).first();
    const predict = exercise(':not([kind])');
    await reach(predict);
    await predict.getByRole('textbox').fill('23');
    await page.keyboard.press('Enter');
    await predict.getByText('Not yet.').waitFor();
    await predict.getByRole('textbox').fill('24');
    await page.keyboard.press('Enter');
    await predict.getByText('Right.').waitFor();

    const fill = exercise('[kind=fill]');
    await reach(fill);
    const s = conv2dSizes([1, 1, 4, 4], [1, 1, 2, 2], [1]);
    const first = (name: string) =>
      fill
        .locator(`.role-${name} .cell`)
        .evaluateAll((all) => all.map((cell) => Number((cell as HTMLElement).dataset.value)));
    const y = new Float64Array(9);
    conv2dForward(
      y,
      Float64Array.from(await first('x')),
      Float64Array.from((await first('weight')).slice(0, 4)),
      null,
      s,
    );
    for (const [i, value] of [y[0], y[1], y[2] + 1].entries()) {
      await fill.getByRole('textbox', { name: `y[0,0,0,${i}]` }).fill(`${value}`);
    }
    await fill.getByRole('button', { name: 'Check' }).click();
    await fill.getByText('2 of 3 are right').waitFor();
    expect(await fill.locator('[aria-invalid="true"]').count()).toBe(1);
    await fill.getByRole('textbox', { name: 'y[0,0,0,2]' }).fill(`${y[2]}`);
    await page.keyboard.press('Enter');
    await fill.getByText('Right.').waitFor();

    const find = exercise('[kind=find]');
    await reach(find);
    // x and the kernel are those of the figure; edges: the right column of a window less its left one.
    const at = await find.evaluate((element) => {
      const numbersOf = (role: string) =>
        [...element.querySelectorAll<HTMLElement>(`.role-${role} .cell`)].map((cell) => Number(cell.dataset.value));
      const [x, shown] = [numbersOf('x'), numbersOf('y')];
      const sum = (h: number, w: number) =>
        [0, 1, 2].reduce((all, k) => all + x[(h + k) * 5 + w + 2] - x[(h + k) * 5 + w], 0);
      return shown.findIndex((value, i) => value !== sum(Math.floor(i / 3), i % 3));
    });
    await find.locator(`.role-y [data-index="${(at + 1) % 9}"]`).click();
    await find.getByRole('button', { name: 'Check' }).click();
    await find.getByText('Not yet.').waitFor();
    await find.locator(`.role-y [data-index="${at}"]`).click();
    await find.getByRole('button', { name: 'Check' }).click();
    await find.getByText('Right.').waitFor();
    await find.getByRole('button', { name: 'Another one' }).click();
    await find.getByRole('button', { name: 'Show the answer' }).click();
    await find.getByText('which should be').waitFor();
  });

  test('on a phone the chapter is what is seen first, a tap selects, and nothing is computed before it is seen', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=3-convolution#s4`, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    const heading = page.getByRole('heading', { level: 2 }).nth(3);
    await heading.waitFor();
    await expect.poll(async () => Math.abs((await heading.boundingBox())!.y) < 740).toBe(true);
    expect(await page.title()).toBe('Convolution · Learn · Receptive');
    expect(await page.getByRole('navigation', { name: 'Chapters' }).isVisible()).toBe(false);
    const last = page.locator('rc-conv2d').last();
    expect(await last.evaluate((element) => element.childElementCount)).toBe(0);
    await reach(last);
    await last.locator('.role-y:not(.gradient) [data-index="3"]').tap();
    await last.getByText('y[0,0,1,0]').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.getByRole('link', { name: 'Padding, stride' }).last().click();
    await page.getByRole('heading', { level: 1, name: 'Padding' }).waitFor();
  });

  test('paper has all figures, room for answers, and nothing to press', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=13-cross-entropy&lang=zh`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(1100); // until the code of what isn't seen has been asked for
    await page.waitForLoadState('networkidle');
    expect(await page.locator('.live > *').count()).toBeLessThan(4);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('.live:empty').count()).toBe(0);
    for (const [selector, isSeen] of [
      ['header', false],
      ['.contents', false],
      ['.figure .toolbar', false],
      ['.exercise button', false],
      ['.figure .grid', true],
      ['.exercise input', true],
    ] as const) {
      expect(await page.locator(selector).first().isVisible(), selector).toBe(isSeen);
    }
  });

  test('paper waits for what a figure waits for', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=8-inception`);
    await page.locator('.live').first().waitFor();
    const isThere = async (selector: string) => {
      const printed = page.evaluate(
        (selector) =>
          new Promise((resolve) => {
            globalThis.print = () => resolve(document.querySelector(selector) !== null);
          }),
        selector,
      );
      await page.getByRole('button', { name: 'Print this chapter' }).click();
      return printed;
    };
    for (const [name, content] of [
      ['block', '.branch'],
      ['stages', 'table'],
      ['network', '.layers-seen .box'],
      ['step', '.told'],
      ['shuffle', 'canvas'],
      ['picture', 'canvas'],
      ['depth', 'svg polyline'],
    ] as const) {
      await page.evaluate(
        ([name, attributes]) => {
          for (const other of document.querySelectorAll('.live')) other.remove();
          const part = document.createElement(`rc-${name}`);
          for (const [attribute, value] of Object.entries(attributes)) part.setAttribute(attribute, value);
          document.querySelector('article')!.append(part);
        },
        [name, others[name]] as const,
      );
      expect(await isThere(`rc-${name} ${content}`), name).toBe(true);
    }
  });

  test('a chapter is printed whole, and light', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=8-inception`, { colorScheme: 'dark' });
    await page.locator('.live').first().waitFor();
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    const printed = page.evaluate(
      () =>
        new Promise((resolve) => {
          globalThis.print = () => resolve(document.querySelectorAll('.live:empty, .live [aria-busy="true"]').length);
        }),
    );
    await page.getByRole('button', { name: 'Print this chapter' }).click();
    expect(await printed).toBe(0);
    expect(await theme()).toBe('light');
    expect((await page.pdf()).toString('latin1').match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(4);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await theme()).toBe('system');
  });

  test('on a phone the sum never covers the toolbar of a figure that enters the screen', async () => {
    const page = await visitor.open(`${address}learn.html?embed=conv2d&x=1,1,5,5&weight=1,1,3,3&preset=lecture`, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    await page.locator('.figure').waitFor();
    const covered = await page.evaluate(() => {
      document.querySelector('main')!.style.paddingTop = '800px';
      const [toolbar, grid] = [document.querySelector('.toolbar')!, document.querySelector('.grid .cell')!];
      let covered = 0;
      for (let top = 0; top < 800; top += 40) {
        scrollTo(0, top);
        for (const element of [...toolbar.querySelectorAll('button'), grid]) {
          const { left, width, top, height } = element.getBoundingClientRect();
          const y = top + height / 2;
          if (y < innerHeight && !element.contains(document.elementFromPoint(left + width / 2, y))) covered++;
        }
      }
      return covered;
    });
    expect(covered).toBe(0);
    // Scrolled into the figure, it is at the lower edge.
    await page.evaluate(() => scrollTo(0, 900));
    expect(
      await page.evaluate(() => Math.round(document.querySelector('.explained')!.getBoundingClientRect().bottom)),
    ).toBe(740);
  });

  test('every figure is complete, and can be taken away: as a drawing for white paper, and as tables', async () => {
    const page = await visitor.open(`${address}learn.html?chapter=figures`, { colorScheme: 'dark' });
    await page.locator('.live').first().waitFor();
    const taken = await page.evaluate(takeAll);
    expect(taken.map(({ name }) => name).sort()).toEqual(Object.keys({ ...operations, ...others }).sort());
    for (const { name, svg, problem, missing, outside, csv } of taken) {
      expect({ name, problem, missing, outside }).toEqual({ name, problem: null, missing: [], outside: [] });
      expect(svg, name).not.toMatch(/foreignObject|<script|class=|style=|var\(|light-dark|#e9eaec/);
      if (csv !== null) expect(csv, name).toMatch(/^[^\n]*,[^\n]*\r\n/m);
    }
    const { svg, csv } = taken.find(({ name }) => name === 'conv2d')!;
    expect(svg.match(/stroke-width="3"/g)).toHaveLength(9 + 9 + 1); // a window, the kernel, the bias
    expect(svg.match(/<path [^>]*stroke-opacity/g)).toHaveLength(9 + 25 + 9 + 1); // dy, dx, dweight, dbias
    expect(csv!.trim().split('\r\n')).toHaveLength(1 + 2 * (25 + 9 + 1 + 9));
    // What a reader has the page show stays.
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('system');
    expect(await page.locator('.drawn').count()).toBe(0);
    expect(await page.locator('.figure .bad:not(:empty)').allTextContents()).toEqual([]);
  });

  test.each([
    ['en', { colorScheme: 'light' }],
    ['zh', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ] as const)('axe finds nothing serious in any figure (%s, %o)', async (language, options) => {
    const page = await visitor.open(`${address}learn.html?chapter=figures&lang=${language}`, options);
    await page.locator('.live').first().waitFor();
    await page.evaluate(() =>
      Promise.all(
        [...document.querySelectorAll<HTMLElement & { complete(): Promise<void> }>('.live')].map((part) =>
          part.complete(),
        ),
      ),
    );
    for (const details of await page.locator('.share').all())
      await details.evaluate((element: HTMLDetailsElement) => {
        element.open = true;
      });
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      page.viewportSize()!.width,
    );
  });

  test('in every chapter each id is one element’s, and what names an element names one', async () => {
    const page = await visitor.newPage();
    for (const chapter of [...chapters, 'figures']) {
      await page.goto(`${address}learn.html?chapter=${chapter}`);
      await page.locator('.live').first().waitFor();
      const wrong = await page.evaluate(async () => {
        const parts = [...document.querySelectorAll<HTMLElement & { load(): Promise<void>; show(): void }>('.live')];
        await Promise.all(parts.map((part) => part.load()));
        for (const part of parts) part.show();
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
        const named = ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'list'].flatMap((name) =>
          [...document.querySelectorAll(`[${name}]`)].flatMap((element) => element.getAttribute(name)!.split(' ')),
        );
        return {
          repeated: ids.filter((id, i) => ids.indexOf(id) !== i),
          nobody: named.filter((id) => !ids.includes(id)),
          empty: parts.filter((part) => !part.firstElementChild).length,
        };
      });
      expect({ chapter, ...wrong }).toEqual({ chapter, repeated: [], nobody: [], empty: 0 });
    }
  });

  test.each(['en', 'zh'])('axe finds nothing serious in any chapter (%s)', async (language) => {
    const checked: string[] = [];
    const page = await visitor.newPage();
    for (const chapter of chapters) {
      await page.goto(`${address}learn.html?chapter=${chapter}&lang=${language}`);
      await page.locator('article').waitFor();
      // Each kind of exercise once, seen or not. Figures have their own test.
      const kinds = await page.evaluate((known) => {
        const parts = [...document.querySelectorAll<HTMLElement & { show(): void }>('.live')];
        const kindOf = (part: HTMLElement) => `${part.localName} ${part.getAttribute('kind')}`;
        const isNew = (kind: string) => kind.startsWith('rc-exercise') && !known.includes(kind);
        const kinds = new Set(parts.map(kindOf).filter(isNew));
        for (const part of parts) {
          if (!kinds.delete(kindOf(part))) part.remove();
          else part.show();
        }
        return parts.map(kindOf);
      }, checked);
      checked.push(...kinds);
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.live')].every((part) => part.childElementCount > 0),
      );
      expect(await axe(page), chapter).toEqual([]);
    }
  });
});

/** What is wrong with an SVG, if anything. */
function problemIn(content: string): string | null {
  const { documentElement } = new DOMParser().parseFromString(content, 'image/svg+xml');
  return documentElement.localName === 'svg' ? null : documentElement.textContent;
}

/** Runs in the page: each figure, when it is complete, with the files that its panel saves, and what is wrong with the drawing. */
async function takeAll() {
  let saved: (content: Promise<string>) => void = () => {};
  URL.createObjectURL = (file) => {
    saved((file as Blob).text());
    return '#';
  };
  const press = (button: HTMLButtonElement) =>
    new Promise<string>((resolve) => {
      saved = (content) => content.then(resolve);
      button.click();
    });
  const taken = [];
  for (const part of document.querySelectorAll<HTMLElement & { complete(): Promise<void> }>('.live')) {
    await part.complete();
    const panel = part.querySelector<HTMLDetailsElement>('.share')!;
    panel.open = true;
    while (!panel.querySelector('.buttons > button + button, .buttons > button:only-child')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const [drawing, table] = panel.querySelectorAll<HTMLButtonElement>('fieldset + .buttons > button');
    const svg = await press(drawing);
    const csv = table ? await press(table) : null;
    panel.open = false;
    const { documentElement: root } = new DOMParser().parseFromString(svg, 'image/svg+xml');
    const problem = root.localName === 'svg' ? null : root.textContent;
    // Each number that is seen in a cell is drawn as often as it is seen.
    const count = (texts: Iterable<string>) => {
      const counts = new Map<string, number>();
      for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
      return counts;
    };
    const isSeen = (element: Element) => element.checkVisibility({ visibilityProperty: true });
    const cells = [...part.querySelectorAll('.figure td')].filter(isSeen).map((cell) => cell.textContent!.trim());
    const seen = count(cells.filter((text) => /^[-−.\d]+$/.test(text)));
    const drawn = count([...root.querySelectorAll('text')].map(({ textContent }) => textContent!));
    const missing = [...seen].filter(([text, times]) => !((drawn.get(text) ?? 0) >= times));
    const [width, height] = ['width', 'height'].map((name) => Number(root.getAttribute(name)));
    const outside = [...root.querySelectorAll('rect[x]')].filter((rect) => {
      const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)));
      return !rect.closest('svg svg') && (x < -20 || y < -50 || x + w > width || y + h > height);
    });
    taken.push({
      name: part.localName.replace('rc-', ''),
      svg,
      csv,
      problem,
      missing,
      outside: outside.map(({ outerHTML }) => outerHTML),
    });
  }
  return taken;
}
