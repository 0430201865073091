/** Comparing what a kernel wrote with what it owed. */
import type { TypedArray } from '../tensor/tensorBackend.js';
import type { Budget } from './budget.js';

/** A law that doesn't hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Below it f32 has no full precision, and WebGPU may write 0. */
const smallestNormal = 2 ** -126;

/** How a law compares. */
export type Compare = (what: string, got: ArrayLike<number>, expected: ArrayLike<number>, budget: Budget) => void;

/** Throws a Violation that names the worst element. The sign of zero is free, as it is in PyTorch; NaN equals NaN.
 *  `measured` is told the largest error in units of its budget, before that. `flushes`: a denormal number may be 0, as WGSL has it. */
export function compare(
  what: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  budget: Budget,
  measured: (ratio: number) => void,
  flushes = false,
): void {
  if (got.length !== expected.length) {
    throw new Violation(`${what}: ${got.length} elements, but ${expected.length} expected`);
  }
  let worst = 0;
  let worstRatio = 0;
  let wrong = 0;
  for (let i = 0; i < expected.length; i++) {
    const isFlushed = flushes && got[i] === 0 && Math.abs(expected[i]) < smallestNormal;
    const ratio = isFlushed ? 0 : excess(got[i], expected[i], budget(i));
    if (ratio > 1) wrong++;
    if (ratio > worstRatio) [worst, worstRatio] = [i, ratio];
  }
  measured(worstRatio);
  if (wrong === 0) return;
  const allowed = budget(worst);
  throw new Violation(
    `${what}[${worst}] is ${got[worst]}, but ${expected[worst]} expected` +
      (allowed === 0
        ? ' exactly'
        : `: off by ${Math.abs(got[worst] - expected[worst]).toExponential(3)}, where the budget is ${allowed.toExponential(3)}`) +
      ` (worst of ${wrong} wrong elements of ${expected.length})`,
  );
}

/** The error in units of what is allowed. */
function excess(got: number, expected: number, allowed: number): number {
  if (got === expected || (Number.isNaN(got) && Number.isNaN(expected))) return 0;
  const ratio = Math.abs(got - expected) / (allowed > 0 ? allowed + smallestNormal : 0);
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}

/** Throws a Violation unless `after` is, bit for bit, what it was. */
export function compareUntouched(what: string, after: TypedArray, before: TypedArray): void {
  for (let i = 0; i < before.length; i++) {
    if (!Object.is(after[i], before[i])) {
      throw new Violation(`${what} is only to be read, but ${what}[${i}] was ${before[i]} and is ${after[i]} now`);
    }
  }
}
