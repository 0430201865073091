/**
 * The same numbers, added up in different orders. In exact arithmetic the order doesn't matter. In f32 every addition rounds, and each order
 * rounds something else. How far off each may be says Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., chapter 4:
 *
 *   |ŷ − y| ≤ γ_n · Σ|x|      γ_n = n·u / (1 − n·u),   n: the additions that one number meets at most
 */
import { gamma, roundToNearest } from '../testing/budget.js';

/** The orders of addition, by name: one by one from either end, in pairs, in four lanes, and with Kahan's correction. */
export const summationOrders = ['forward', 'backward', 'pairwise', 'lanes', 'kahan'] as const;
export type SummationOrder = (typeof summationOrders)[number];

export interface Summation {
  readonly order: SummationOrder;
  /** In f32. */
  readonly sum: number;
  /** |sum − truth|. */
  readonly error: number;
  /** The error in steps from one f32 to the next at the truth. */
  readonly ulps: number;
  /** The additions that one of the numbers meets at most. */
  readonly additions: number;
  /** What the error may be: γ_additions · Σ|x|; with Kahan's way 2u · Σ|x|, to first order (his formula 4.8), however many there are. */
  readonly budget: number;
}

export interface Summations {
  /** The numbers as f32 has them. */
  readonly values: Float32Array;
  /** Their sum, exact, rounded to f64 once. */
  readonly truth: number;
  /** Σ|x| */
  readonly magnitude: number;
  /** In the order of `summationOrders`. */
  readonly sums: readonly Summation[];
}

type Traced = { readonly sum: number; readonly additions: number };

/** Every addition rounds to f32. (That f64 has rounded before changes nothing: it has more than twice the digits.) */
const add = (a: number, b: number) => Math.fround(a + b);

const ways: Readonly<Record<SummationOrder, (x: Float32Array) => Traced>> = {
  /** ((x0 + x1) + x2) + … : x0 meets all additions. */
  forward: (x) => inTurn(x),
  backward: (x) => inTurn(x.slice().reverse()),
  /** Each half on its own, then the two sums: every number meets about log2 n additions. */
  pairwise: (x) => pairwise(x),
  /** As SIMD does: four sums side by side, of every fourth number each, and (s0 + s1) + (s2 + s3) at the end. */
  lanes: (x) => pairwiseOf([0, 1, 2, 3].map((lane) => inTurn(x.filter((_, i) => i % 4 === lane)))),
  /** One after the other, but what an addition has lost is kept in `lost`, and taken off the next number. */
  kahan(x) {
    let sum = 0;
    let lost = 0;
    for (const value of x) {
      const mended = add(value, -lost);
      const next = add(sum, mended);
      lost = add(add(next, -sum), -mended);
      sum = next;
    }
    return { sum, additions: Math.max(0, x.length - 1) };
  },
};

function inTurn(x: Float32Array): Traced {
  if (x.length === 0) return { sum: 0, additions: 0 };
  return { sum: x.subarray(1).reduce(add, x[0]), additions: x.length - 1 };
}

function pairwise(x: Float32Array): Traced {
  if (x.length <= 1) return inTurn(x);
  const half = Math.ceil(x.length / 2);
  return join(pairwise(x.subarray(0, half)), pairwise(x.subarray(half)));
}

const pairwiseOf = ([a, b, c, d]: readonly Traced[]) => join(join(a, b), join(c, d));

function join(a: Traced, b: Traced): Traced {
  return { sum: add(a.sum, b.sum), additions: Math.max(a.additions, b.additions) + 1 };
}

/** Adds the numbers up in every order, each rounded to f32 first. */
export function summations(numbers: ArrayLike<number>): Summations {
  const values = Float32Array.from(numbers);
  const truth = exactSum(values);
  const magnitude = exactSum(values.map(Math.abs));
  const sums = summationOrders.map((order): Summation => {
    const { sum, additions } = ways[order](values);
    const error = sum === truth ? 0 : Math.abs(sum - truth);
    const share = order === 'kahan' && additions > 0 ? 2 * roundToNearest : gamma(additions, roundToNearest);
    return { order, sum, error, ulps: error / ulpAt(truth), additions, budget: share * magnitude };
  });
  return { values, truth, magnitude, sums };
}

/** From one f32 to the next, at a number of f64. */
function ulpAt(value: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  return 2 ** (Math.max(exponent, -126) - 23);
}

/**
 * The exact sum: as a list of numbers of f64 that don't overlap, as Shewchuk has it ("Adaptive Precision Floating-Point Arithmetic and Fast
 * Robust Geometric Predicates", 1997), added up from the smallest.
 */
function exactSum(values: Float32Array): number {
  let parts: number[] = [];
  for (let x of values) {
    if (!Number.isFinite(x)) return values.reduce((sum, value) => sum + value, 0);
    const rest: number[] = [];
    for (let part of parts) {
      if (Math.abs(x) < Math.abs(part)) [x, part] = [part, x];
      const high = x + part;
      const low = part - (high - x);
      if (low !== 0) rest.push(low);
      x = high;
    }
    parts = [...rest, x];
  }
  return parts.reduce((sum, part) => sum + part, 0);
}
