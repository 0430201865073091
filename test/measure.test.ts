/** What rows of `receptive/measure` say, on backends whose kernels compute nothing and take as long as they are told. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Backend } from '../src/backends/backend.js';
import type { KernelStats, WebGPUStats } from '../src/backends/webgpuBackend.js';
import {
  type Contender,
  type KernelOptions,
  type KernelRow,
  measureKernels,
  measureStep,
  networkStep,
  totalOf,
} from '../src/measure/index.js';
import * as models from '../src/models/index.js';
import * as F from '../src/nn/functional/index.js';
import * as nn from '../src/nn/index.js';
import { type Kernels, operationNames, ops } from '../src/ops/index.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { type DeviceBuffer, type DType, newArray, type TypedArray } from '../src/tensor/tensorBackend.js';

/** Goes on when a kernel is called, and never by itself. */
let clock = 0;
const now = () => clock;

/** Milliseconds that a call takes: call 0 is the backend's first. */
type Cost = (pass: string, call: number) => number;

class TimedBackend extends Backend {
  override readonly dtypes = ['float32', 'float64', 'int32'] as const;
  override readonly kernels: Kernels<DeviceBuffer>;
  /** What each call's first array began with. Calls add 1 to it, as if they updated it. */
  readonly seen: number[] = [];

  constructor(
    override readonly name: string,
    cost: Cost,
  ) {
    super();
    const kernel = (operation: string, pass: string) => (first: TypedArray | null) => {
      const milliseconds = cost(pass, this.seen.length);
      clock += milliseconds;
      this.seen.push(first ? first[0]++ : 0);
      this.called(`${operation}.${pass}`, milliseconds);
    };
    const all = operationNames.map((name) => [
      name,
      Object.fromEntries(Object.keys(ops[name]).map((pass) => [pass, kernel(name, pass)])),
    ]);
    this.kernels = Object.fromEntries(all);
  }

  called(_kernel: string, _milliseconds: number): void {}

  protected override create(length: number, dtype: DType): DeviceBuffer {
    return newArray(dtype, length);
  }

  protected override destroy(): void {}

  override write(buffer: DeviceBuffer, values: TypedArray): void {
    (buffer as TypedArray).set(values);
  }

  override async read(buffer: DeviceBuffer): Promise<TypedArray> {
    return (buffer as TypedArray).slice();
  }
}

/** Counts as WebGPU's does: three dispatches a call; on the device, half of the time if it is profiled. */
class CountingBackend extends TimedBackend {
  #calls = 0;
  #kernels: Record<string, KernelStats> = {};

  constructor(
    cost: Cost,
    private readonly isProfiled: boolean,
  ) {
    super('webgpu', cost);
  }

  override called(kernel: string, ms: number): void {
    this.#calls++;
    const before = this.#kernels[kernel] ?? { dispatches: 0, flops: 0, bytes: 0, milliseconds: 0 };
    this.#kernels[kernel] = totalOf([
      before,
      { dispatches: 3, flops: 1000, bytes: 400, milliseconds: this.isProfiled ? ms / 2 : 0 },
    ]);
  }

  stats(): WebGPUStats {
    const counts = { submits: 1, bytesUploaded: 0, bytesRead: 4, buffersCreated: 0, bytesAllocated: 0 };
    return { dispatches: 3 * this.#calls, ...counts, kernels: this.#kernels };
  }

  resetStats(): void {
    this.#calls = 0;
    this.#kernels = {};
  }
}

const inPasses =
  (forward: number, backward: number): Cost =>
  (pass) =>
    pass === 'forward' ? forward : backward;

const reference = () => ({ label: 'the maths', backend: new TimedBackend('reference', inPasses(8, 16)) });
const fast = (peak?: number) => ({ label: 'fast', backend: new TimedBackend('fast', inPasses(2, 8)), peak });

async function rowsOf(contenders: Contender[], options: KernelOptions): Promise<KernelRow[]> {
  const rows: KernelRow[] = [];
  for await (const row of measureKernels(contenders, { now, time: 40, ...options })) rows.push(row);
  expect(JSON.parse(JSON.stringify(rows))).toStrictEqual(rows);
  return rows;
}

test('a row has times, GFLOP/s, the share of the peak, and the ratio to the reference', async () => {
  // A linear layer of 4 rows, 320 numbers in and 10 out: 2 · 4 · 320 · 10 operations, and as many for each gradient.
  const rows = await rowsOf([fast(0.0256), reference()], { small: true, filter: 'linear, MNIST net' });
  expect(rows.map(({ call, flops }) => [call, flops])).toEqual([
    ['forward', 25_600],
    ['dx', 25_600],
    ['dw', 25_600],
    ['backward', 51_200],
  ]);
  const [forward, dx, , backward] = rows;
  expect(forward).toStrictEqual({
    operation: 'linear',
    layer: 'MNIST net, fc',
    call: 'forward',
    flops: 25_600,
    results: [
      { contender: 'fast', ms: 2, gflops: 0.0128, shareOfPeak: 0.5, timesReference: 4, device: null },
      { contender: 'the maths', ms: 8, gflops: 0.0032, shareOfPeak: null, timesReference: null, device: null },
    ],
  });
  expect(dx.results[0]).toMatchObject({ ms: 8, gflops: 0.0032, shareOfPeak: 0.125, timesReference: 2 });
  expect(backward.results[0]).toMatchObject({ ms: 8, gflops: 0.0064, shareOfPeak: 0.25, timesReference: 2 });
});

test('the time is the median of calls after the warm-up', async () => {
  // The first two calls compile; later, every fourth is late.
  const cost: Cost = (_, call) => (call < 2 ? 1000 : call % 4 === 0 ? 50 : 2);
  const [row] = await rowsOf([{ label: 'a', backend: new TimedBackend('a', cost) }], { small: true, filter: 'relu' });
  expect(row.results[0].ms).toBe(2);
});

