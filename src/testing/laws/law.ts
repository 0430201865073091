/** What a law is: something true of one operation and one problem, or a Violation. */
import type { Pass } from '../candidate.js';
import type { Problem } from '../problem.js';
import type { Subject } from '../run.js';

export interface Law {
  /** The kernels that it runs. None: it is about the maths alone. */
  readonly needs: readonly Pass[];
  check(subject: Subject, problem: Problem): Promise<void>;
}
