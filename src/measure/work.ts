/** What is measured, as the one that measures sees it: the same for a kernel and for a training step. */
import type { Contender } from './contender.js';
import type { BenchResult, BenchRow } from './report.js';

/** One piece of work, which becomes a row. */
export interface Work extends Omit<BenchRow, 'results'> {
  /** What grows together: rows of one family, with one pass, are fitted together. */
  readonly family: string;
  /** Whether the maths takes part: it is slow, and says little about growth. */
  readonly withReference: boolean;
  /** Gets ready: what a call needs is on the device afterwards, and nothing has been called. */
  prepare(contender: Contender): PreparedWork;
}

export interface PreparedWork {
  /** One call. On a device that works on its own it returns before the work is done. */
  start(): void;
  /** Resolves when all that was started is done. */
  finished(): Promise<unknown>;
  /** Puts back what calls update, where they would wander away with it. */
  restore?(): void;
  /** Holds what the first call has left to what it should be. Throws an Error of one line if it is wrong. */
  check(): Promise<BenchResult['checked']>;
  free(): void;
}

/** `conv2d 3x3, side 16`: a row of a family that grows. */
export const grown = (family: string, parameter: NonNullable<BenchRow['parameter']>) =>
  `${family}, ${parameter.name} ${parameter.value}`;
