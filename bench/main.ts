/**
 * `npm run bench:device`, beside `receptive bench`: what kernels ask of a device. Every operation on the layers of its case, forward and backward, and training steps of the lecture's
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
 * that the tiling moves, and flop for a byte. Then an estimate in ms for GPUs that aren't here; see `src/measure/roofline.ts`.
 *   --gpu 'RTX 4090'   only this one; --gpu '12.7,360,24' for your own: TFLOP/s, GB/s, µs of a launch. It may be repeated
 *   --share-memory     with the tiling for GPUs on an adapter that computes on the CPU, where another one is the default.
 *                      Estimates for GPUs are those of the tiling that ran
 *   --profile          milliseconds on the device too. Each dispatch has a pass of its own then, and `ms` is a little longer
 * On a machine without a GPU, SwiftShader computes on the CPU, so that its times say nothing about GPUs:
 *   node test/swiftshader.mjs npm run bench:device -- --backend webgpu --share-memory --filter 'training step'
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type AnyBackend, type BackendName, type BackendOptions, backendNames, createBackend } from 'receptive';
import {
  type Contender,
  estimate,
  gpuFrom,
  gpus,
  isReference,
  type KernelResult,
  type KernelStats,
  measureKernels,
  measureStep,
  networkStep,
  peakOf,
  totalOf,
} from 'receptive/measure';

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

const nets = ['mnistNet', 'inceptionNet', 'residualNet'] as const;
const batch = 64;

interface Column extends Contender {
  readonly backend: AnyBackend;
}

const isBackendName = (name: string): name is BackendName => (backendNames as readonly string[]).includes(name);

/** The reference first, where it is. */
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

/** What kernels do, and the estimates for it. */
function kernelCells(kernels: readonly KernelStats[]): string[] {
  const { dispatches, flops, bytes, milliseconds } = totalOf(kernels);
  return [
    String(dispatches),
    flops > 0 ? figure(flops / 1e6) : '–',
    figure(bytes / 1e6),
    flops > 0 ? figure(flops / bytes) : '–',
    ...(options.profile ? [figure(milliseconds)] : []),
    ...estimated.map((gpu) => figure(estimate(kernels, gpu))),
  ];
}

const measured = await columns();
const timing = { time: +options.time };
for (const { label, peak } of measured) if (peak) console.log(`${label}: its peak is ${peak.toFixed(1)} GFLOP/s`);
for (const { label, backend } of measured) {
  if (backend.name === 'webgpu') {
    console.log(`${label}: on ${backend.adapter}. At the end of its rows: estimates in ms`);
  }
}
const counts = measured.some(({ backend }) => backend.name === 'webgpu');

/** A contender's cells, as far as there is something to say of it. */
const cellsOf = (column: Column, ms: string, gflops: string, share: string, ratio: string) => [
  ms,
  gflops,
  ...(column.peak ? [share] : []),
  ...(options['no-reference'] || isReference(column) ? [] : [ratio]),
];

const orDash = (n: number | null, text: (n: number) => string = figure) => (n === null ? '–' : text(n));

const resultCells = (column: Column, { ms, gflops, shareOfPeak, timesReference }: KernelResult) =>
  cellsOf(
    column,
    orDash(ms),
    orDash(gflops),
    orDash(shareOfPeak, (share) => (100 * share).toFixed(0)),
    orDash(timesReference),
  );

const headOperations = once(() => {
  row(
    '',
    '',
    measured.flatMap((column) => cellsOf(column, column.label, '', '', '')),
  );
  row('operation, layer', 'pass', [
    ...measured.flatMap((column) => cellsOf(column, 'ms', 'GFLOP/s', '% peak', 'x ref.')),
    ...(counts ? kernelHeads : []),
  ]);
});

for await (const { operation, layer, call, results } of measureKernels(measured, {
  ...timing,
  filter: options.filter,
  small: options.small,
})) {
  headOperations();
  const device = results.find((result) => result.device)?.device;
  row(`${operation}, ${layer}`, call, [
    ...results.flatMap((result, i) => resultCells(measured[i], result)),
    ...(device ? kernelCells(Object.values(device.kernels)) : []),
  ]);
}

const headSteps = once(() => {
  const stepHeads = ['submits', 'KB sent', 'B read', 'buffers', ...kernelHeads];
  console.log(`\nTraining steps, batch ${batch}; KB sent to the device, B read back, buffers created, in each`);
  row('network', '', ['ms', ...(counts ? stepHeads : [])]);
});

for (const net of nets) {
  const what = `training step, ${net}`;
  if (!what.includes(options.filter)) continue;
  headSteps();
  for (const column of measured.filter((column) => !isReference(column))) {
    const { ms, device } = await measureStep(column, networkStep(net, batch), timing);
    if (!device) {
      row(what, column.label, [figure(ms)]);
      continue;
    }
    const { submits, bytesUploaded, bytesRead, buffersCreated, kernels } = device;
    row(what, column.label, [
      figure(ms),
      ...[submits, bytesUploaded / 1e3, bytesRead, buffersCreated].map((count) => String(+count.toFixed(1))),
      ...kernelCells(Object.values(kernels)),
    ]);
    for (const [name, kernel] of Object.entries(kernels)) {
      row(`  ${name}`, '', ['', '', '', '', '', ...kernelCells([kernel])]);
    }
  }
}

// If it has changed, the machine had other things to do, then or now.
for (const { label, backend, peak } of measured) {
  if (peak) console.log(`${label}: its peak is ${peakOf(backend)!.toFixed(1)} GFLOP/s, and was ${peak.toFixed(1)}`);
  await backend.close();
}
