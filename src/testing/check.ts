/** Holding kernels to the laws of their operation, over drawn problems, and telling what is wrong with them. */
import type { Backend } from '../backends/backend.js';
import { type OperationName, operationNames } from '../ops/index.js';
import { requireOptions } from '../ops/options.js';
import {
  type ArrayKernel,
  type ArrayKernels,
  arrayCandidate,
  backendCandidate,
  type Candidate,
  type DeviceKernel,
  type DeviceKernels,
} from './candidate.js';
import type { LawName } from './case.js';
import { cases } from './cases/index.js';
import { examine, type LawReport } from './examine.js';
import { laws } from './laws/index.js';
import type { WasmMemory } from './wasmMemory.js';

export interface CheckOptions {
  /** Problems drawn for each law. Default 100. */
  runs?: number;
  /** Draws the same problems again. Default: another every time; an error names it. */
  seed?: number;
  /** Unit roundoff of the kernels' arithmetic. Default: the candidate's own. Above 2⁻²⁴ the rounding is open, as WGSL's is:
   *  then a subnormal number may be 0, and the verdict is 'allowed'. */
  u?: number;
  /** Hold a candidate whose rounding is open to NaN and ∞ all the same, which WGSL lets it ignore. Default true; false: results
   *  that come of such numbers may be anything, and the verdict is 'allowed'. */
  strict?: boolean;
}

export interface CheckAllOptions extends CheckOptions {
  /** Default: all. One without a kernel of the candidate is left out. */
  operations?: readonly OperationName[];
  /** Default: every law that is about kernels. Those of the maths alone ('gradient', 'windows') are checked if named here. */
  laws?: readonly LawName[];
  /** This problem alone, by the name or the path that a LawError has as `which`. It takes the same seed, and one operation. */
  problem?: string;
  /** A time box: each law gets its share of what is left, and at least one problem. Laws for which no time is left aren't tried,
   *  and have no report. Default: none. */
  seconds?: number;
  /** An AbortSignal's: ends the check before its next problem, without a report of the law that it was at. */
  signal?: { readonly aborted: boolean };
  /** Told after each problem how many of the law's are done, of how many. */
  onProblem?(operation: OperationName, law: LawName, done: number, of: number): void;
}

/** Whether the candidate has the kernels that the law runs. */
function canKeep(law: LawName, operation: OperationName, candidate: Candidate): boolean {
  return laws[law].needs.every((pass) => candidate.has(operation, pass));
}

/** The laws of an operation that a candidate can be held to. A law that runs no kernel is about the maths, and not among them. */
export function lawsFor(operation: OperationName, candidate: Candidate): LawName[] {
  return cases[operation].laws.filter((law) => laws[law].needs.length > 0 && canKeep(law, operation, candidate));
}

/**
 * Holds a candidate to the laws of its operations, and tells what came of each as soon as it is known. It goes on after a law
 * that is broken, and leaves the event loop time to breathe, so that a page can show how far it is. After a device that was lost
 * it goes on with a fresh one; if there is none, it throws why, after the report of the law at which it was lost.
 *
 *   for await (const { operation, law, worst, failure } of checkAll(backendCandidate(backend), { runs: 1000 })) …
 */
export async function* checkAll(candidate: Candidate, given: CheckAllOptions = {}): AsyncGenerator<LawReport> {
  requireOptions('checkAll', given, {
    runs: true,
    seed: true,
    u: true,
    strict: true,
    operations: true,
    laws: true,
    problem: true,
    seconds: true,
    signal: true,
    onProblem: true,
  });
  const { operations, laws: wanted, seconds = Number.POSITIVE_INFINITY, ...options } = given;
  if (options.problem !== undefined && operations?.length !== 1) {
    throw new RangeError('checkAll: a problem belongs to one operation; name it');
  }
  const examination = { runs: 100, strict: true, ...options, seed: options.seed ?? newSeed() };
  const end = performance.now() + seconds * 1000;
  const all = lawsToCheck(candidate, operations, wanted);
  for (const [i, { operation, law }] of all.entries()) {
    const left = end - performance.now();
    if (i > 0 && left <= 0) return;
    const until = performance.now() + left / (all.length - i);
    const examined = await examine(operation, law, candidate, { ...examination, until });
    if (!examined) return;
    yield examined.report;
    if (examined.hasFailed) await candidate.recover?.();
  }
}

