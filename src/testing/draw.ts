/**
 * Drawing and shrinking problems, which is fast-check's work. No other file loads it, and this one does so when the first
 * problem is drawn: who only measures layers doesn't load it.
 */
import type { Arbitrary } from 'fast-check';
import { nearNames } from '../ops/options.js';
import type { FastCheck, OperationCase } from './case.js';
import { type Draft, type Numbers, ordinary, type Problem, problem } from './problem.js';

/** A problem, and what it's called: by its name, or by the path on which fast-check finds it again from the same seed. */
export interface FoundProblem {
  readonly which: string;
  readonly problem: Problem;
}

export const fastCheck = (): Promise<FastCheck> => import('fast-check');

/** Problems of an operation without their numbers: sizes, a kind and a seed. */
export function outlines(fc: FastCheck, c: OperationCase): Arbitrary<[Draft<unknown>, Numbers]> {
  const numbers = fc.record({ kind: fc.constantFrom(...(c.kinds ?? ordinary)), seed: fc.noShrink(fc.nat()) });
  return fc.tuple(c.drafts(fc), numbers);
}

/** The same problems with their numbers. */
export function problems(fc: FastCheck, c: OperationCase): Arbitrary<Problem> {
  return outlines(fc, c).map(([draft, numbers]) => problem(draft, numbers));
}

/** More problems than these are drawn again for each law, so many at a time, and not kept. */
const mostKept = 500;
const keptProblems = new Map<string, readonly FoundProblem[]>();
const keptNamed = new Map<string, readonly FoundProblem[]>();

/** The same for every law and candidate: drawn once, with all that the maths owes for them, as long as it's the same operation. */
export async function drawn(c: OperationCase, runs: number, seed: number): Promise<Iterable<FoundProblem>> {
  const key = `${c.operation} ${runs} ${seed}`;
  const kept = keptProblems.get(key);
  if (kept) return kept;
  const fc = await fastCheck();
  keptProblems.clear();
  if (runs > mostKept) return filledIn(fc, c, runs, seed);
  const all = [...filledIn(fc, c, runs, seed)];
  keptProblems.set(key, all);
  return all;
}

/** One after the other, so that only one is in memory, and who stops early hasn't waited for all. */
function* filledIn(fc: FastCheck, c: OperationCase, runs: number, seed: number): Generator<FoundProblem> {
  for (let from = 0; from < runs; from += mostKept) {
    const some = fc.sample(outlines(fc, c), { numRuns: Math.min(mostKept, runs - from), seed, path: String(from) });
    for (const [i, outline] of some.entries()) yield { which: String(from + i), problem: problem(...outline) };
  }
}

/** Those that the case names. */
export function namedProblems(c: OperationCase, seed: number): readonly FoundProblem[] {
  const key = `${c.operation} ${seed}`;
  let named = keptNamed.get(key);
  if (!named) {
    const drafts = Object.entries(c.named);
    named = drafts.map(([name, draft]) => ({ which: name, problem: problem(draft, { kind: 'uniform', seed }) }));
    keptNamed.clear();
    keptNamed.set(key, named);
  }
  return named;
}

/** The problem that is called so. Throws a RangeError if there is none. */
export async function problemCalled(c: OperationCase, which: string, seed: number): Promise<Problem> {
  const named = namedProblems(c, seed);
  const found = named.find((each) => each.which === which)?.problem;
  if (found) return found;
  if (/^\d+(:\d+)*$/.test(which)) {
    const fc = await fastCheck();
    const [outline] = sampled(() => fc.sample(outlines(fc, c), { numRuns: 1, seed, path: which }));
    if (outline) return problem(...outline);
    throw new RangeError(`${c.operation}: seed ${seed} doesn't lead to a problem ${which}`);
  }
  const names = named.map((each) => each.which);
  const near = nearNames(names, which);
  throw new RangeError(
    `${c.operation}: there is no problem '${which}'; it's a path like 12:0:1, or one of '${(near.length > 0 ? near : names).join("', '")}'`,
  );
}

/** fast-check throws where a path leads nowhere. */
function sampled<T>(sample: () => T[]): T[] {
  try {
    return sample();
  } catch {
    return [];
  }
}
