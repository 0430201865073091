/**
 * `npm run bench`: every operation on the layers of its case, forward and backward, and training steps of the lecture's
 * networks (batch 64).
 *   --filter conv2d    only operations and layers whose name contains this; 'training step' for those, 'training step, mnistNet'
 *   --time 500         milliseconds to measure each for; default 200
 *   --backend webgpu   what is measured beside the reference; default wasm. A list for several: wasm,webgpu
 *   --threads 2        threads of the WASM backend; default 1 and all cores. A column for each of a list, like 1,4
 *   --no-reference     without the reference, and the ratios to it. It is left out of large layers anyway
 *   --small            the lecture's layers with small batches, which the tests use, instead of those of training
 *
 * For a convolution, a linear layer and a matrix product, each gradient is also measured alone: dx, dw.
 * GFLOP/s count the operations of the equation, so that a kernel that finds a way to fewer, or leaves out the zeros of a
 * padding, may be above 100 % of the peak: what multiplying and adding alone reaches, measured at the start.
 *
 * With WebGPU, each row goes on with what its kernels ask of the device, by `stats()`: launches (dispatches), Mflop, the MB
 * that the tiling moves, and flop for a byte. Then an estimate in ms for GPUs that aren't here; see `roofline.ts`.
 *   --gpu 'RTX 4090'   only this one; --gpu '12.7,360,24' for your own: TFLOP/s, GB/s, µs of a launch. It may be repeated
 *   --share-memory     with the tiling for GPUs on an adapter that computes on the CPU, where another one is the default.
 *                      Estimates for GPUs are those of the tiling that ran
 *   --profile          milliseconds on the device too. Each dispatch has a pass of its own then, and `ms` is a little longer
 * On a machine without a GPU, SwiftShader computes on the CPU, so that its times say nothing about GPUs:
 *   node test/swiftshader.mjs npm run bench -- --backend webgpu --share-memory --filter 'training step'
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type AnyBackend, type BackendName, type BackendOptions, backendNames, createBackend } from 'receptive';
import { cases, type OperationName, problem } from 'receptive/testing';
import { callsOf, Measurement } from './measure.js';
import { estimate, gpuFrom, gpus, type Kernel } from './roofline.js';
import { batch, nets, timesOf, trainer } from './training.js';

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    time: { type: 'string', default: '200' },
    backend: { type: 'string', default: 'wasm' },
    threads: { type: 'string', default: [...new Set([1, availableParallelism()])].join() },
    'no-reference': { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    gpu: { type: 'string', multiple: true },
    'share-memory': { type: 'boolean' },
    profile: { type: 'boolean', default: false },
  },
});

/** Operations of a forward pass beyond which the reference isn't asked, as it takes seconds a call. The lecture's have fewer. */
const tooMuch = 4e8;

interface Column {
  readonly label: string;
  readonly backend: AnyBackend;
  /** GFLOP/s, where it can be measured. */
  readonly peak?: number;
}

/** The backend, if it counts what it asks of its device. */
const countingOf = (backend: AnyBackend) => (backend.name === 'webgpu' ? backend : null);

const peakOf = (backend: AnyBackend) => (backend.name === 'wasm' ? backend.peak() : undefined);

const isBackendName = (name: string): name is BackendName => (backendNames as readonly string[]).includes(name);

/** The reference first, which the others are compared with. */
async function columns(): Promise<Column[]> {
  const all: Column[] = [];
  const open = async (label: string, name: BackendName, options?: BackendOptions) => {
    try {
      const backend = await createBackend(name, options);
      all.push({ label, backend, peak: peakOf(backend) });
    } catch (error) {
      console.log(`${label} isn't measured: ${error instanceof Error ? error.message : error}`);
    }
  };
  if (!options['no-reference']) await open('reference', 'reference');
  for (const name of options.backend.split(',')) {
    if (!isBackendName(name)) throw new Error(`--backend ${name}: there is ${backendNames.join(', ')}`);
    if (name === 'reference') continue;
    if (name !== 'wasm') await open(name, name, { profile: options.profile, shareMemory: options['share-memory'] });
    else for (const threads of options.threads.split(',')) await open(`wasm x ${threads}`, name, { threads: +threads });
  }
  return all;
}

/** Three digits, or a whole number. */
function figure(n: number): string {
  if (n > 0 && n < 1e-4) return n.toExponential(1);
  return n < 1000 ? n.toPrecision(3) : n.toFixed(0);
}

function row(what: string, pass: string, cells: string[]): void {
  console.log(what.padEnd(56), pass.padEnd(8), ...cells.map((cell) => cell.padStart(8)));
}

/** What it does is done the first time only. */
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

