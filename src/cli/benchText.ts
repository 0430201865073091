/** A bench report, and what changed since another one, as text for a terminal. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type {
  BackendDescription,
  BenchContender,
  BenchGroup,
  BenchReport,
  BenchResult,
  BenchRow,
  Change,
  Environment,
} from '../measure/index.js';
import { isTerminal } from './statusLine.js';

type Stream = Pick<WriteStream, 'isTTY'>;
type Colour = 'red' | 'green' | 'yellow' | 'bold' | 'dim';

const coloured = (stream: Stream, colour: Colour, text: string) =>
  isTerminal(stream) && !process.env.NO_COLOR ? styleText(colour, text) : text;

/** Where it runs, and on what. An adapter that computes on the CPU is said to, in red. */
export function headText(
  { runtime, machine, cores, version, timerStep, isolated, date }: Environment,
  backends: readonly BackendDescription[],
  stream: Stream,
): string {
  const lines = backends.map(({ label, build, adapter }) => {
    if (!adapter) return `  ${label}${build ? `  build ${build}` : ''}`;
    const name = [adapter.vendor, adapter.architecture, adapter.description || adapter.device]
      .filter(Boolean)
      .join(', ');
    const kind = adapter.computesOnCpu
      ? coloured(stream, 'red', 'computes on the CPU, no GPU')
      : name
        ? 'GPU'
        : 'adapter';
    return `  ${label}  ${kind}: ${name || 'it tells no name'}; asked for ${adapter.powerPreference ?? 'no preference'}`;
  });
  return [
    `receptive ${version}, ${runtime}, ${machine}, ${cores} cores, ${date.slice(0, 16).replace('T', ' ')} UTC`,
    `the clock's step: ${figure(1e3 * timerStep)} µs${isolated ? '' : '; not isolated: one thread'}`,
    ...lines,
  ].join('\n');
}

const titles: Readonly<Record<BenchGroup, string>> = {
  steps: 'Training steps: ms, and how far half of the samples are from it',
  layers:
    'Layers: ms, GFLOP/s by the equation, share of the peak. Winograd does with fewer operations, and may be above 100 %',
  threads: '',
  batch: 'Growing batches: ms of a training step',
  growth: 'Growing sizes: ms',
};

export function benchText(report: BenchReport, stream: Stream): string {
  const { contenders, rows, warnings, partial } = report;
  const parts = (['steps', 'layers', 'batch', 'growth'] as const).flatMap((group) => {
    const members = rows.filter((row) => row.group === group);
    if (members.length === 0) return [];
    return [coloured(stream, 'bold', titles[group]), rowsTable(members, contenders), ''];
  });
  const gpu = rows.some(({ results }) => results.some((result) => result?.gpu));
  return [
    peaksTable(contenders, stream),
    ...parts,
    ...(gpu ? [coloured(stream, 'bold', 'On the device, by its own clock: ms'), deviceTable(report), ''] : []),
    ...growthText(report, stream),
    ...crossoverText(report),
    ...warnings.map((warning) => coloured(stream, 'yellow', `! ${warning}`)),
    ...(partial ? [coloured(stream, 'yellow', '! interrupted: this is a part of the report')] : []),
  ].join('\n');
}

function peaksTable(contenders: readonly BenchContender[], stream: Stream): string {
  const measured = contenders.filter(({ peaks }) => peaks);
  if (measured.length === 0) return '';
  const rows = measured.map(({ label, peaks, emptyWait }) => [
    label,
    figure(peaks!.compute.median),
    figure(peaks!.bandwidth.median),
    figure(emptyWait.median),
  ]);
  const head = ['', 'GFLOP/s', 'GB/s', 'empty wait, ms'];
  return `${coloured(stream, 'bold', 'Peaks: multiplying and adding alone, copying alone')}\n${table([head, ...rows])}\n`;
}

function rowsTable(rows: readonly BenchRow[], contenders: readonly BenchContender[]): string {
  const isLayers = rows[0].group === 'layers';
  const head = ['', ...contenders.flatMap(({ label }) => (isLayers ? [label, 'GFLOP/s', '%'] : [label, '±']))];
  const lines = rows.map((row) => [
    row.pass === 'step' ? row.name : `${row.name}, ${row.pass}`,
    ...row.results.flatMap((result, i) => {
      const { ms, gflops, share, spread } = cells(row, result, contenders[i]);
      return isLayers ? [ms, gflops, share] : [ms, spread];
    }),
  ]);
  return table(withoutEmptyColumns([head, ...lines]));
}

