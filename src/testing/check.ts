/** Holding kernels to the laws of their operation, over drawn problems, and telling what is wrong with them. */
import type { Backend } from '../backends/backend.js';
import { type OperationName, operationNames } from '../ops/index.js';
import { requireOptions } from '../ops/options.js';
import { roundToNearest } from './budget.js';
import { type ArrayKernel, arrayCandidate, backendCandidate, type Candidate } from './candidate.js';
import type { LawName } from './case.js';
import { cases } from './cases/index.js';
import { compare } from './compare.js';
import { fastCheck, outlines, problems } from './draw.js';
import { laws } from './laws/index.js';
import { type Draft, describe, type Numbers, type Problem, problem } from './problem.js';
import type { Subject } from './run.js';

export interface CheckOptions {
  /** Problems drawn for each law. Default 100. */
  runs?: number;
  /** Draws the same problems again. Default: another every time; an error names it. */
  seed?: number;
  /** Unit roundoff of the kernels' arithmetic. Default: the candidate's own. */
  u?: number;
}

export interface CheckAllOptions extends CheckOptions {
  /** Default: all. One without a kernel of the candidate is left out. */
  operations?: readonly OperationName[];
  /** Default: every law that is about kernels. Those of the maths alone ('gradient', 'windows') are checked if named here. */
  laws?: readonly LawName[];
  /** An AbortSignal's: ends the check before its next problem, without a report of the law that it was at. */
  signal?: { readonly aborted: boolean };
  /** Told after each problem how many of the law's are done, of how many. */
  onProblem?(operation: OperationName, law: LawName, done: number, of: number): void;
}

/** What came of one law. */
export interface LawReport {
  readonly operation: OperationName;
  readonly law: LawName;
  /** Problems that it was tried on, drawn and named ones: fewer where it failed. */
  readonly problems: number;
  /** The largest error in units of its budget: at most 1 where the law holds, 0 where all was exact. */
  readonly worst: number;
  readonly seed: number;
  readonly milliseconds: number;
  /** With the smallest problem that breaks it, or null. */
  readonly failure: LawError | null;
}

/** A kernel that breaks a law. The message names the law, the smallest problem found, its worst element, and the seed. */
export class LawError extends Error {
  override readonly name = 'LawError';
  readonly operation: OperationName;
  readonly law: LawName;
  readonly seed: number;
  readonly problem: Problem;

