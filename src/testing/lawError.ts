import type { OperationName } from '../ops/index.js';
import type { LawName } from './case.js';
import { describe, type Problem } from './problem.js';

/** A kernel that breaks a law. The message names the law, the smallest problem found, its worst element, and the seed. */
export class LawError extends Error {
  override readonly name = 'LawError';
  readonly operation: OperationName;
  readonly law: LawName;
  readonly seed: number;
  readonly problem: Problem;
  /** What the problem is called: its name, or the path on which it is found again from the seed. `CheckAllOptions.problem` takes it. */
  readonly which: string;

  constructor(
    operation: OperationName,
    law: LawName,
    candidate: string,
    found: { seed: number; problem: Problem; which: string; where: string; cause: unknown },
  ) {
    const reason = found.cause instanceof Error ? found.cause.message : String(found.cause);
    const text = `${operation} (${candidate}) breaks the law '${law}':\n${reason}\n${describe(found.problem)}\nfound in ${found.where}`;
    super(text, { cause: found.cause });
    this.operation = operation;
    this.law = law;
    this.seed = found.seed;
    this.problem = found.problem;
    this.which = found.which;
  }
}
