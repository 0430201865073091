/**
 * Winograd's convolution, from one row by hand to the tiles used here.
 *
 * One row. Two outputs of a kernel of three taps, called F(2, 3), plainly take six products:
 *
 *   d = 1 2 4 3      g = 1 2 3
 *   y0 = d0·g0 + d1·g1 + d2·g2 = 1·1 + 2·2 + 4·3 = 17
 *   y1 = d1·g0 + d2·g1 + d3·g2 = 2·1 + 4·2 + 3·3 = 19
 *
 * Four are enough: each multiplies a sum of inputs by a sum of taps.
 *
 *   p0 = (d2 − d0) · (−g0) = 3 · (−1) = −3
 *   p1 = (d1 + d2) · (g0 + g1 + g2) / 2 = 6 · 3 = 18
 *   p2 = (d2 − d1) · (g0 − g1 + g2) / 2 = 2 · 1 = 2
 *   p3 = (d3 − d1) · g2 = 1 · 3 = 3
 *   y0 = p0 + p1 + p2 = 17
 *   y1 = p1 − p2 + p3 = 19
 *
 * As matrices this is y = Aᵀ · [(G · g) ⊙ (Bᵀ · d)], where ⊙ multiplies element by element. Each product has a row of each:
 *
 *   point |  Bᵀ           |  G              |  A
 *     0   |  −1  0  1  0  |  1  0  0 / −1   |  1  0
 *     1   |   0  1  1  0  |  1  1  1 /  2   |  1  1
 *    −1   |   0 −1  1  0  |  1 −1  1 /  2   |  1 −1
 *     ∞   |   0 −1  0  1  |  0  0  1        |  0  1
 *
 * Where they come from. The product of the polynomials g0 + g1·t + g2·t² and a0 + a1·t has four coefficients, so its values
 * at four points determine it, and a value costs one product. G and A evaluate: the row of point p has its powers 1, p, p², …;
 * the value at ∞ is the last coefficient. Lagrange's polynomials go back from values to coefficients: for point p it is
 * Π (t − q) / Π (p − q) over the other finite points q. Its numerator is the row of Bᵀ, and its denominator is put into G;
 * the row of ∞ is Π (t − q) over all finite points. Correlation is this map transposed (y·a = d·(coefficients of g·a) for every
 * a), and so it is A and B that are transposed in the equation.
 *
 * A plane. Every number of the row becomes a row itself, so the transforms are applied down the columns and along the rows:
 *
 *   Y = Aᵀ · [ (G · w · Gᵀ) ⊙ (Bᵀ · X · B) ] · A       X: 6x6 pixels of x, Y: m x m of y, w: r x r, m + r − 1 = 6
 *
 *            r   m   products for a tile        Both are made from the same six points, so both have 6x6 tiles and the
 *     3x3    3   4   36 instead of 144          same Bᵀ. More points would save more products, but their powers grow,
 *     5x5    5   2   36 instead of 100          and with them the rounding errors.
 *
 *   point |  Bᵀ                 |  G, r = 3         |  G, r = 5               |  A, m = 4     |  A, m = 2
 *     0   |  4  0 −5  0  1  0   |  1  0  0 /  4     |  1  0  0  0  0 /  4     |  1  0  0  0   |  1  0
 *     1   |  0 −4 −4  1  1  0   |  1  1  1 / −6     |  1  1  1  1  1 / −6     |  1  1  1  1   |  1  1
 *    −1   |  0  4 −4 −1  1  0   |  1 −1  1 / −6     |  1 −1  1 −1  1 / −6     |  1 −1  1 −1   |  1 −1
 *     2   |  0 −2 −1  2  1  0   |  1  2  4 / 24     |  1  2  4  8 16 / 24     |  1  2  4  8   |  1  2
 *    −2   |  0  2 −1 −2  1  0   |  1 −2  4 / 24     |  1 −2  4 −8 16 / 24     |  1 −2  4 −8   |  1 −2
 *     ∞   |  0  4  0 −5  0  1   |  0  0  1          |  0  0  0  0  1          |  0  0  0  1   |  0  1
 *
 * ⊙ sums over input channels, so for each of the 36 it is a matrix product (tiles x C_in) · (C_in x C_out), and that is where
 * the time goes. As Y is linear in w and in X, the gradients read the same equation from its other sides:
 *
 *   dw = Gᵀ · [ (A · dY · Aᵀ) ⊙ (Bᵀ · X · B) ] · G     summed over all tiles before Gᵀ and G
 *   dX = B · [ (G · w · Gᵀ) ⊙ (A · dY · Aᵀ) ] · Bᵀ     summed over output channels; tiles of dX overlap, and are added
 *
 * The functions below apply one matrix to a column of vectors. Rows for p and −p share their even and their odd terms, which
 * are computed once: even + odd, even − odd. tiles.ts has the layouts, forward.ts and backward.ts the kernels.
 *
 * Rounding: the entries of Bᵀ, G and A up to 8 cost about a digit against plain sums; `src/testing/winograd.ts` has the bound.
 *
 * Told slowly, with live figures: docs/learn/14-winograd.en.md
 *
 * Source: Winograd, "Arithmetic Complexity of Computations" (1980);
 * Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), https://arxiv.org/abs/1509.09308
 */

