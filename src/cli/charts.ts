/** Pictures made of characters. */
import { percent } from '../experiments/index.js';
import type { ConfusionMatrix } from '../training/metrics.js';

const LEVELS = '▁▂▃▄▅▆▇█';

/** A curve in one line: the values' means in `width` equal parts, from the lowest to the highest. */
export function sparkline(values: readonly number[], width = 60): string {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / columns),
      Math.floor(((i + 1) * values.length) / columns),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const low = Math.min(...means);
  const range = Math.max(...means) - low || 1;
  return means.map((mean) => LEVELS[Math.round(((mean - low) / range) * (LEVELS.length - 1))]).join('');
}

/** The most that are listed of what was taken for something else. */
const MISTAKES = 10;
/** The longest name of a class that is printed whole. */
const NAME = 24;

/**
 * Rows are what the images show, columns what they were taken for; each row ends with its share of right answers. Where `width`
 * characters have no room for the names above the columns, their numbers stand there; where they have no room for those, the most
 * frequent mistakes are listed.
 */
export function confusionTable(confusion: ConfusionMatrix, classes: readonly string[], width = 80): string {
  const names = confusion.map((_, label) => shortened(classes[label] ?? String(label)));
  const cells = confusion.map((row) => row.map((count) => (count === 0 ? '·' : String(count))));
  const widest = Math.max(...cells.map((row) => Math.max(...row.map((cell) => cell.length))));
  const numbers = names.map((_, label) => String(label));
  const numbered = names.map((name, label) => `${label} ${name}`);
  const cell = Math.max(4, widest, ...names.map(widthOf));
  const tables = [
    () => table(confusion, cells, names, names, cell),
    () => table(confusion, cells, numbered, numbers, Math.max(4, widest, numbers[numbers.length - 1].length)),
    () => table(confusion, cells, numbered, numbers, Math.max(widest, numbers[numbers.length - 1].length)),
  ];
  for (const make of tables) {
    const text = make();
    if (Math.max(...text.split('\n').map(widthOf)) <= width) return text;
  }
  return mistakes(confusion, names);
}

function table(
  confusion: ConfusionMatrix,
  cells: readonly (readonly string[])[],
  rows: readonly string[],
  columns: readonly string[],
  width: number,
): string {
  const head = Math.max(4, ...rows.map(widthOf));
  const line = (name: string, row: readonly string[], tail: string) =>
    `${padStart(name, head)} │ ${row.map((cell) => padStart(cell, width)).join(' ')} │ ${tail}`;
  const rule = `${'─'.repeat(head + 1)}┼${'─'.repeat((width + 1) * columns.length + 1)}┼${'─'.repeat(9)}`;
  const body = cells.map((row, label) => line(rows[label], row, rightOf(confusion[label], label)));
  return [line('', columns, 'right'), rule, ...body].join('\n');
}

function mistakes(confusion: ConfusionMatrix, names: readonly string[]): string {
  const all = confusion.flatMap((row, label) =>
    row.map((count, taken) => ({ count, label, taken })).filter(({ count, taken }) => count > 0 && taken !== label),
  );
  if (all.length === 0) return 'no mistakes';
  const most = all.sort((a, b) => b.count - a.count).slice(0, MISTAKES);
  const width = Math.max(...most.map(({ label }) => widthOf(names[label])));
  const digits = String(most[0].count).length;
  const lines = most.map(({ count, label, taken }) => {
    const total = confusion[label].reduce((sum, value) => sum + value, 0);
    return `  ${padStart(String(count), digits)} of ${total} ${padStart(names[label], width)} taken for ${names[taken]}`;
  });
  return [`the most frequent mistakes among ${names.length} classes:`, ...lines].join('\n');
}

function rightOf(row: readonly number[], label: number): string {
  const total = row.reduce((sum, count) => sum + count, 0);
  return total === 0 ? '' : percent(row[label] / total);
}

function shortened(name: string): string {
  const shown = [...name];
  if (widthOf(name) <= NAME) return name;
  while (widthOf(shown.join('')) >= NAME) shown.pop();
  return `${shown.join('')}…`;
}

/** Columns of a terminal: letters of Chinese, Japanese and Korean take two. */
function widthOf(text: string): number {
  return [...text].reduce(
    (sum, letter) =>
      sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/.test(letter) ? 2 : 1),
    0,
  );
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Seconds as `1:05` or `1:01:05`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
