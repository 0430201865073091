/**
 * The matrices of Winograd's convolution, F(m, r): m outputs of r taps by m + r − 1 products instead of m · r.
 *
 *   y = Aᵀ · [(G · g) ⊙ (Bᵀ · d)]        d: m + r − 1 inputs, g: r taps, ⊙ multiplies element by element
 *
 * They follow from the points at which polynomials are evaluated; `assembly/winograd/transforms.ts` derives them. The kernels have
 * them as additions, the error bound (`src/testing/winograd.ts`) and the figure (`src/figures/winograd.ts`) as they stand here.
 *
 * Source: Winograd, "Arithmetic Complexity of Computations" (1980);
 * Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), https://arxiv.org/abs/1509.09308
 */

type Matrix = number[][];

const finite = [0, 1, -1, 2, -2];

/** The finite points for tiles of `size` inputs, which is 6 at most; the last row of every matrix is of the point ∞. */
export const pointsFor = (size: number): readonly number[] => finite.slice(0, size - 1);

/** A polynomial's coefficients times (t − q). */
const timesRoot = (c: readonly number[], q: number) => [0, ...c].map((up, i) => up - q * (c[i] ?? 0));
const product = (factors: readonly number[]) => factors.reduce((all, factor) => all * factor, 1);
/** The polynomial of degree roots.length with these roots, as `size` coefficients. */
const polynomial = (roots: readonly number[], size: number) =>
  Array.from({ length: size }, (_, i) => roots.reduce(timesRoot, [1])[i] ?? 0);
const last = (size: number) => Array.from({ length: size }, (_, j) => Number(j === size - 1));

/** Bᵀ: the numerators of Lagrange's polynomials. */
export const inputMatrix = (of: readonly number[]): Matrix => [
  ...of.map((p) =>
    polynomial(
      of.filter((q) => q !== p),
      of.length + 1,
    ),
  ),
  polynomial(of, of.length + 1),
];
/** G for a kernel of r: powers of the points, divided by Lagrange's denominators. */
export const weightMatrix = (of: readonly number[], r: number): Matrix => [
  ...of.map((p) => last(r).map((_, j) => p ** j / product(of.filter((q) => q !== p).map((q) => p - q)))),
  last(r),
];
/** A for m outputs: powers of the points. */
export const outputMatrix = (of: readonly number[], m: number): Matrix => [
  ...of.map((p) => last(m).map((_, j) => p ** j)),
  last(m),
];
