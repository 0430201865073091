/** What a check leaves: a row for each law, plain JSON. */
import type { BackendDescription, Environment } from '../backends/environment.js';
import type { OperationName } from '../ops/index.js';
import type { LawName } from './case.js';

/**
 * holds; allowed: wrong by IEEE 754, and allowed by WGSL's specification (subnormal numbers flushed, NaN and infinity not kept apart,
 * the sign of 0); wrong; failed: it couldn't be run, for the reason that `failure` has.
 */
export type Verdict = 'holds' | 'allowed' | 'wrong' | 'failed';

export interface CheckRow {
  readonly operation: OperationName;
  readonly law: LawName;
  readonly verdict: Verdict;
  /** Problems that it was tried on. */
  readonly problems: number;
  /** The largest error ÷ its budget; at most 1 where the law holds. */
  readonly worst: number;
  /** Where that was: the problem and the element. null where all was exact. */
  readonly where: string | null;
  readonly milliseconds: number;
  /** What is wrong, with the smallest problem that shows it, and the command that tries exactly it again. */
  readonly failure: { readonly message: string; readonly command: string } | null;
}

export interface CheckReport {
  readonly format: 'receptive check';
  readonly version: 1;
  /** It was interrupted, or its time was up before all laws had been tried. */
  readonly partial: boolean;
  /** Problems drawn for each law, and the seed that they are drawn from. */
  readonly runs: number;
  readonly seed: number;
  readonly environment: Environment;
  readonly backend: BackendDescription;
  readonly rows: readonly CheckRow[];
}
