/** How long kernels take: every operation on the layers of its case, forward and backward. */
import type { WebGPUStats } from '../backends/webgpuBackend.js';
import type { OperationName } from '../ops/index.js';
import { cases } from '../testing/cases/index.js';
import { problem } from '../testing/problem.js';
import { type Call, callsOf } from './calls.js';
import { type Contender, isReference } from './contender.js';
import { countingOf, ofOneCall } from './deviceWork.js';
import { PreparedProblem } from './preparedProblem.js';
import { type TimingOptions, timed } from './timing.js';

export interface KernelOptions extends TimingOptions {
  /** Only layers for which `conv2d, its layer's name` contains this. Default: all. */
  readonly filter?: string;
  /** The lecture's layers with small batches, which the tests use, instead of those of training. Default: false. */
  readonly small?: boolean;
}

/** One kernel call, on every contender. */
export interface KernelRow {
  readonly operation: OperationName;
  readonly layer: string;
  /** The pass, or the one gradient that was asked for: 'forward', 'backward', 'dx', 'dw' … */
  readonly call: string;
  /** Floating-point operations by the operation's equation; 0 where it has none. */
  readonly flops: number;
  /** In the order of the contenders. */
  readonly results: readonly KernelResult[];
}

export interface KernelResult {
  readonly contender: string;
  /** Median milliseconds of a call, its completion included; null: the reference wasn't asked, as it would take too long. */
  readonly ms: number | null;
  /** GFLOP/s; null without flops, or a time. */
  readonly gflops: number | null;
  /** GFLOP/s as a part of the contender's peak: 1 is the peak, and a way with fewer operations than the equation's, such as
   *  Winograd's, may be above it. null without GFLOP/s, or a peak. */
  readonly shareOfPeak: number | null;
  /** The reference's time / this one's: 2 is twice as fast. null for the reference itself, and without it. */
  readonly timesReference: number | null;
  /** What one call asks of the device, with the reading of one number that waits for it; null on backends that don't count. */
  readonly device: WebGPUStats | null;
}

/** Operations of a forward pass beyond which the reference isn't asked, as it takes seconds a call. The lecture's have fewer. */
const tooMuch = 4e8;

/**
 * Measures kernel by kernel: a row is there as soon as its call has been measured on every contender.
 *
 * @example
 * const backend = await createBackend('wasm');
 * for await (const row of measureKernels([{ label: 'wasm', backend, peak: peakOf(backend) }], { filter: 'conv2d' })) {
 *   console.log(row.layer, row.call, row.results[0].gflops);
 * }
 */
export async function* measureKernels(
  contenders: readonly Contender[],
  { filter = '', small = false, ...timing }: KernelOptions = {},
): AsyncGenerator<KernelRow, void, undefined> {
  for (const [name, { layers, named }] of Object.entries(cases)) {
    const operation = name as OperationName;
    for (const [layer, draft] of Object.entries(small ? named : layers)) {
      if (!`${operation}, ${layer}`.includes(filter)) continue;
      const p = problem(draft, { kind: 'uniform', seed: 1 });
      const calls = callsOf(operation, p);
      const asked = contenders.filter((contender) => !isReference(contender) || calls[0].flops <= tooMuch);
      const prepared = new Map<Contender, PreparedProblem>();
      try {
        for (const contender of asked) prepared.set(contender, new PreparedProblem(contender.backend, operation, p));
        for (const call of calls) {
          const measured = new Map<Contender, Measured>();
          for (const [contender, at] of prepared) measured.set(contender, await measure(contender, at, call, timing));
          yield { operation, layer, call: call.label, flops: call.flops, results: results(contenders, call, measured) };
        }
      } finally {
        for (const at of prepared.values()) at.free();
      }
    }
  }
}

interface Measured {
  readonly ms: number;
  readonly device: WebGPUStats | null;
}

async function measure(
  contender: Contender,
  prepared: PreparedProblem,
  call: Call,
  timing: TimingOptions,
): Promise<Measured> {
  const start = prepared.caller(call);
  const run = async () => {
    start();
    await prepared.finished();
  };
  const prepare = () => prepared.restore();
  const { ms } = await timed({ run, prepare, calls: isReference(contender) ? 1 : 3, warmups: 1 }, timing);
  return { ms, device: await deviceWork(contender, start, prepared) };
}

/** Calls that times on the device are the mean of. Counts are the same in every call. */
const profiledCalls = 5;

async function deviceWork(
  { backend }: Contender,
  start: () => void,
  prepared: PreparedProblem,
): Promise<WebGPUStats | null> {
  const counting = countingOf(backend);
  if (!counting) return null;
  const statsOf = async (calls: number) => {
    counting.resetStats();
    for (let i = 0; i < calls; i++) start();
    await prepared.finished();
    return ofOneCall(counting.stats(), calls);
  };
  const once = await statsOf(1);
  const isProfiled = Object.values(once.kernels).some(({ milliseconds }) => milliseconds > 0);
  return isProfiled ? statsOf(profiledCalls) : once;
}

function results(
  contenders: readonly Contender[],
  { flops }: Call,
  measured: ReadonlyMap<Contender, Measured>,
): KernelResult[] {
  const reference = contenders.find(isReference);
  const referenceMs = (reference && measured.get(reference)?.ms) ?? null;
  return contenders.map((contender) => {
    const { ms = null, device = null } = measured.get(contender) ?? {};
    // A coarse clock may say 0.
    const gflops = ms && flops ? flops / ms / 1e6 : null;
    return {
      contender: contender.label,
      ms,
      gflops,
      shareOfPeak: gflops && contender.peak ? gflops / contender.peak : null,
      timesReference: ms && referenceMs && contender !== reference ? referenceMs / ms : null,
      device,
    };
  });
}
