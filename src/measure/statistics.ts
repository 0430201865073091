/** What can be said of numbers that vary from call to call. */
import type { Sampled } from './report.js';

/** The middle one, or the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return medianOfSorted(sorted(values));
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);

function medianOfSorted(values: readonly number[]): number {
  const [low, high] = [values[Math.floor((values.length - 1) / 2)], values[Math.ceil((values.length - 1) / 2)]];
  return (low + high) / 2;
}

/** With its median, and the median of the distances from it. */
export function sampled(samples: readonly number[]): Sampled {
  const middle = median(samples);
  return { median: middle, mad: median(samples.map((sample) => Math.abs(sample - middle))), samples };
}

/**
 * The variance of the logarithm of a sample's median, without a word about how the numbers are distributed.
 *
 * Of n independent numbers in their order, the true median lies between the c-th and the (n − c + 1)-th with probability
 * 1 − p, where p = 2 · Σ_{i<c} C(n, i) / 2ⁿ: fewer than c of them are on one side of it, as with coins. A normal distribution has
 * that much between ±z, so the distance between the two is 2·z standard deviations (Price & Bonett, "Distribution-free confidence
 * intervals for difference and ratio of medians", J. Stat. Comput. Simul. 72 (2002), whose choice of c, about (n + 1) / 2 − √n, this
 * is). Infinite for fewer than two numbers, or ones that aren't above 0.
 */
export function logVarianceOfMedian(samples: readonly number[]): number {
  const n = samples.length;
  const values = sorted(samples);
  if (n < 2 || !(values[0] > 0)) return Number.POSITIVE_INFINITY;
  const c = Math.max(1, Math.round((n + 1) / 2 - Math.sqrt(n)));
  let p = 0;
  let logTerm = (1 - n) * Math.LN2; // of C(n, 0) · 2 / 2ⁿ
  for (let i = 0; i < c; i++) {
    p += Math.exp(logTerm);
    logTerm += Math.log((n - i) / (i + 1));
  }
  const distance = Math.log(values[n - c] / values[c - 1]);
  return (distance / (2 * upperQuantile(p / 2))) ** 2;
}

/** z such that a normal variable is above it with probability q ≤ ½, within 4.5e-4 (Abramowitz & Stegun, 26.2.23). */
function upperQuantile(q: number): number {
  const t = Math.sqrt(-2 * Math.log(q));
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
}

/** Standard deviations on each side of a normal variable's mean that hold 95 % of it. */
const deviations95 = 1.96;

/** Where the ratio `after / before` of two true medians lies with 95 % confidence. `variance`: more of the logarithm of the ratio than
 *  the samples show. */
export function ratioInterval(
  after: readonly number[],
  before: readonly number[],
  variance = 0,
): readonly [low: number, high: number] {
  const logRatio = Math.log(median(after) / median(before));
  const halfWidth = deviations95 * Math.sqrt(logVarianceOfMedian(after) + logVarianceOfMedian(before) + variance);
  if (!Number.isFinite(halfWidth) || !Number.isFinite(logRatio)) return [0, Number.POSITIVE_INFINITY];
  return [Math.exp(logRatio - halfWidth), Math.exp(logRatio + halfWidth)];
}

/** The exponent of y ~ x^exponent through these points: the slope of a line through their logarithms, by least squares. null unless
 *  there are two different x. */
export function exponentOf(points: readonly (readonly [x: number, y: number])[]): number | null {
  const logs = points.filter(([x, y]) => x > 0 && y > 0).map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (at: 0 | 1) => logs.reduce((sum, log) => sum + log[at], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let xx = 0;
  let xy = 0;
  for (const [x, y] of logs) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  return xx > 0 ? xy / xx : null;
}