/** The laws that `checkAll` tries, in its order. */
export function lawsToCheck(
  candidate: Candidate,
  operations: readonly OperationName[] = operationNames,
  wanted?: readonly LawName[],
): { readonly operation: OperationName; readonly law: LawName }[] {
  return operations.flatMap((operation) => {
    const kept = wanted
      ? cases[operation].laws.filter((law) => wanted.includes(law) && canKeep(law, operation, candidate))
      : lawsFor(operation, candidate);
    return kept.map((law) => ({ operation, law }));
  });
}

/** A seed that hasn't been used yet, presumably. */
export function newSeed(): number {
  return Date.now() % 2 ** 31;
}

/** Checks one law. Throws a LawError with the smallest problem that breaks it. */
export async function checkLaw(
  operation: OperationName,
  law: LawName,
  candidate: Candidate,
  options: CheckOptions = {},
): Promise<void> {
  const checked = await throwFirst(checkAll(candidate, { ...options, operations: [operation], laws: [law] }));
  if (checked === 0) {
    throw new Error(`${operation} (${candidate.name}) isn't held to '${law}': no law of it, or it lacks the kernel`);
  }
}

export interface CheckKernelOptions extends CheckOptions {
  /** The memory of a WASM module that has the kernel: arrays lie in it, each at its `byteOffset`. The module must not take memory
   *  for itself, as a kernel that allocates would. Default: arrays lie wherever JavaScript has them. */
  memory?: WasmMemory;
}

export interface CheckDeviceKernelOptions extends CheckOptions {
  /** The kernel computes on buffers of this backend, as a shader of `backend.shader(code)` does. */
  backend: Backend;
}

/**
 * Holds kernels of your own to the laws of an operation: `{ forward, backward }`, with the arguments that they have in `ops`, of
 * which either may be left out. They take plain arrays, or with `{ backend }` its buffers. Throws a LawError at the first law
 * that is broken.
 */
export async function checkKernel<Name extends OperationName>(
  operation: Name,
  kernel: ArrayKernel<Name>,
  options?: CheckKernelOptions,
): Promise<void>;
export async function checkKernel<Name extends OperationName>(
  operation: Name,
  kernel: DeviceKernel<Name>,
  options: CheckDeviceKernelOptions,
): Promise<void>;
export async function checkKernel(
  operation: OperationName,
  kernel: object,
  { memory, backend, ...options }: CheckKernelOptions & Partial<CheckDeviceKernelOptions> = {},
): Promise<void> {
  if (memory && backend) throw new TypeError('checkKernel: a kernel is in a memory or on a backend, not both');
  const own: unknown = { [operation]: kernel };
  const candidate = backend
    ? backendCandidate(backend, own as DeviceKernels, 'your kernel')
    : arrayCandidate(own as ArrayKernels, 'your kernel', memory);
  const checked = await throwFirst(checkAll(candidate, { ...options, operations: [operation] }));
  if (checked === 0) throw new Error(`${operation} (your kernel) has neither forward nor backward to check`);
}

/** Holds every kernel of a backend to the laws. Throws a LawError at the first that is broken; `checkAll` goes on. */
export async function checkBackend(backend: Backend, options: CheckOptions = {}): Promise<void> {
  const candidate = backendCandidate(backend);
  const seed = options.seed ?? newSeed();
  for (const operation of operationNames) {
    const checked = await throwFirst(checkAll(candidate, { ...options, seed, operations: [operation] }));
    if (checked === 0) throw new Error(`${operation} (${candidate.name}) has neither forward nor backward to check`);
  }
}

/** Throws the first failure; otherwise, how many laws were kept. */
async function throwFirst(reports: AsyncIterable<LawReport>): Promise<number> {
  let kept = 0;
  for await (const { failure } of reports) {
    if (failure) throw failure;
    kept++;
  }
  return kept;
}
