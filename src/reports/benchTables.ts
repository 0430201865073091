/** The tables of a report of measuring: the same in HTML and in Markdown. */
import type {
  BenchContender,
  BenchGroup,
  BenchReport,
  BenchResult,
  BenchRow,
  Peaks,
  Sampled,
} from '../measure/report.js';
import { adapterCell, nameCell, nameOf } from './head.js';
import { digits, duration, gflops, percent, times } from './numbers.js';
import { baseOf, labelOf, shownIn, speedup, threadSpeedup, workTime } from './series.js';
import type { Cell, Column, Table } from './table.js';
import type { Texts } from './texts.js';

const number = (title: string): Column => ({ title, isNumber: true });
const QUIET: Cell = { text: '–', tone: 'quiet' };

export function spread({ median, mad }: Sampled): string {
  return `± ${percent(mad / median)}`;
}

export function contendersTable({ contenders }: BenchReport, texts: Texts): Table {
  const { head } = texts;
  const measured = (peaks: Peaks | null, of: keyof Peaks, unit: string) =>
    peaks ? `${digits(peaks[of].median)} ${unit} ${spread(peaks[of])}` : QUIET;
  return {
    caption: head.contenders,
    columns: [
      { title: head.contender },
      number(head.threads),
      { title: head.build },
      number(head.peak),
      number(head.bandwidth),
      number(head.emptyWait),
      { title: head.powerPreference },
      { title: head.adapter, isLong: true },
    ],
    rows: contenders.map((one) => [
      nameCell(one, texts),
      one.threads === null ? QUIET : String(one.threads),
      one.build ?? QUIET,
      measured(one.peaks, 'compute', 'GFLOP/s'),
      measured(one.peaks, 'bandwidth', 'GB/s'),
      duration(one.emptyWait.median),
      one.adapter?.powerPreference ?? QUIET,
      adapterCell(one, texts),
    ]),
  };
}

/** All of these rows, on every contender. */
export function resultsTable(report: BenchReport, group: BenchGroup, texts: Texts): Table {
  const { columns, groups, notMeasured } = texts;
  const rows = report.rows.filter((row) => row.group === group);
  const results = rows.flatMap((row) => row.results);
  const hasDevice = results.some((result) => result?.gpu);
  const shown = shownIn(rows, report);
  const hasChecks = results.some((result) => result?.checked);
  const base = baseOf(rows, report.contenders);
  const ratio = (row: BenchRow, i: number): Cell => {
    const found = group === 'threads' ? threadSpeedup(report, row, i) : speedup(row, i, base!);
    return found === null ? QUIET : times(found);
  };
  const others = base === null ? null : columns.speedup(nameOf(report.contenders[base]!, texts));
  const beside = group === 'threads' ? texts.threads.speedup : others;
  return {
    caption: texts.inNumbers(groups[group].title),
    columns: [
      { title: columns.work },
      { title: texts.head.contender },
      number(columns.steady),
      number(columns.mad),
      ...(beside ? [number(beside)] : []),
      number(columns.cold),
      ...(hasDevice ? [number(columns.device)] : []),
      number(columns.rate),
      number(columns.ofPeak),
      ...(hasChecks ? [{ title: columns.checked }] : []),
    ],
    rows: rows.flatMap((row) =>
      shown.flatMap((i) => {
        const [contender, result] = [report.contenders[i]!, row.results[i]];
        // Where threads grow, only those that have them take part.
        if (!result && group === 'threads') return [];
        const ms = result?.steady.median;
        return [
          [
            labelOf(row),
            nameCell(contender, texts),
            result ? duration(result.steady.median) : { text: notMeasured, tone: 'quiet' as const },
            result ? spread(result.steady) : QUIET,
            ...(beside ? [ratio(row, i)] : []),
            result ? duration(result.cold) : QUIET,
            ...(hasDevice ? [deviceCell(result, texts)] : []),
            result ? gflops(row.flops, workTime(result)) : QUIET,
            ms && row.flops > 0 ? ofPeak(row, result, contender) : QUIET,
            ...(hasChecks ? [checkedCell(result, texts)] : []),
          ],
        ];
      }),
    ),
  };
}

function ofPeak({ flops }: BenchRow, result: BenchResult, { peaks }: BenchContender): Cell {
  return peaks ? percent(flops / workTime(result) / 1e6 / peaks.compute.median) : QUIET;
}

