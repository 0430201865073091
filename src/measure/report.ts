/** What a bench run leaves: rows of numbers, plain JSON. */
import type { BackendDescription, Environment } from '../backends/environment.js';

/** A number that was measured several times. */
export interface Sampled {
  readonly median: number;
  /** Median of the distances from the median: half of all samples are nearer than this. */
  readonly mad: number;
  /** In the order in which they were taken. */
  readonly samples: readonly number[];
}

/** What multiplying and adding, and reading and writing, can reach on a backend, measured in the same run by its own means. */
export interface Peaks {
  /** GFLOP/s. */
  readonly compute: Sampled;
  /** GB/s. */
  readonly bandwidth: Sampled;
}

export interface BenchContender extends BackendDescription {
  /** null on the reference. */
  readonly peaks: Peaks | null;
  /** Milliseconds of waiting for no work at all; 0 where nothing is waited for. */
  readonly emptyWait: Sampled;
}

/** Which part of a report a row belongs to. */
export type BenchGroup =
  | 'steps' // training steps of networks
  | 'layers' // kernels on layers of networks
  | 'threads' // one network, growing threads
  | 'batch' // one network, growing batches: from where on a GPU wins
  | 'growth'; // one kernel, growing sizes

/** One piece of work, on every contender. */
export interface BenchRow {
  readonly group: BenchGroup;
  /** `mnistNet, batch 64`; `conv2d, ResNet-18 64 channels, batch 8`. Unique with `pass`. */
  readonly name: string;
  /** `step`, or a kernel's: `forward`, `backward`, `dx`, `dw`. */
  readonly pass: string;
  /** What grows in 'threads', 'batch' and 'growth': its name and value. null in the others. */
  readonly parameter: { readonly name: string; readonly value: number } | null;
  /** Floating-point operations by the equations; 0 where they have none. */
  readonly flops: number;
  /** Bytes that must be moved at least: every array read or written once. 0 where that isn't known. */
  readonly bytes: number;
  /** In the order of the report's contenders. null: not measured. */
  readonly results: readonly (BenchResult | null)[];
}

export interface BenchResult {
  /** Milliseconds of the first call: compiling and allocating included. */
  readonly cold: number;
  /** Milliseconds of a call, its completion included, once it is warm. */
  readonly steady: Sampled;
  /** The median of each round through all rows. Rounds are minutes apart, so what lies between them is how the machine wanders. */
  readonly rounds?: readonly number[];
  /** Milliseconds on the GPU, where it tells; not trusted where clocks disagree, for the reason that is given. */
  readonly gpu: { readonly ms: Sampled; readonly untrusted: string | null } | null;
  /** What the results were held against before they were timed, and the largest error as a part of the one that is allowed (the kit's
   *  budget for a kernel; 0.1 % of a step's first loss): at most 1. null if they couldn't be held to anything. */
  readonly checked: { readonly against: string; readonly error: number } | null;
}

/** milliseconds ~ value^exponent, fitted over the rows of one growth. */
export interface Growth {
  readonly contender: number;
  /** `conv2d`, or a network. */
  readonly name: string;
  readonly parameter: string;
  readonly exponent: number;
  /** By the operation count. */
  readonly expected: number;
}

/** From which batch size on one contender is faster than another. */
export interface Crossover {
  readonly network: string;
  readonly slower: number;
  readonly faster: number;
  /** The smallest batch from which on it wins at all larger ones that were measured; null: at none. */
  readonly batch: number | null;
}

export interface BenchReport {
  readonly format: 'receptive bench';
  readonly version: 1;
  /** It was interrupted. */
  readonly partial: boolean;
  readonly seed: number;
  readonly environment: Environment;
  readonly contenders: readonly BenchContender[];
  readonly rows: readonly BenchRow[];
  readonly growth: readonly Growth[];
  readonly crossovers: readonly Crossover[];
  /** What a reader must know: a drift of the machine, a noisy run, a contender that couldn't run. */
  readonly warnings: readonly string[];
}

/** One row in two reports. */
export interface Change {
  readonly name: string;
  readonly pass: string;
  readonly contender: string;
  /** Milliseconds. */
  readonly before: number;
  readonly after: number;
  /** after / before, and the interval in which it lies with 95 % confidence. */
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number];
  readonly verdict: 'faster' | 'slower' | 'no change';
}
