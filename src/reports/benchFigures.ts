/** The figures of a report of measuring. */
import type { BenchReport, BenchRow } from '../measure/report.js';
import { type Bar, barChart, isCut } from './bars.js';
import { kernelsOf, spread } from './benchTables.js';
import { nameOf } from './head.js';
import { html, type Markup } from './markup.js';
import { digits, duration, percent, times } from './numbers.js';
import { colourOf, type Guide, legend, plot, type Series } from './plot.js';
import { type Family, familiesOf, growthOf, labelOf, shownIn } from './series.js';
import type { Texts } from './texts.js';

function figures(each: readonly (readonly [caption: string, picture: Markup])[]): Markup {
  return html`<div class="figures">${each.map(
    ([caption, picture]) => html`<figure><figcaption>${caption}</figcaption>${picture}</figure>
`,
  )}</div>
`;
}

function namesOf({ contenders }: BenchReport, texts: Texts): string[] {
  return contenders.map((one) => nameOf(one, texts));
}

/** A box of bars for every row; one box for all rows if there is one contender only. */
export function barFigures(report: BenchReport, rows: readonly BenchRow[], texts: Texts): Markup {
  const barOf = (row: BenchRow, i: number, label: string): Bar => {
    const result = row.results[i];
    return {
      label,
      text: result ? `${duration(result.steady.median)} ${spread(result.steady)}` : texts.notMeasured,
      value: result?.steady.median ?? null,
      spread: result?.steady.mad,
      colour: colourOf(i),
      tone: report.contenders[i]!.adapter?.computesOnCpu ? 'bad' : undefined,
    };
  };
  const names = namesOf(report, texts);
  const shown = shownIn(rows, report);
  const [lone] = shown;
  const boxes =
    lone !== undefined && shown.length === 1
      ? [{ title: names[lone]!, bars: rows.map((row) => barOf(row, lone, labelOf(row))) }]
      : rows.map((row) => ({ title: labelOf(row), bars: shown.map((i) => barOf(row, i, names[i]!)) }));
  return html`<p class="quiet">${texts.bars.about}${boxes.some(({ bars }) => isCut(bars)) ? ` ${texts.bars.cut}` : ''}</p>
${figures(boxes.map(({ title, bars }) => [title, barChart(bars, { title })]))}`;
}

/** A roof and its kernels for every contender that has a peak. */
export function rooflineFigures(report: BenchReport, texts: Texts): Markup {
  const { axes, roofline } = texts;
  const kernels = kernelsOf(report);
  const all = kernels.map(({ intensity }) => intensity);
  const names = namesOf(report, texts);
  return figures(
    shownIn(
      kernels.map(({ row }) => row),
      report,
    ).flatMap((i) => {
      const peaks = report.contenders[i]!.peaks;
      if (!peaks) return [];
      const [compute, bandwidth] = [peaks.compute.median, peaks.bandwidth.median];
      const ridge = compute / bandwidth;
      const [low, high] = [Math.min(...all, ridge / 4), Math.max(...all, ridge * 4)];
      const own = kernels.filter(({ contender }) => contender === i);
      const series: Series = {
        label: names[i]!,
        of: i,
        points: own.map(({ intensity, rate }) => [intensity, rate]),
        names: own.map(({ number }) => String(number)),
        details: own.map(
          ({ number, row, rate, roof }) =>
            `${number}. ${labelOf(row)}: ${digits(rate)} GFLOP/s, ${percent(rate / roof)}`,
        ),
        isScattered: true,
      };
      const roof: Guide = {
        of: null,
        points: [
          [low, low * bandwidth],
          [ridge, compute],
          [high, compute],
        ],
      };
      const title = `${roofline.title}: ${names[i]}`;
      const x = { title: axes.intensity, scale: 'log' } as const;
      const caption = `${names[i]}: ${digits(compute)} GFLOP/s, ${digits(bandwidth)} GB/s`;
      return [[caption, plot([series], [roof], { title, x, y: { title: axes.rate, scale: 'log' } })] as const];
    }),
  );
}