const estimated = options.gpu?.map(gpuFrom) ?? gpus;

/** The heads of what `kernelCells` gives. */
const kernelHeads = [
  ...['launches', 'Mflop', 'MB', 'flop/B'],
  ...(options.profile ? ['GPU ms'] : []),
  ...estimated.map(({ name }) => name),
];

/** What kernels do in one of so many equal calls, and the estimates for it. */
function kernelCells(kernels: readonly Kernel[], calls: number): string[] {
  const total = (of: (kernel: Kernel) => number) => kernels.reduce((sum, kernel) => sum + of(kernel), 0) / calls;
  const [flops, bytes] = [total((k) => k.flops), total((k) => k.bytes)];
  return [
    String(total((k) => k.dispatches)),
    flops > 0 ? figure(flops / 1e6) : '–',
    figure(bytes / 1e6),
    flops > 0 ? figure(flops / bytes) : '–',
    ...(options.profile ? [figure(total((k) => k.milliseconds))] : []),
    ...estimated.map((gpu) => figure(estimate(kernels, gpu) / calls)),
  ];
}

const measured = await columns();
for (const { label, peak } of measured) if (peak) console.log(`${label}: its peak is ${peak.toFixed(1)} GFLOP/s`);
for (const { label, backend } of measured) {
  const counting = countingOf(backend);
  if (counting) console.log(`${label}: on ${counting.adapter}. At the end of its rows: estimates in ms`);
}
const counted = measured.find(({ backend }) => countingOf(backend));
/** Calls that the device's work is the mean of: its times vary, and its counts don't. */
const countedCalls = options.profile ? 5 : 1;
const isReference = ({ backend }: Column) => backend.name === 'reference';
const headed = (column: Column, ms: string, gflops: string, share: string, ratio: string) => [
  ms,
  gflops,
  ...(column.peak ? [share] : []),
  ...(options['no-reference'] || isReference(column) ? [] : [ratio]),
];

const headOperations = once(() => {
  row(
    '',
    '',
    measured.flatMap((column) => headed(column, column.label, '', '', '')),
  );
  row('operation, layer', 'pass', [
    ...measured.flatMap((column) => headed(column, 'ms', 'GFLOP/s', '% peak', 'x ref.')),
    ...(counted ? kernelHeads : []),
  ]);
});

for (const [name, { layers, named, flops }] of Object.entries(cases)) {
  for (const [layer, draft] of Object.entries(options.small ? named : layers)) {
    const what = `${name}, ${layer}`;
    if (!what.includes(options.filter)) continue;
    headOperations();
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
      if (counted) {
        const counting = countingOf(counted.backend)!;
        counting.resetStats();
        await measurements.get(counted)!.call(call, countedCalls);
        cells.push(...kernelCells(Object.values(counting.stats().kernels), countedCalls));
      }
      row(what, call.label, cells);
    }
    for (const measurement of measurements.values()) measurement.free();
  }
}

const headSteps = once(() => {
  const counts = ['submits', 'KB sent', 'B read', 'buffers', ...kernelHeads];
  console.log(`\nTraining steps, batch ${batch}; KB sent to the device, B read back, buffers created, in each`);
  row('network', '', ['ms', ...(counted ? counts : [])]);
});

for (const net of nets) {
  if (!`training step, ${net}`.includes(options.filter)) continue;
  headSteps();
  for (const { label, backend } of measured.filter((column) => !isReference(column))) {
    const step = trainer(backend, net);
    for (let i = 0; i < 2; i++) await step(); // compiles, and allocates
    const counting = countingOf(backend);
    counting?.resetStats();
    const times = await timesOf(step, +options.time);
    const ms = figure(times.sort((a, b) => a - b)[times.length >> 1]);
    if (!counting) {
      row(`training step, ${net}`, label, [ms]);
      continue;
    }
    const { submits, bytesUploaded, bytesRead, buffersCreated, kernels } = counting.stats();
    const each = (count: number) => String(+(count / times.length).toFixed(1));
    row(`training step, ${net}`, label, [
      ms,
      ...[submits, bytesUploaded / 1e3, bytesRead, buffersCreated].map(each),
      ...kernelCells(Object.values(kernels), times.length),
    ]);
    for (const [name, kernel] of Object.entries(kernels)) {
      row(`  ${name}`, '', ['', '', '', '', '', ...kernelCells([kernel], times.length)]);
    }
  }
}

// If it has changed, the machine had other things to do, then or now.
for (const { label, backend, peak } of measured) {
  if (peak) console.log(`${label}: its peak is ${peakOf(backend)!.toFixed(1)} GFLOP/s, and was ${peak.toFixed(1)}`);
  await backend.close();
}