function deviceCell(result: BenchResult | null | undefined, { untrusted }: Texts): Cell {
  if (!result?.gpu) return QUIET;
  const text = duration(result.gpu.ms.median);
  return result.gpu.untrusted === null ? text : { text: `${text} (${untrusted})`, tone: 'doubtful' };
}

function checkedCell(result: BenchResult | null | undefined, { against }: Texts): Cell {
  if (!result?.checked) return QUIET;
  return against(digits(result.checked.error), result.checked.against);
}

/** Why times of the device aren't trusted: each reason once, with the works that it is true of. */
export function untrustedTable(report: BenchReport, texts: Texts): Table | null {
  const found = report.rows.flatMap((row) =>
    row.results.flatMap((result, i): Cell[][] =>
      result?.gpu && result.gpu.untrusted !== null
        ? [
            [
              result.gpu.untrusted,
              labelOf(row),
              nameCell(report.contenders[i]!, texts),
              duration(result.gpu.ms.median),
              duration(result.steady.median),
            ],
          ]
        : [],
    ),
  );
  if (found.length === 0) return null;
  const { columns, head, untrusted, untrustedTitle } = texts;
  return {
    caption: untrustedTitle,
    columns: [
      { title: untrusted },
      { title: columns.work },
      { title: head.contender },
      number(columns.device),
      number(columns.steady),
    ],
    rows: found.sort(([a], [b]) => String(a).localeCompare(String(b))),
  };
}

/** A kernel on a contender, as the roofline has it. */
export interface Kernel {
  /** What it is called in the figure. */
  readonly number: number;
  readonly row: BenchRow;
  readonly contender: number;
  /** FLOP/byte. */
  readonly intensity: number;
  /** GFLOP/s, of the kernel and of the roof above it. */
  readonly rate: number;
  readonly roof: number;
}

/** The kernels of layers whose operations and bytes are known, on contenders whose peaks are. */
export function kernelsOf(report: BenchReport): Kernel[] {
  const rows = report.rows.filter(({ group, flops, bytes }) => group === 'layers' && flops > 0 && bytes > 0);
  return rows.flatMap((row, i) =>
    report.contenders.flatMap(({ peaks }, contender) => {
      const result = row.results[contender];
      if (!result || !peaks) return [];
      const intensity = row.flops / row.bytes;
      const roof = Math.min(peaks.compute.median, intensity * peaks.bandwidth.median);
      return [{ number: i + 1, row, contender, intensity, rate: row.flops / workTime(result) / 1e6, roof }];
    }),
  );
}

export function rooflineTable(report: BenchReport, texts: Texts): Table {
  const { columns, head, roofline } = texts;
  return {
    caption: texts.inNumbers(roofline.title),
    columns: [
      { title: columns.work },
      { title: head.contender },
      number(columns.intensity),
      number(columns.rate),
      number(columns.bandwidth),
      number(columns.ofRoof),
    ],
    rows: kernelsOf(report).map(({ number, row, contender, intensity, rate, roof }) => [
      `${number}. ${labelOf(row)}`,
      nameCell(report.contenders[contender]!, texts),
      `${digits(intensity)} FLOP/byte`,
      `${digits(rate)} GFLOP/s`,
      `${digits(rate / intensity)} GB/s`,
      percent(rate / roof),
    ]),
  };
}

export function growthTable(report: BenchReport, texts: Texts): Table {
  const { columns, growth, head, axes } = texts;
  return {
    caption: growth.exponents,
    columns: [
      { title: columns.work },
      { title: growth.parameter },
      { title: head.contender },
      number(growth.fitted),
      number(growth.expected),
      number(growth.difference),
    ],
    rows: report.growth.map(({ name, parameter, contender, exponent, expected }) => [
      name,
      axes.parameter(parameter),
      nameCell(report.contenders[contender]!, texts),
      exponent.toFixed(2),
      expected.toFixed(2),
      signed(exponent - expected),
    ]),
  };
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
}

export function crossoverTable(report: BenchReport, texts: Texts): Table {
  const { crossover } = texts;
  return {
    caption: crossover.title,
    columns: [
      { title: crossover.network },
      { title: crossover.slower },
      { title: crossover.faster },
      { title: crossover.from },
    ],
    rows: report.crossovers.map(({ network, slower, faster, batch }) => [
      network,
      nameCell(report.contenders[slower]!, texts),
      nameCell(report.contenders[faster]!, texts),
      batch === null ? { text: crossover.never, tone: 'quiet' } : crossover.batch(batch),
    ]),
  };
}