/** The measured sizes of a family, of which a contender has a value. */
function pointsOf({ rows }: Family, contender: number): [size: number, ms: number][] {
  return rows.flatMap((row) => {
    const result = row.results[contender];
    return result ? [[row.parameter!.value, result.steady.median] as [number, number]] : [];
  });
}

function sizesOf({ rows }: Family): number[] {
  return [...new Set(rows.map((row) => row.parameter!.value))];
}

/** How much faster more threads are than the fewest. */
export function threadFigures(report: BenchReport, texts: Texts): Markup {
  const { axes, threads } = texts;
  return figures(
    familiesOf(report, 'threads').map((family) => {
      // Each number of threads is a contender of its own, or one contender has them all: either way they are one line a backend.
      const shown = shownIn(family.rows, report);
      const backendOf = (i: number) => report.contenders[i]!.backend;
      const series = [...new Set(shown.map(backendOf))].map((backend): Series => {
        const contenders = shown.filter((i) => backendOf(i) === backend);
        const points = contenders.flatMap((i) => pointsOf(family, i)).sort(([a], [b]) => a - b);
        const [first] = points;
        return {
          label: backend,
          of: contenders[0]!,
          points: points.map(([size, ms]) => [size, first![1] / ms]),
          details: points.map(([size, ms]) => `${size}: ${duration(ms)}, ${times(first![1] / ms)}`),
        };
      });
      const sizes = sizesOf(family);
      const most = Math.max(...sizes);
      const guides: Guide[] = [
        {
          of: null,
          points: [
            [0, 0],
            [most, most / sizes[0]!],
          ],
          isDashed: true,
        },
      ];
      const x = { title: axes.parameter(family.parameter), scale: 'linear', ticks: sizes } as const;
      return [
        family.label,
        plot(series, guides, { title: family.label, x, y: { title: threads.speedup, scale: 'linear' } }),
      ];
    }),
  );
}

/** Milliseconds by size, both logarithmic, a line for each contender. */
export function sizeFigures(report: BenchReport, group: 'growth' | 'batch', texts: Texts): Markup {
  const { axes } = texts;
  const names = namesOf(report, texts);
  const families = familiesOf(report, group);
  if (families.length === 0) return html``;
  const shown = shownIn(
    families.flatMap(({ rows }) => rows),
    report,
  );
  return html`${legend(shown.map((i) => [i, names[i]!]))}
${figures(
  families.map((family) => {
    const guides: Guide[] = [];
    const series = shownIn(family.rows, report).map((i): Series => {
      const points = pointsOf(family, i);
      for (const { network, faster, batch } of group === 'batch' ? report.crossovers : []) {
        if (faster !== i || batch === null || !family.label.startsWith(network)) continue;
        const all = shown.flatMap((one) => pointsOf(family, one).map(([, ms]) => ms));
        guides.push({ of: i, points: [Math.min(...all), Math.max(...all)].map((ms) => [batch, ms]), isDashed: true });
      }
      const growth = group === 'growth' ? growthOf(report, family, i) : undefined;
      if (growth) {
        guides.push({ of: i, points: through(points, growth.exponent) });
        guides.push({ of: i, points: through(points, growth.expected), isDashed: true });
      }
      return {
        label: names[i]!,
        of: i,
        points,
        details: points.map(([size, ms]) => `${names[i]}, ${size}: ${duration(ms)}`),
        isScattered: growth !== undefined,
      };
    });
    const x = { title: axes.parameter(family.parameter), scale: 'log', ticks: sizesOf(family) } as const;
    const title = group === 'growth' ? texts.growth.by(family.label, axes.parameter(family.parameter)) : family.label;
    return [title, plot(series, guides, { title, x, y: { title: axes.milliseconds, scale: 'log' } })];
  }),
)}`;
}

/** The line ms ~ size^exponent through the middle of the points, as far as they go. */
function through(points: readonly (readonly [number, number])[], exponent: number): [number, number][] {
  const usable = points.filter(([size, ms]) => size > 0 && ms > 0);
  if (usable.length === 0) return [];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(usable.map(([size]) => Math.log(size))), mean(usable.map(([, ms]) => Math.log(ms)))];
  return [usable[0]!, usable.at(-1)!].map(([size]) => [size, Math.exp(y + exponent * (Math.log(size) - x))]);
}