@inline
function times(x: v128, factor: f32): v128 {
  return f32x4.mul(x, f32x4.splat(factor));
}

/** Bᵀ: six vectors, `step` bytes apart, to six. */
@inline
export function inputTransform(to: usize, toStep: usize, x: usize, step: usize): void {
  const x0 = v128.load(x);
  const x1 = v128.load(x + step);
  const x2 = v128.load(x + 2 * step);
  const x3 = v128.load(x + 3 * step);
  const x4 = v128.load(x + 4 * step);
  const x5 = v128.load(x + 5 * step);
  const even = f32x4.sub(x4, times(x2, 4));
  const odd = f32x4.sub(x3, times(x1, 4));
  const even2 = f32x4.sub(x4, x2);
  const odd2 = times(f32x4.sub(x3, x1), 2);
  v128.store(to, f32x4.add(f32x4.sub(times(x0, 4), times(x2, 5)), x4));
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  v128.store(to + 3 * toStep, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStep, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStep, f32x4.add(f32x4.sub(times(x1, 4), times(x3, 5)), x5));
}

/** Aᵀ: six vectors to m. */
@inline
export function outputTransform(m: i32, to: usize, toStep: usize, v: usize, step: usize): void {
  const v1 = v128.load(v + step);
  const v2 = v128.load(v + 2 * step);
  const v3 = v128.load(v + 3 * step);
  const v4 = v128.load(v + 4 * step);
  const v5 = v128.load(v + 5 * step);
  const sum1 = f32x4.add(v1, v2);
  const sum2 = f32x4.add(v3, v4);
  const difference1 = f32x4.sub(v1, v2);
  const difference2 = f32x4.sub(v3, v4);
  v128.store(to, f32x4.add(f32x4.add(v128.load(v), sum1), sum2));
  const y1 = f32x4.add(difference1, times(difference2, 2));
  if (m == 2) {
    v128.store(to + toStep, f32x4.add(y1, v5));
  } else {
    v128.store(to + toStep, y1);
    v128.store(to + 2 * toStep, f32x4.add(sum1, times(sum2, 4)));
    v128.store(to + 3 * toStep, f32x4.add(f32x4.add(difference1, times(difference2, 8)), v5));
  }
}

/** A: m vectors to six. */
@inline
export function gradientTransform(m: i32, to: usize, toStep: usize, d: usize, step: usize): void {
  const d0 = v128.load(d);
  const d1 = v128.load(d + step);
  let even = d0;
  let odd = d1;
  let even2 = d0;
  let odd2 = times(d1, 2);
  let last = d1;
  if (m == 4) {
    const d2 = v128.load(d + 2 * step);
    const d3 = v128.load(d + 3 * step);
    even = f32x4.add(d0, d2);
    odd = f32x4.add(d1, d3);
    even2 = f32x4.add(d0, times(d2, 4));
    odd2 = f32x4.add(odd2, times(d3, 8));
    last = d3;
  }
  v128.store(to, d0);
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  v128.store(to + 3 * toStep, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStep, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStep, last);
}