test('what has no operations, no reference and no peak has no numbers for them', async () => {
  const [row] = await rowsOf([fast(1)], { small: true, filter: 'pad' });
  const none = { gflops: null, shareOfPeak: null, timesReference: null, device: null };
  expect(row.results).toStrictEqual([{ contender: 'fast', ms: 2, ...none }]);
  clock = 0;
  const stopped = await rowsOf([fast(1), reference()], { small: true, filter: 'relu', time: 0, now: () => 0 });
  expect(stopped[0].results[0]).toStrictEqual({ contender: 'fast', ms: 0, ...none });
});

test('of a large layer the reference is not asked', async () => {
  const maths = reference();
  const rows = await rowsOf([maths, fast()], { filter: 'conv2d, ResNet-18 512 → 512' });
  expect(rows.map(({ call }) => call)).toEqual(['forward', 'dx', 'dw', 'backward']);
  for (const { results } of rows) {
    const none = { gflops: null, shareOfPeak: null, timesReference: null, device: null };
    expect(results[0]).toStrictEqual({ contender: 'the maths', ms: null, ...none });
    expect(results[1].gflops).toBeGreaterThan(0);
    expect(results[1].timesReference).toBeNull();
  }
  expect(maths.backend.seen).toEqual([]);
});

test.each([false, true])('what one call asks of the device, profiled: %s', async (isProfiled) => {
  const backend = new CountingBackend((_, call) => 2 + (call % 2), isProfiled);
  const [row] = await rowsOf([{ label: 'gpu', backend }], { small: true, filter: 'relu' });
  const { device } = row.results[0];
  // The mean of five calls, since they take 2 and 3 ms in turn: half of 2.4 or of 2.6. Of one, if nothing is timed.
  const { milliseconds, ...counts } = device!.kernels['relu.forward'];
  expect(counts).toEqual({ dispatches: 3, flops: 1000, bytes: 400 });
  if (isProfiled) expect([1.2, 1.3]).toContain(milliseconds);
  else expect(milliseconds).toBe(0);
  expect(device).toMatchObject({ dispatches: 3, submits: isProfiled ? 0.2 : 1 });
  expect(Object.keys(device!.kernels)).toEqual(['relu.forward']);
});

test('what is updated in place begins each call as it was', async () => {
  const { label, backend } = fast();
  await rowsOf([{ label, backend }], { small: true, filter: 'sgd, nesterov' });
  expect(backend.seen.length).toBeGreaterThan(3);
  expect(new Set(backend.seen).size).toBe(1);
});

test('memory is given back, also by whoever stops early', async () => {
  const { label, backend } = fast();
  for await (const row of measureKernels([{ label, backend }], { now, small: true, filter: 'conv2d' })) {
    expect(row.call).toBe('forward');
    expect(backend.memory().allocated).toBeGreaterThan(0);
    break;
  }
  expect(backend.memory().allocated).toBe(0);
});

test('a training step: its time, and what it asks of the device', async () => {
  // A linear layer and a loss, forward and backward, and an update of the weight and of the bias. The first two steps compile.
  const backend = new CountingBackend((_, call) => (call < 12 ? 1000 : 1), false);
  const make = () => new nn.Sequential(new nn.Flatten(), new nn.Linear(12, 5));
  const labels: Int32Array[] = [];
  const loss = (scores: Tensor, y: Int32Array) => {
    labels.push(y);
    return F.crossEntropy(scores, y);
  };
  const row = await measureStep(
    { label: 'gpu', backend },
    { name: 'tiny', make, shape: [7, 3, 2, 2], numClasses: 5, loss },
    { now, time: 60 },
  );
  expect(row).toMatchObject({ network: 'tiny', batch: 7, contender: 'gpu', ms: 6, device: { dispatches: 18 } });
  expect([...labels[0]]).toEqual([0, 1, 2, 3, 4, 0, 1]);
  const calls = Object.entries(row.device!.kernels).map(([kernel, { dispatches }]) => [kernel, dispatches / 3]);
  expect(Object.fromEntries(calls)).toEqual({
    'linear.forward': 1,
    'crossEntropy.forward': 1,
    'crossEntropy.backward': 1,
    'linear.backward': 1,
    'sgd.forward': 2,
  });
  expect(JSON.parse(JSON.stringify(row))).toStrictEqual(row);
});

test("a step of the catalog's networks, with the images and the loss of each", async () => {
  const { loss, shape, numClasses } = networkStep('googlenet', 3);
  expect([loss, shape, numClasses]).toEqual([models.googlenetLoss, [3, 3, 224, 224], 1000]);
  const row = await measureStep(fast(), networkStep('mnistNet', 4), { now, time: 10 });
  expect(row).toMatchObject({ network: 'mnistNet', batch: 4, contender: 'fast', device: null });
  expect(row.ms).toBeGreaterThan(0);
});

test('a page that measures needs neither fast-check nor Node', () => {
  const packages = new Set<string>();
  const visited = new Set<string>();
  const visit = (file: URL) => {
    if (visited.has(file.href)) return;
    visited.add(file.href);
    const imports = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]*)['"]/g);
    for (const [, path] of imports) {
      if (path.startsWith('.')) visit(new URL(path, file));
      else packages.add(path);
    }
  };
  visit(new URL('../dist/measure/index.js', import.meta.url));
  expect(visited.size).toBeGreaterThan(100);
  expect(packages).toContain('tinybench');
  expect([...packages].filter((name) => name === 'fast-check' || name.startsWith('node:'))).toEqual([]);
});