function cells({ flops }: BenchRow, result: BenchResult | null, { peaks }: BenchContender) {
  if (!result) return { ms: '', spread: '', gflops: '', share: '' };
  const { median, mad } = result.steady;
  const gflops = flops / median / 1e6;
  const hasFlops = flops > 0 && median > 0;
  return {
    ms: figure(median),
    spread: `${figure((100 * mad) / median, 2)} %`,
    gflops: hasFlops ? figure(gflops) : '',
    share: hasFlops && peaks ? ((100 * gflops) / peaks.compute.median).toFixed(0) : '',
  };
}

function deviceTable({ rows, contenders }: BenchReport): string {
  const lines = rows.flatMap((row) =>
    row.results.flatMap((result, i) =>
      result?.gpu && row.group !== 'threads'
        ? [[`${row.name}, ${row.pass}`, contenders[i].label, figure(result.gpu.ms.median), result.gpu.untrusted ?? '']]
        : [],
    ),
  );
  return table(withoutEmptyColumns([['', '', 'ms', 'not to be trusted'], ...lines]), 1);
}

function growthText({ growth, contenders }: BenchReport, stream: Stream): string[] {
  if (growth.length === 0) return [];
  const kinds = new Map(growth.map((g) => [`${g.name}, by ${g.parameter}`, g.expected]));
  const lines = [...kinds].map(([kind, expected]) => [
    kind,
    expected.toFixed(2),
    ...contenders.map((_, i) => {
      const own = growth.find((g) => g.contender === i && `${g.name}, by ${g.parameter}` === kind);
      return own ? own.exponent.toFixed(2) : '';
    }),
  ]);
  const head = ['', 'operations', ...contenders.map(({ label }) => label)];
  const title = 'Exponents of growth: ms ~ size^exponent, beside that of the operations';
  return [coloured(stream, 'bold', title), table(withoutEmptyColumns([head, ...lines])), ''];
}

function crossoverText({ crossovers, contenders }: BenchReport): string[] {
  if (crossovers.length === 0) return [];
  const lines = crossovers.map(({ network, slower, faster, batch }) => {
    const [a, b] = [contenders[faster].label, contenders[slower].label];
    return batch === null
      ? `${network}: ${a} is faster than ${b} at no batch that was measured to the end`
      : `${network}: ${a} is faster than ${b} from batch ${batch} on`;
  });
  return [...lines, ''];
}

export function changesText(changes: readonly Change[], stream: Stream): string {
  if (changes.length === 0) return 'The reports have no row in common.';
  const changed = changes.filter(({ verdict }) => verdict !== 'no change');
  const lines = changed.map(({ name, pass, contender, before, after, ratio, interval, verdict }) => [
    pass === 'step' ? name : `${name}, ${pass}`,
    contender,
    figure(before),
    figure(after),
    ratio.toFixed(2),
    interval.map((end) => end.toFixed(2)).join(' … '),
    coloured(stream, verdict === 'slower' ? 'red' : 'green', verdict),
  ]);
  const head = ['', '', 'ms before', 'ms after', 'ratio', 'in 95 %', ''];
  return [
    coloured(stream, 'bold', 'Changes beyond noise'),
    ...(lines.length > 0 ? [table([head, ...lines], 2)] : []),
    `${changes.length - changed.length} of ${changes.length}: no change`,
    '',
  ].join('\n');
}

/** Three digits, or a whole number. */
function figure(n: number, digits = 3): string {
  if (n === 0) return '0';
  if (n < 1e-3) return n.toExponential(1);
  return n < 10 ** digits ? n.toPrecision(digits) : n.toFixed(0);
}

/** Columns that nothing is in but their head say nothing. */
function withoutEmptyColumns(rows: readonly (readonly string[])[]): string[][] {
  const kept = rows[0].map((_, column) => column === 0 || rows.slice(1).some((row) => row[column] !== ''));
  return rows.map((row) => row.filter((_, column) => kept[column]));
}

/** Lines of columns. The first one, and `left` more, are set to the left, the others to the right. */
function table(rows: readonly (readonly string[])[], left = 0): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i <= left ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
