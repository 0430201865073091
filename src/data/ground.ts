/** The ground of a page: how light it is where nothing is drawn. */
import { resizePlane } from './planes.js';

/** Cells along the longer side of the page that a surface is fitted to. */
const CELLS = 48;
const ROUNDS = 20;

/** How light the empty page would be at pixel (x, y), from 0 to 255. */
export type Ground = (x: number, y: number) => number;

/**
 * The ground of a page of width x height pixels: one value, or, if the page is lit unevenly, a quadratic surface
 *
 *   ground(u, v) = a + b·u + c·v + d·u² + e·u·v + f·v²      u, v from −1 to 1 across and down the page
 *
 * with the least Σ |page − ground|, to which ink matters little, since it covers less than half of the page. The value is the median of
 * the page's margin, where there is seldom ink, even on a page that a digit fills; the surface is taken if it fits the margin better.
 */
export function groundOf(page: ArrayLike<number>, width: number, height: number): Ground {
  const reduction = Math.max(1, Math.max(width, height) / CELLS);
  const [W, H] = [Math.ceil(width / reduction), Math.ceil(height / reduction)];
  const cells = resizePlane(page, height, width, H, W);
  const margin = marginOf(W, H);
  const level = median(margin.map((i) => cells[i]));
  const terms = Array.from({ length: W * H }, (_, i) => termsAt(unit(i % W, W), unit(Math.floor(i / W), H)));
  const surface = leastAbsolute(terms, cells);
  const offLevel = median(margin.map((i) => Math.abs(cells[i] - level)));
  const offSurface = median(margin.map((i) => Math.abs(cells[i] - dot(surface, terms[i]))));
  if (offSurface > 0.7 * offLevel || offLevel < 0.5) return () => level;
  return (x, y) => dot(surface, termsAt(unit(x, width), unit(y, height)));
}

/** The pixels of a tenth of the page on each side. */
export function marginOf(W: number, H: number): number[] {
  const [across, down] = [Math.ceil(W / 10), Math.ceil(H / 10)];
  const margin: number[] = [];
  for (let y = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      if (x < across || x >= W - across || y < down || y >= H - down) margin.push(y * W + x);
    }
  }
  return margin;
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1];
}

/** Pixel i of `size` as a number from −1 to 1. */
function unit(i: number, size: number): number {
  return (2 * i + 1) / size - 1;
}

function termsAt(u: number, v: number): number[] {
  return [1, u, v, u * u, u * v, v * v];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** The coefficients with the least Σ |value − coefficients · terms|: least squares, each time weighted by 1 / |what was left|. */
function leastAbsolute(terms: readonly number[][], values: ArrayLike<number>): number[] {
  const n = terms[0].length;
  let coefficients: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const matrix = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0));
    for (let k = 0; k < terms.length; k++) {
      const t = terms[k];
      const weight = round === 0 ? 1 : 1 / Math.max(1, Math.abs(values[k] - dot(coefficients, t)));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) matrix[i][j] += weight * t[i] * t[j];
        matrix[i][n] += weight * t[i] * values[k];
      }
    }
    coefficients = solve(matrix);
  }
  return coefficients;
}

/** x of A x = b, given the rows [A, b] of a positive definite A; a coefficient that nothing determines is 0. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    const pivot = rows[i][i];
    if (pivot < 1e-9) {
      rows[i].fill(0);
      continue;
    }
    for (let j = i; j <= n; j++) rows[i][j] /= pivot;
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = rows[k][i];
      for (let j = i; j <= n; j++) rows[k][j] -= factor * rows[i][j];
    }
  }
  return rows.map((row) => row[n]);
}
