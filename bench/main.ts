/**
 * `npm run bench`: every operation on the layers of its case, forward and backward, on every backend that runs here.
 *   --filter conv2d    only operations and layers whose name contains this
 *   --time 500         milliseconds to measure each for; default 200
 *   --threads 2        threads of the WASM backend; default 1 and all cores. A column for each of a list, like 1,4
 *   --no-reference     without the reference, and the ratios to it. It is left out of large layers anyway
 *   --small            the lecture's layers with small batches, which the tests use, instead of those of training
 *
 * For a convolution, a linear layer and a matrix product, each gradient is also measured alone: dx, dw.
 * GFLOP/s count the operations of the equation, so that a kernel that finds a way to fewer, or leaves out the zeros of a
 * padding, may be above 100 % of the peak: what multiplying and adding alone reaches, measured at the start.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Backend, backendNames, createBackend } from 'receptive';
import { cases, type OperationName, problem } from 'receptive/testing';
import { callsOf, Measurement } from './measure.js';

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    time: { type: 'string', default: '200' },
    threads: { type: 'string', default: [...new Set([1, availableParallelism()])].join() },
    'no-reference': { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
  },
});

/** Operations of a forward pass beyond which the reference isn't asked, as it takes seconds a call. The lecture's have fewer. */
const tooMuch = 4e8;

interface Column {
  readonly label: string;
  readonly backend: Backend;
  /** GFLOP/s, where it can be measured. */
  readonly peak?: number;
}

function peakOf(backend: Backend): number | undefined {
  return (backend as { peak?(): number }).peak?.();
}

/** The reference first, which the others are compared with. */
async function columns(): Promise<Column[]> {
  const all: Column[] = [];
  const open = async (label: string, ...how: Parameters<typeof createBackend>) => {
    try {
      const backend = await createBackend(...how);
      all.push({ label, backend, peak: peakOf(backend) });
    } catch (error) {
      console.log(`${label} isn't measured: ${error instanceof Error ? error.message : error}`);
    }
  };
  if (!options['no-reference']) await open('reference', 'reference');
  for (const name of backendNames.filter((other) => other !== 'reference')) {
    if (name !== 'wasm') await open(name, name);
    else for (const threads of options.threads.split(',')) await open(`wasm x ${threads}`, name, { threads: +threads });
  }
  return all;
}

/** Three digits, or a whole number. */
function figure(n: number): string {
  return n < 1000 ? n.toPrecision(3) : n.toFixed(0);
}

function row(what: string, pass: string, cells: string[]): void {
  console.log(what.padEnd(56), pass.padEnd(8), ...cells.map((cell) => cell.padStart(8)));
}

const measured = await columns();
for (const { label, peak } of measured) if (peak) console.log(`${label}: its peak is ${peak.toFixed(1)} GFLOP/s`);
const isReference = ({ backend }: Column) => backend.name === 'reference';
const headed = (column: Column, ms: string, gflops: string, share: string, ratio: string) => [
  ms,
  gflops,
  ...(column.peak ? [share] : []),
  ...(options['no-reference'] || isReference(column) ? [] : [ratio]),
];
row(
  '',
  '',
  measured.flatMap((column) => headed(column, column.label, '', '', '')),
);
row(
  'operation, layer',
  'pass',
  measured.flatMap((column) => headed(column, 'ms', 'GFLOP/s', '% peak', 'x ref.')),
);

for (const [name, { layers, named, flops }] of Object.entries(cases)) {
  for (const [layer, draft] of Object.entries(options.small ? named : layers)) {
    const what = `${name}, ${layer}`;
    if (!what.includes(options.filter)) continue;
    const operation = name as OperationName;
    const p = problem(draft, { kind: 'uniform', seed: 1 });
    const work = flops(p.inputs as Parameters<typeof flops>[0], p.sizes);
    const asked = measured.filter((column) => !isReference(column) || work.forward <= tooMuch);
    const measurements = new Map(asked.map((column) => [column, new Measurement(column.backend, operation, p)]));
    for (const call of callsOf(operation, p)) {
      const operations = work[call.pass] * call.share;
      let reference = Number.NaN;
      const cells: string[] = [];
      for (const column of measured) {
        const ms = await measurements.get(column)?.median(call, +options.time, isReference(column) ? 1 : 3);
        if (ms === undefined) {
          cells.push(...headed(column, '–', '–', '–', '–'));
          continue;
        }
        if (isReference(column)) reference = ms;
        const gflops = operations / ms / 1e6;
        cells.push(
          ...headed(
            column,
            figure(ms),
            operations > 0 ? figure(gflops) : '–',
            operations > 0 ? ((100 * gflops) / column.peak!).toFixed(0) : '–',
            Number.isNaN(reference) ? '–' : figure(reference / ms),
          ),
        );
      }
      row(what, call.label, cells);
    }
    for (const measurement of measurements.values()) measurement.free();
  }
}

// If it has changed, the machine had other things to do, then or now.
for (const { label, backend, peak } of measured) {
  if (peak) console.log(`${label}: its peak is ${peakOf(backend)!.toFixed(1)} GFLOP/s, and was ${peak.toFixed(1)}`);
  await backend.close();
}
