/** Holding kernels to the laws of their operation, over drawn problems, and telling what is wrong with them. */
import fc from 'fast-check';
import type { Backend } from '../backends/backend.js';
import { type OperationName, operationNames } from '../ops/index.js';
import { roundToNearest } from './budget.js';
import { type ArrayKernel, arrayCandidate, backendCandidate, type Candidate, type Guards } from './candidate.js';
import type { LawName } from './case.js';
import { cases } from './cases/index.js';
import { laws } from './laws/index.js';
import { describe, type Problem, problem } from './problem.js';

export interface CheckOptions {
  /** Problems drawn for each law. Default 100. */
  runs?: number;
  /** Draws the same problems again. Default: another every time; an error names it. */
  seed?: number;
  /** Unit roundoff of the kernels' arithmetic. Default 2⁻²⁴, rounding to nearest; 2⁻²³ where the rounding mode is open. */
  u?: number;
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

/** Whether the candidate has the kernels that the law runs. A law without any is about the maths, and holds for no candidate. */
function concerns(law: LawName, operation: OperationName, candidate: Candidate): boolean {
  const { needs } = laws[law];
  return needs.length > 0 && needs.every((pass) => candidate.has(operation, pass));
}

/** The laws of an operation that a candidate can be held to. */
export function lawsFor(operation: OperationName, candidate: Candidate): LawName[] {
  return cases[operation].laws.filter((law) => concerns(law, operation, candidate));
}

/** Checks one law, on drawn problems and then on the named ones. Throws a LawError for the smallest that breaks it. */
export async function checkLaw(
  operation: OperationName,
  law: LawName,
  candidate: Candidate,
  options: CheckOptions = {},
): Promise<void> {
  const { runs = 100, seed = newSeed(), u = roundToNearest } = options;
  const subject = { operation: cases[operation], candidate, u };
  const check = (p: Problem) => laws[law].check(subject, p);
  const broken = (p: Problem, where: string, cause: unknown) =>
    new LawError(operation, law, candidate.name, { seed, problem: p, where: `${where}, seed ${seed}`, cause });

  const drawn = await fc.check(fc.asyncProperty(subject.operation.problems, check), { numRuns: runs, seed });
  if (drawn.failed) {
    const where = `run ${drawn.numRuns} of ${runs}, shrunk ${drawn.numShrinks} times`;
    throw broken(drawn.counterexample![0], where, drawn.errorInstance);
  }
  for (const [name, draft] of Object.entries(subject.operation.named)) {
    const p = problem(draft, { kind: 'uniform', seed });
    try {
      await check(p);
    } catch (cause) {
      throw broken(p, `the problem '${name}'`, cause);
    }
  }
}

/** A seed that hasn't been used yet, presumably. */
export function newSeed(): number {
  return Date.now() % 2 ** 31;
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
  await checkOperation(operation, arrayCandidate({ [operation]: kernel }, 'your kernel'), options);
}

/** Holds every kernel of a backend to the laws. `guards` lets it notice what is written beside a buffer. */
export async function checkBackend(backend: Backend, options: CheckOptions & { guards?: Guards } = {}): Promise<void> {
  const candidate = backendCandidate(backend, options.guards);
  const seed = options.seed ?? newSeed();
  for (const operation of operationNames) await checkOperation(operation, candidate, { ...options, seed });
}

async function checkOperation(operation: OperationName, candidate: Candidate, options: CheckOptions): Promise<void> {
  const seed = options.seed ?? newSeed();
  const kept = lawsFor(operation, candidate);
  if (kept.length === 0) throw new Error(`${operation} (${candidate.name}) has neither forward nor backward to check`);
  for (const law of kept) await checkLaw(operation, law, candidate, { ...options, seed });
}