/** B: six vectors to six. */
@inline
export function inputGradientTransform(to: usize, toStep: usize, v: usize, step: usize): void {
  const v0 = v128.load(v);
  const v1 = v128.load(v + step);
  const v2 = v128.load(v + 2 * step);
  const v3 = v128.load(v + 3 * step);
  const v4 = v128.load(v + 4 * step);
  const v5 = v128.load(v + 5 * step);
  const sum1 = f32x4.add(v1, v2);
  const sum2 = f32x4.add(v3, v4);
  const difference1 = f32x4.sub(v1, v2);
  const difference2 = times(f32x4.sub(v3, v4), 2);
  v128.store(to, times(v0, 4));
  v128.store(to + toStep, f32x4.sub(times(f32x4.sub(v5, difference1), 4), difference2));
  v128.store(to + 2 * toStep, f32x4.sub(times(f32x4.add(v0, sum1), -4), f32x4.add(v0, sum2)));
  v128.store(to + 3 * toStep, f32x4.sub(f32x4.add(difference1, difference2), times(v5, 5)));
  v128.store(to + 4 * toStep, f32x4.add(f32x4.add(v0, sum1), sum2));
  v128.store(to + 5 * toStep, v5);
}

/** G: r vectors to six. */
@inline
export function weightTransform(r: i32, to: usize, toStep: usize, w: usize, step: usize): void {
  const w0 = v128.load(w);
  const w1 = v128.load(w + step);
  const w2 = v128.load(w + 2 * step);
  let even = f32x4.add(w0, w2);
  let odd = w1;
  let even2 = f32x4.add(w0, times(w2, 4));
  let odd2 = times(w1, 2);
  let last = w2;
  if (r == 5) {
    const w3 = v128.load(w + 3 * step);
    const w4 = v128.load(w + 4 * step);
    even = f32x4.add(even, w4);
    odd = f32x4.add(odd, w3);
    even2 = f32x4.add(even2, times(w4, 16));
    odd2 = f32x4.add(odd2, times(w3, 8));
    last = w4;
  }
  v128.store(to, times(w0, 0.25));
  v128.store(to + toStep, times(f32x4.add(even, odd), <f32>(-1.0 / 6)));
  v128.store(to + 2 * toStep, times(f32x4.sub(even, odd), <f32>(-1.0 / 6)));
  v128.store(to + 3 * toStep, times(f32x4.add(even2, odd2), <f32>(1.0 / 24)));
  v128.store(to + 4 * toStep, times(f32x4.sub(even2, odd2), <f32>(1.0 / 24)));
  v128.store(to + 5 * toStep, last);
}

/** Gᵀ: six vectors to r. */
@inline
export function weightGradientTransform(r: i32, to: usize, toStep: usize, u: usize, step: usize): void {
  const u1 = v128.load(u + step);
  const u2 = v128.load(u + 2 * step);
  const u3 = v128.load(u + 3 * step);
  const u4 = v128.load(u + 4 * step);
  const u5 = v128.load(u + 5 * step);
  const sum1 = times(f32x4.add(u1, u2), <f32>(-1.0 / 6));
  const difference1 = times(f32x4.sub(u1, u2), <f32>(-1.0 / 6));
  const sum2 = times(f32x4.add(u3, u4), <f32>(1.0 / 24));
  const difference2 = times(f32x4.sub(u3, u4), <f32>(1.0 / 24));
  v128.store(to, f32x4.add(f32x4.add(times(v128.load(u), 0.25), sum1), sum2));
  v128.store(to + toStep, f32x4.add(difference1, times(difference2, 2)));
  const w2 = f32x4.add(sum1, times(sum2, 4));
  if (r == 3) {
    v128.store(to + 2 * toStep, f32x4.add(w2, u5));
  } else {
    v128.store(to + 2 * toStep, w2);
    v128.store(to + 3 * toStep, f32x4.add(difference1, times(difference2, 8)));
    v128.store(to + 4 * toStep, f32x4.add(f32x4.add(sum1, times(sum2, 16)), u5));
  }
}
