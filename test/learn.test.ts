/** The chapters: both languages have the same parts, their code is in the source, and their exercises know right from wrong. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { falsify } from '../src/figures/falsify.js';
import { isRightAnswer, isRightNumber } from '../web/learn/answers.js';
import type { OperationElement } from '../web/learn/figureOf.js';
import { Given } from '../web/learn/given.js';
import { problemOf } from '../web/learn/operations.js';
import { cut, render } from '../web/learn/plugin.js';

const folder = new URL('../docs/learn/', import.meta.url).pathname;
const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
const names = [...new Set(files.map((file) => file.replace(/\.\w+\.md$/, '')))];

const chapterOf = (name: string, language: string) => {
  const file = `${folder}${name}.${language}.md`;
  return render(readFileSync(file, 'utf8'), file);
};
/** The blocks of PyTorch that have been run, by their hashes. */
const ran: Record<string, string[]> = JSON.parse(
  readFileSync(new URL('golden/chapters.json', import.meta.url), 'utf8'),
);

/** The elements of a chapter, as they stand in its HTML. */
const elements = (html: string, name: string) => html.match(new RegExp(`<rc-${name}[^>]*>`, 'g')) ?? [];

/** The exercises of a chapter, by the attributes of their elements. */
const exercisesOf = (html: string): Given[] =>
  elements(html, 'exercise').map((element) => {
    const attributes = new Map([...element.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    return new Given((name) => attributes.get(name) ?? null);
  });

/** What an exercise asks for: all that isn't said in a language. */
const askedIn = (html: string) =>
  elements(html, 'exercise').map((element) => element.replace(/ (question|hint)="[^"]*"/g, ''));

test('there are chapters', () => {
  expect(names.length).toBeGreaterThan(0);
});

describe.each(names)('%s', (name) => {
  test('is the same in both languages', async () => {
    const [en, zh] = [await chapterOf(name, 'en'), await chapterOf(name, 'zh')];
    expect(zh.headings.map(({ id }) => id)).toEqual(en.headings.map(({ id }) => id));
    expect(askedIn(zh.html)).toEqual(askedIn(en.html));
    expect(elements(zh.html, '(?!exercise)')).toEqual(elements(en.html, '(?!exercise)'));
    expect(zh.sources).toEqual(en.sources);
    const formulas = (html: string) => html.match(/<math display="block"/g)?.length;
    expect(formulas(zh.html)).toBe(formulas(en.html));
  });

  test('has exercises that take the right answer, and no wrong one', async () => {
    const exercises = exercisesOf((await chapterOf(name, 'en')).html);
    expect(exercises.length).toBeGreaterThanOrEqual(3);
    for (const exercise of exercises) {
      expect(exercise.text('hint')).not.toBe('');
      if (exercise.text('kind') === 'fill') fillIn(exercise);
      else if (exercise.text('kind') === 'find') findWrong(exercise);
      else predict(exercise.text('answer'));
    }
  });

  test.each(['en', 'zh'])('has links that lead somewhere, in the reader’s language (%s)', async (language) => {
    const { html } = await chapterOf(name, language); // which throws where one leads nowhere
    for (const [, href] of html.matchAll(/<a href="([^"]*)"/g)) {
      if (!/^https:\/\/|^#s\d+$/.test(href))
        expect(href).toMatch(new RegExp(`^(learn|source)\\.html\\?.*lang=${language}`));
    }
  });

  test.each(['en', 'zh'])('has PyTorch that was run as it stands: test/golden/run_chapters.py (%s)', (language) => {
    const file = `${name}.${language}.md`;
    const blocks = readFileSync(`${folder}${file}`, 'utf8').matchAll(/^```python\n(.*?)^```/gms);
    const hashes = [...blocks].map(([, block]) => createHash('sha256').update(block).digest('hex').slice(0, 16));
    expect(ran[file] ?? []).toEqual(hashes);
  });

  test('has nothing that the policy of the site would refuse', async () => {
    const { html } = await chapterOf(name, 'en');
    expect(html).not.toMatch(/\sstyle=|<script|\son\w+=|src="http/);
  });
});

function predict(answers: string): void {
  for (const answer of answers.split('|')) {
    expect(isRightAnswer(answer, answers)).toBe(true);
    expect(isRightAnswer(` ${answer} `.replace(/[()]/g, ''), answers)).toBe(true);
    const wrong = ['', `${answer} 1`, `1 ${answer}`, answer.replace(/\d/, (d) => `${(Number(d) + 1) % 10}`), 'maybe'];
    for (const one of wrong.filter((one) => one !== answer)) {
      expect(isRightAnswer(one, answers), `‘${one}’ for ${answer}`).toBe(false);
    }
  }
}

/** The right numbers are those of `src/ops`; a reader may round them to three places. */
function fillIn(exercise: Given): void {
  const { figure, first } = problemOf(exercise.text('operation') as OperationElement, exercise);
  const { values, isInput } = figure.compute(first).find(({ name }) => name === exercise.text('grid'))!;
  expect(isInput).toBe(false);
  for (const cell of exercise.shape('cells')) {
    expect(cell).toBeLessThan(values.length);
    const value = values[cell];
    expect(isRightNumber(`${value}`, value)).toBe(true);
    expect(isRightNumber(value.toFixed(3).replace('-', '−'), value), value.toFixed(3)).toBe(true);
    for (const wrong of ['', `${value + 1}`, (value - 0.01).toFixed(3), `${value} ${value}`]) {
      expect(isRightNumber(wrong, value), `‘${wrong}’ for ${value}`).toBe(false);
    }
  }
}

/** There is one wrong number, and another one for another seed. */
function findWrong(exercise: Given): void {
  const { figure, first } = problemOf(exercise.text('operation') as OperationElement, exercise);
  const { values, isInput } = figure.compute(first).find(({ name }) => name === exercise.text('grid'))!;
  expect(isInput).toBe(false);
  expect(values.length).toBeGreaterThan(3);
  const wrong = Array.from({ length: 20 }, (_, seed) => falsify(values, seed));
  for (const { index, value } of wrong) {
    expect(value.toFixed(3)).not.toBe(values[index].toFixed(3));
  }
  expect(new Set(wrong.map(({ index }) => index)).size).toBeGreaterThan(2);
}

test('code is cut out with the comment above it, and says in which line it begins', () => {
  const source = `let x = 0;\n\n/** One. */\nexport function one(): number {\n  return 1;\n}\n\nclass A {\n  // Two.\n  get two() {\n    return 2;\n  }\n\n  three(): number {\n    return 3;\n  }\n}\n`;
  expect(cut(source, 'one', 'a.ts')).toEqual({ line: 3, code: source.split('\n').slice(2, 6).join('\n') });
  expect(cut(source, 'A.three', 'a.ts')).toEqual({ line: 14, code: 'three(): number {\n  return 3;\n}' });
});

test('code that isn’t in the source is an error', async () => {
  expect(() => cut('function a() {\n}\n', 'b', 'a.ts')).toThrow('a.ts has no function b');
  await expect(render('[gone](../../src/ops/conv2d.ts)', `${folder}x.en.md`)).rejects.toThrow('has no function gone');
});

test('links become the site’s addresses, and one that leads nowhere is an error', async () => {
  const linked = async (link: string) => {
    const { html } = await render(`A [link](${link}).`, `${folder}3-convolution.en.md`);
    return /href="([^"]*)"/.exec(html)![1].replaceAll('&amp;', '&');
  };
  expect(await linked('https://arxiv.org/abs/1603.07285')).toBe('https://arxiv.org/abs/1603.07285');
  expect(await linked('5-pooling.zh.md')).toBe('learn.html?chapter=5-pooling&lang=zh');
  const { headings } = await chapterOf('3-convolution', 'en');
  const idOf = (text: string) => headings.find((heading) => heading.text === text)?.id;
  expect(await linked('3-convolution.en.md#several-kernels')).toBe(
    `learn.html?chapter=3-convolution&lang=en#${idOf('Several kernels')}`,
  );
  expect(await linked('#backward-who-gets-how-much')).toBe(`#${idOf('Backward: who gets how much')}`);
  expect(await linked('../../src/ops/conv2d.ts#L3')).toBe('source.html?file=src/ops/conv2d.ts&lang=en#L3');
  expect(await linked('../../src/models')).toBe('source.html?file=src/models&lang=en');
  expect(await linked('../../README.md#read-it')).toMatch(/^source\.html\?file=README\.md&lang=en#L\d+$/);
  for (const wrong of [
    '99-gone.en.md',
    '5-pooling.en.md#gone',
    '#gone',
    '../../src/gone.ts',
    '../../src/ops/conv2d.ts#L9999',
    '../../package.json',
    '../../README.md#gone',
  ]) {
    await expect(linked(wrong), wrong).rejects.toThrow(
      `docs/learn/3-convolution.en.md: the link ${wrong} leads nowhere`,
    );
  }
});

test('the end of a line is no space between Chinese characters, and stays in a block', async () => {
  const { html } = await render('卷积，\n池化 and\nReLU。\n\n```text\n一\n二\n```', `${folder}x.zh.md`);
  expect(html).toContain('<p>卷积，池化 and\nReLU。</p>');
  expect(html).toContain('一\n二');
});

test('an excerpt names its place, and leads there', async () => {
  const { html } = await render('[conv2dForward](../../src/ops/conv2d.ts)', `${folder}3-convolution.zh.md`);
  const [, href, place] = /<figcaption><a href="([^"]*)"><code>([^<]*)</.exec(html)!;
  const [, line] = /:(\d+)$/.exec(place)!;
  expect(href.replaceAll('&amp;', '&')).toBe(`source.html?file=src/ops/conv2d.ts&lang=zh#L${line}`);
});
