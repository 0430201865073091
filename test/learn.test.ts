/** The chapters: both languages have the same parts, their code is in the source, and their exercises know right from wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isRightAnswer } from '../web/learn/answers.js';
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
const answersIn = (html: string) => elements(html, 'exercise').map((element) => /answer="([^"]*)"/.exec(element)![1]);

test('there are chapters', () => {
  expect(names.length).toBeGreaterThan(0);
});

describe.each(names)('%s', (name) => {
  test('is the same in both languages', async () => {
    const [en, zh] = [await chapterOf(name, 'en'), await chapterOf(name, 'zh')];
    expect(zh.headings.map(({ id }) => id)).toEqual(en.headings.map(({ id }) => id));
    expect(answersIn(zh.html)).toEqual(answersIn(en.html));
    expect(elements(zh.html, '(?!exercise)')).toEqual(elements(en.html, '(?!exercise)'));
    expect(zh.sources).toEqual(en.sources);
    const formulas = (html: string) => html.match(/<math display="block"/g)?.length;
    expect(formulas(zh.html)).toBe(formulas(en.html));
  });

  test('has exercises that take the right answer, and no wrong one', async () => {
    const answers = answersIn((await chapterOf(name, 'en')).html);
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) {
      expect(isRightAnswer(answer, answer)).toBe(true);
      expect(isRightAnswer(` ${answer} `.replace(/[()]/g, ''), answer)).toBe(true);
      for (const wrong of ['', `${answer}1`, `1 ${answer}`, answer.replace(/\d/, (d) => `${(Number(d) + 1) % 10}`)]) {
        expect(isRightAnswer(wrong, answer), `‘${wrong}’ for ${answer}`).toBe(false);
      }
    }
  });

  test('has nothing that the policy of the site would refuse', async () => {
    const { html } = await chapterOf(name, 'en');
    expect(html).not.toMatch(/\sstyle=|<script|\son\w+=|src="http/);
  });
});

test('code that isn’t in the source is an error', async () => {
  expect(() => cut('function a() {\n}\n', 'b', 'a.ts')).toThrow('a.ts has no function b');
  await expect(render('[gone](../../src/ops/conv2d.ts)', `${folder}x.en.md`)).rejects.toThrow('has no function gone');
});
