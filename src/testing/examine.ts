/** Trying one law on problem after problem. */
import type { OperationName } from '../ops/index.js';
import { roundToNearest } from './budget.js';
import type { Candidate } from './candidate.js';
import type { LawName } from './case.js';
import { cases } from './cases/index.js';
import { type Compare, compare, Violation } from './compare.js';
import { drawn, type FoundProblem, fastCheck, namedProblems, problemCalled, problems } from './draw.js';
import { Findings } from './findings.js';
import { LawError } from './lawError.js';
import { laws } from './laws/index.js';
import type { Problem } from './problem.js';
import type { Verdict } from './report.js';

/** What came of one law. */
export interface LawReport {
  readonly operation: OperationName;
  readonly law: LawName;
  readonly verdict: Verdict;
  /** Problems that it was tried on, drawn and named ones: fewer where it failed, or where time was up. */
  readonly problems: number;
  /** The largest error in units of its budget: at most 1 where the law holds, 0 where all was exact. */
  readonly worst: number;
  /** Where that was: the element, the problem's name or path, and its arrays. null where all was exact. */
  readonly where: string | null;
  /** What isn't right by IEEE 754, and passes because WGSL allows it. null: nothing. */
  readonly allowed: string | null;
  readonly seed: number;
  readonly milliseconds: number;
  /** With the smallest problem that breaks it, or null. */
  readonly failure: LawError | null;
}

export interface Examination {
  readonly runs: number;
  readonly seed: number;
  readonly u?: number;
  readonly strict: boolean;
  /** This problem alone. */
  readonly problem?: string;
  /** No problem but the first begins after this time of `performance.now()`. */
  readonly until: number;
  readonly signal?: { readonly aborted: boolean };
  onProblem?(operation: OperationName, law: LawName, done: number, of: number): void;
}

export interface Examined {
  readonly report: LawReport;
  /** Something went wrong besides what the law compares: a device is in an unknown state. */
  readonly hasFailed: boolean;
}

/** Tries one law on drawn problems and then on the named ones. null: interrupted. */
export async function examine(
  operation: OperationName,
  law: LawName,
  candidate: Candidate,
  options: Examination,
): Promise<Examined | null> {
  const start = performance.now();
  const { runs, seed, signal, onProblem } = options;
  const unit = options.u ?? candidate.unitRoundoff ?? roundToNearest;
  const c = cases[operation];
  // Whose rounding is open, as WGSL's is, has its other freedoms, too.
  const isOpen = unit > roundToNearest;
  const freedom = { mayFlush: isOpen, mayIgnoreNotFinite: isOpen && !options.strict };
  const findings = new Findings();
  const check = (told: Findings, p: Problem) => {
    const terms = told.terms(freedom);
    const under: Compare = (...compared) => compare(terms, ...compared);
    return laws[law].check({ operation: c, candidate, u: unit, compare: under }, p);
  };
  let done = 0;
  const report = (verdict: Verdict, failure: LawError | null = null): LawReport => {
    const { worst, where, allowed } = findings;
    const milliseconds = performance.now() - start;
    return { operation, law, verdict, problems: done, worst, where, allowed, seed, milliseconds, failure };
  };

  /** What the law says of a problem that breaks it, or of a smaller one. */
  const broken = async (found: FoundProblem, where: string, cause: unknown): Promise<Examined> => {
    const isWrong = cause instanceof Violation;
    // A device that has failed fails at every problem from now on, and there is nothing to shrink.
    const canShrink = options.problem === undefined && /^\d+$/.test(found.which) && (isWrong || !candidate.recover);
    const shrunk = canShrink ? await shrink(found, isWrong) : null;
    const { how, ...smallest } = shrunk ?? { ...found, cause, how: '', hasFailed: !isWrong };
    const failure = new LawError(operation, law, candidate.name, {
      ...smallest,
      seed,
      where: `${where}${how}, seed ${seed}`,
    });
    return { report: report(isWrong ? 'wrong' : 'failed', failure), hasFailed: smallest.hasFailed };
  };

  /** The smallest problem that still breaks the law, from the drawn one on; by the same kind of failure. */
  const shrink = async (found: FoundProblem, isWrong: boolean) => {
    let hasFailed = !isWrong;
    const fc = await fastCheck();
    const property = fc.asyncProperty(problems(fc, c), async (p) => {
      try {
        const untold = new Findings();
        untold.begin(found);
        await check(untold, p);
      } catch (cause) {
        if (!(cause instanceof Violation)) hasFailed = true;
        if (cause instanceof Violation === isWrong) throw cause;
      }
    });
    const ended = await fc.check(property, { numRuns: runs, seed, path: found.which });
    // A kernel that races with itself may be right the second time.
    if (!ended.failed) return null;
    return {
      problem: ended.counterexample![0],
      which: ended.counterexamplePath!,
      cause: ended.errorInstance,
      how: `, shrunk ${ended.numShrinks} times`,
      hasFailed,
    };
  };

  const { all, of } = await chosen(options, operation);
  for (const { where, ...found } of all) {
    await breathe();
    if (signal?.aborted) return null;
    if (done > 0 && performance.now() > options.until) break;
    findings.begin(found);
    try {
      await check(findings, found.problem);
    } catch (cause) {
      done++;
      onProblem?.(operation, law, done, of);
      return broken(found, where, cause);
    }
    done++;
    onProblem?.(operation, law, done, of);
  }
  return { report: report(findings.allowed === null ? 'holds' : 'allowed'), hasFailed: false };
}

/** The problems to try, and where a failure is said to have been found. */
async function chosen({ runs, seed, problem }: Examination, operation: OperationName) {
  const c = cases[operation];
  if (problem !== undefined) {
    const only = await problemCalled(c, problem, seed);
    return { all: [{ which: problem, problem: only, where: `the problem '${problem}'` }], of: 1 };
  }
  const fromSeed = await drawn(c, runs, seed);
  const named = namedProblems(c, seed);
  function* all() {
    for (const found of fromSeed) yield { ...found, where: `run ${Number(found.which) + 1} of ${runs}` };
    for (const found of named) yield { ...found, where: `the problem '${found.which}'` };
  }
  return { all: all(), of: runs + named.length };
}

/** Milliseconds that a check may keep the event loop waiting. */
const longest = 30;
let breathed = 0;

async function breathe(): Promise<void> {
  if (performance.now() - breathed < longest) return;
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  breathed = performance.now();
}
