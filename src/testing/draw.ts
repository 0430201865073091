/**
 * Drawing and shrinking problems, which is fast-check's work. No other file loads it, and this one does so when the first
 * problem is drawn: cases, problems and layers are there without it, for whoever measures them.
 */
import type { Arbitrary } from 'fast-check';
import type { FastCheck, OperationCase } from './case.js';
import { type Draft, type Numbers, ordinary, type Problem, problem } from './problem.js';

/** fast-check, or an error that says how to install it. */
export async function fastCheck(): Promise<FastCheck> {
  try {
    return await import('fast-check');
  } catch (cause) {
    throw new Error(
      'receptive/testing draws its problems with fast-check, which is not installed: npm install fast-check',
      { cause },
    );
  }
}

/** Problems of an operation without their numbers: sizes, a kind and a seed. */
export function outlines(fc: FastCheck, c: OperationCase): Arbitrary<[Draft<unknown>, Numbers]> {
  const numbers = fc.record({ kind: fc.constantFrom(...(c.kinds ?? ordinary)), seed: fc.noShrink(fc.nat()) });
  return fc.tuple(c.drafts(fc), numbers);
}

/** The same problems with their numbers. */
export function problems(fc: FastCheck, c: OperationCase): Arbitrary<Problem> {
  return outlines(fc, c).map(([draft, numbers]) => problem(draft, numbers));
}
