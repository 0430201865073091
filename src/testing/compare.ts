/** Comparing what a kernel wrote with what it owed. */
import type { TypedArray } from '../tensor/tensorBackend.js';
import { type Budget, exact } from './budget.js';

/** A law that doesn't hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Below it f32 has no full precision, and WebGPU may write 0. */
const smallestNormal = 2 ** -126;

/**
 * A result that IEEE 754 doesn't allow, and WGSL does (section 15.7.2, "Differences from IEEE-754"):
 *   'flushed'      0 where a subnormal number is due
 *   'notFinite'    anything where NaN or ∞ is due, or had to be looked at
 *   'signOfZero'   0 where −0 is due, or the other way round: of what only moves or selects values. Sums have either, by their order
 */
export type Allowance = 'flushed' | 'notFinite' | 'signOfZero';

/** What a comparison may let pass, and whom it tells. */
export interface Terms {
  /** The candidate's rounding is open, as WGSL's is: a subnormal number may be 0. */
  readonly mayFlush: boolean;
  /** What comes of NaN and ∞ may be anything. */
  readonly mayIgnoreNotFinite: boolean;
  /** Told the largest error in units of its budget, and its element. */
  measured(ratio: number, what: string, i: number): void;
  /** Told of an element that passes only because WGSL allows it. */
  allowed(how: Allowance, what: string, i: number, got: number, expected: number): void;
}

/** Which element the maths can't compute without looking at NaN or ∞. Default: one that is itself not finite. */
export type LooksAtNotFinite = (i: number) => boolean;

/** How a law compares. `maths`: what is expected is the maths' own result, so that the sign of its zeros means something. */
export type Compare = (
  what: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  budget: Budget,
  maths?: LooksAtNotFinite,
) => void;

/** Throws a Violation that names the worst element. A zero of the other sign passes, as it does in PyTorch; NaN equals NaN. */
export function compare(
  terms: Terms,
  what: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  budget: Budget,
  maths?: LooksAtNotFinite,
): void {
  if (got.length !== expected.length) {
    throw new Violation(`${what}: ${got.length} elements, but ${expected.length} expected`);
  }
  const signsMatter = maths !== undefined && budget === exact;
  const looksAtNotFinite = maths ?? ((i: number) => !Number.isFinite(expected[i]));
  let worst = 0;
  let worstRatio = 0;
  let wrong = 0;
  for (let i = 0; i < expected.length; i++) {
    const how = allowance(got[i], expected[i], budget(i), terms, signsMatter, () => looksAtNotFinite(i));
    if (how) terms.allowed(how, what, i, got[i], expected[i]);
    const ratio = how ? 0 : excess(got[i], expected[i], budget(i));
    if (ratio > 1) wrong++;
    if (ratio > worstRatio) [worst, worstRatio] = [i, ratio];
  }
  terms.measured(worstRatio, what, worst);
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

/** Why an element passes that isn't right by IEEE 754; null: it is, or it is wrong by WGSL, too. */
function allowance(
  got: number,
  expected: number,
  budget: number,
  { mayFlush, mayIgnoreNotFinite }: Terms,
  signsMatter: boolean,
  looksAtNotFinite: () => boolean,
): Allowance | null {
  if (got === expected) return signsMatter && !Object.is(got, expected) ? 'signOfZero' : null;
  if (mayFlush && got === 0 && Math.abs(expected) < smallestNormal) {
    // What f32 rounds to 0, and what is less than its budget, may be 0 by IEEE 754.
    return budget === 0 || (Math.fround(expected) !== 0 && Math.abs(expected) > budget) ? 'flushed' : null;
  }
  return mayIgnoreNotFinite && excess(got, expected, budget) > 1 && looksAtNotFinite() ? 'notFinite' : null;
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
