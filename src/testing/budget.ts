/**
 * Error budgets: how far a kernel may be from the maths, derived from how it must round and not felt.
 *
 * A sum of K products, added up in any order with unit roundoff u, is within γ_K · Σ|w·x| of the truth, where
 * γ_K = K·u / (1 − K·u) (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., section 3.1). Σ|w·x| is the
 * operation itself on absolute values, and K is the operation on ones. Storing the result may round once more: u·|y|.
 * What only selects or moves values is exact: budget 0.
 *
 * Elementary functions are held to what WGSL promises, in units of u (WGSL, section 15.7.4, where 1 ULP = u = 2⁻²³); f32
 * implementations elsewhere are better. Constants that the sizes give (1 − β, 1 / (1 − p), eps) are taken to be computed in f64, as
 * JavaScript does, and rounded once.
 *
 * Chapter: docs/learn/16-rounding.en.md
 */

/** Unit roundoff of f32: half the distance from 1 to the next number. */
export const roundToNearest = 2 ** -24;

/** The largest error allowed at element i. */
export type Budget = (i: number) => number;

export const exact: Budget = () => 0;

/** γ_K = K·u / (1 − K·u): how far a sum of K products may be off, relative to the sum of their absolute values. `u`: unit roundoff. */
export function gamma(K: number, u: number): number {
  return (K * u) / (1 - K * u);
}

/** `steps` roundings on the way of a result whose terms have the absolute values `magnitude` in sum, then storing it. */
export function rounded(
  y: ArrayLike<number>,
  u: number,
  steps: number | ArrayLike<number>,
  magnitude: ArrayLike<number> = y,
): Budget {
  return (i) => {
    const K = Math.abs(typeof steps === 'number' ? steps : steps[i]);
    return gamma(K, u) * Math.abs(magnitude[i]) + (K > 0 ? u * Math.abs(y[i]) : 0);
  };
}

/**
 * The roundings that a term of a long sum meets. One number after the other would be n; but sums are taken in blocks of
 * 16 at most, which are added up pair by pair, or with something better: f64, or what the additions lost. So the budget
 * grows with the logarithm of the length (Higham, section 4.2), and a sum that loses digits with its length is over it.
 */
export function sumSteps(n: number): number {
  return n <= 16 ? n : 16 + Math.ceil(Math.log2(n / 16));
}

/** An operation of which every output is a sum of products. `of` gives its arguments in another guise. */
type SumOperation = (y: Float64Array, of: <A extends Float64Array | null>(array: A) => A) => void;

/** Sums of products; `more` counts the roundings that a term suffers besides its product's. */
export function sumsOfProducts(y: Float64Array, u: number, operation: SumOperation, more = 0): Budget {
  const magnitude = new Float64Array(y.length);
  const count = new Float64Array(y.length);
  operation(magnitude, (array) => array && (array.map(Math.abs) as typeof array));
  operation(count, (array) => array && (new Float64Array(array.length).fill(1) as typeof array));
  return rounded(
    y,
    u,
    count.map((K) => Math.abs(K) + more),
    magnitude,
  );
}

/** Plain sums: K terms are K − 1 additions, and a single one is only moved. */
export function sums(y: Float64Array, u: number, operation: SumOperation): Budget {
  const magnitude = new Float64Array(y.length);
  const count = new Float64Array(y.length);
  operation(magnitude, (array) => array && (array.map(Math.abs) as typeof array));
  operation(count, (array) => array && (new Float64Array(array.length).fill(1) as typeof array));
  return rounded(
    y,
    u,
    count.map((K) => sumSteps(Math.abs(K)) - 1),
    magnitude,
  );
}

/** Relative error of e^x: the argument is rounded on its way to a power of 2, |x|·u each time, and WGSL allows 3 + 2·|x| ULP. */
export function expError(x: number, u: number): number {
  return (4 + 2 * Math.abs(x)) * u;
}

/** Absolute error of log x: WGSL allows 3 ULP, and 2⁻²¹ = 4 · 2⁻²³ where the logarithm is small. */
export function logError(log: number, u: number): number {
  return 4 * u * Math.max(1, Math.abs(log));
}
