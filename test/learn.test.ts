/** The chapters: both languages have the same parts, their code is in the source, and their exercises know right from wrong. */
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

test('code that isn’t in the source is an error', async () => {
  expect(() => cut('function a() {\n}\n', 'b', 'a.ts')).toThrow('a.ts has no function b');
  await expect(render('[gone](../../src/ops/conv2d.ts)', `${folder}x.en.md`)).rejects.toThrow('has no function gone');
});
