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

/** Rows are what the images show, columns what they were taken for; each row ends with its share of right answers. */
export function confusionTable(confusion: ConfusionMatrix, classes: readonly string[]): string {
  const names = confusion.map((_, label) => classes[label] ?? String(label));
  const cells = confusion.map((row) => row.map((count) => (count === 0 ? '·' : String(count))));
  const width = Math.max(4, ...names.map((name) => name.length), ...cells.flat().map((cell) => cell.length));
  const line = (head: string, row: readonly string[], tail: string) =>
    `${head.padStart(width)} │ ${row.map((cell) => cell.padStart(width)).join(' ')} │ ${tail}`;
  const right = confusion.map((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return total === 0 ? '' : percent(row[label] / total);
  });
  const rule = `${'─'.repeat(width + 1)}┼${'─'.repeat((width + 1) * names.length + 1)}┼${'─'.repeat(9)}`;
  return [line('', names, 'right'), rule, ...cells.map((row, label) => line(names[label], row, right[label]))].join(
    '\n',
  );
}

/** An image of H x W values, dark to light, two rows a line. */
export function drawImage(values: ArrayLike<number>, H: number, W: number): string {
  const all = Array.from(values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const middle = (low + high) / 2;
  const lit = (h: number, w: number) => h < H && all[h * W + w] > middle;
  const lines: string[] = [];
  for (let h = 0; h < H; h += 2) {
    const line = Array.from({ length: W }, (_, w) => {
      const [upper, lower] = [lit(h, w), lit(h + 1, w)];
      return upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    });
    lines.push(line.join('').trimEnd());
  }
  return lines.join('\n');
}

/** Seconds as `1:05` or `1:01:05`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