  constructor(
    operation: OperationName,
    law: LawName,
    candidate: string,
    found: { seed: number; problem: Problem; where: string; cause: unknown },
  ) {
    const reason = found.cause instanceof Error ? found.cause.message : String(found.cause);
    const text = `${operation} (${candidate}) breaks the law '${law}':\n${reason}\n${describe(found.problem)}\nfound in ${found.where}`;
    super(text, { cause: found.cause });
    this.operation = operation;
    this.law = law;
    this.seed = found.seed;
    this.problem = found.problem;
  }
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
 * that is broken, and leaves the event loop time to breathe, so that a page can show how far it is.
 *
 *   for await (const { operation, law, worst, failure } of checkAll(backendCandidate(backend), { runs: 1000 })) …
 */
export async function* checkAll(candidate: Candidate, given: CheckAllOptions = {}): AsyncGenerator<LawReport> {
  requireOptions('checkAll', given, {
    runs: true,
    seed: true,
    u: true,
    operations: true,
    laws: true,
    signal: true,
    onProblem: true,
  });
  const { operations = operationNames, laws: wanted, ...options } = given;
  const seed = options.seed ?? newSeed();
  for (const operation of operations) {
    const kept = wanted
      ? cases[operation].laws.filter((law) => wanted.includes(law) && canKeep(law, operation, candidate))
      : lawsFor(operation, candidate);
    for (const law of kept) {
      const report = await examine(operation, law, candidate, { ...options, seed });
      if (!report) return;
      yield report;
    }
  }
}

/** Checks one law on drawn problems and then on the named ones. null: interrupted. */
async function examine(
  operation: OperationName,
  law: LawName,
  candidate: Candidate,
  { runs = 100, seed, u, signal, onProblem }: CheckAllOptions & { seed: number },
): Promise<LawReport | null> {
  const start = performance.now();
  let [done, worst] = [0, 0];
  const unit = u ?? candidate.unitRoundoff ?? roundToNearest;
  const measured = (ratio: number) => {
    worst = Math.max(worst, ratio);
  };
  const subject: Subject = {
    operation: cases[operation],
    candidate,
    u: unit,
    // Whose rounding is open, as WGSL's is, may flush as well.
    compare: (what, got, expected, budget) => compare(what, got, expected, budget, measured, unit > roundToNearest),
  };
  const report = (failure: LawError | null): LawReport => {
    return { operation, law, problems: done, worst, seed, milliseconds: performance.now() - start, failure };
  };
  const broken = (p: Problem, where: string, cause: unknown) =>
    report(new LawError(operation, law, candidate.name, { seed, problem: p, where: `${where}, seed ${seed}`, cause }));
  const named = Object.entries(subject.operation.named);
  const violation = async (p: Problem) => {
    try {
      await laws[law].check(subject, p);
      return null;
    } catch (cause) {
      return { cause };
    } finally {
      done++;
      onProblem?.(operation, law, done, runs + named.length);
    }
  };

  for (const p of await drawn(operation, runs, seed)) {
    await breathe();
    if (signal?.aborted) return null;
    if (!(await violation(p))) continue;
    const smallest = await shrunk(subject, law, { runs, seed, path: String(done - 1) });
    return broken(smallest.problem, `run ${done} of ${runs}, shrunk ${smallest.shrinks} times`, smallest.cause);
  }
  for (const [name, p] of namedProblems(operation, seed)) {
    await breathe();
    if (signal?.aborted) return null;
    const found = await violation(p);
    if (found) return broken(p, `the problem '${name}'`, found.cause);
  }
  return report(null);
}

/** The smallest problem that still breaks the law, from the drawn one at `path` on. */
async function shrunk(
  subject: Subject,
  law: LawName,
  { runs, seed, path }: { runs: number; seed: number; path: string },
) {
  const fc = await fastCheck();
  const property = fc.asyncProperty(problems(fc, subject.operation), (p) => laws[law].check(subject, p));
  const found = await fc.check(property, { numRuns: runs, seed, path });
  if (!found.failed) throw new Error(`the law '${law}' failed, and holds for the same problem now`);
  return { problem: found.counterexample![0], shrinks: found.numShrinks, cause: found.errorInstance };
}

/** More problems than these are drawn again for each law, and not kept. */
const mostKept = 500;
const keptProblems = new Map<string, readonly Problem[]>();
const keptNamed = new Map<string, readonly (readonly [string, Problem])[]>();

/** The same for every law and candidate: drawn once, with all that the maths owes for them, as long as it's the same operation. */
async function drawn(operation: OperationName, runs: number, seed: number): Promise<Iterable<Problem>> {
  const key = `${operation} ${runs} ${seed}`;
  const kept = keptProblems.get(key);
  if (kept) return kept;
  const fc = await fastCheck();
  const outlined = fc.sample(outlines(fc, cases[operation]), { numRuns: runs, seed });
  keptProblems.clear();
  if (runs > mostKept) return filledIn(outlined);
  const all = [...filledIn(outlined)];
  keptProblems.set(key, all);
  return all;
}

/** One after the other, so that only one is in memory. */
function* filledIn(outlined: readonly [Draft<unknown>, Numbers][]): Generator<Problem> {
  for (const [draft, numbers] of outlined) yield problem(draft, numbers);
}

function namedProblems(operation: OperationName, seed: number) {
  const key = `${operation} ${seed}`;
  let named = keptNamed.get(key);
  if (!named) {
    const drafts = Object.entries(cases[operation].named);
    named = drafts.map(([name, draft]) => [name, problem(draft, { kind: 'uniform', seed })] as const);
    keptNamed.clear();
    keptNamed.set(key, named);
  }
  return named;
}

/** Milliseconds that a check may keep the event loop waiting. */
const longest = 30;
let breathed = 0;

async function breathe(): Promise<void> {
  if (performance.now() - breathed < longest) return;
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  breathed = performance.now();
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

/**
 * Holds kernels of your own, over plain arrays, to the laws of an operation: `{ forward, backward }`, with the arguments
 * that they have in `ops`, of which either may be left out. Throws a LawError at the first that is broken.
 */
export async function checkKernel<Name extends OperationName>(
  operation: Name,
  kernel: ArrayKernel<Name>,
  options: CheckOptions = {},
): Promise<void> {
  const candidate = arrayCandidate({ [operation]: kernel }, 'your kernel');
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
