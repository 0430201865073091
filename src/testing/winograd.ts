/**
 * The error bound of Winograd's convolution on tiles of 6x6 (`assembly/winograd/transforms.ts`). It computes
 *
 *   Y = Aᵀ · [ Σ_ci (G · w · Gᵀ) ⊙ (Bᵀ · X · B) ] · A
 *
 * in which every factor is added up and rounded, so each Y is within γ_K · Ŷ of the truth, where Ŷ is the same with absolute
 * values of all entries,
 *
 *   Ŷ = |Aᵀ| · [ Σ_ci (|G| · |w| · |Gᵀ|) ⊙ (|Bᵀ| · |X| · |B|) ] · |A|
 *
 * and K counts the roundings that a term meets on its way: C_in of the sum, and at most 8 in each of the four (G, B) or
 * two (A) transforms, whose constants are rounded as well. Ŷ counts a whole tile's pixels: an output can be off by the
 * rounding of a large neighbour that it doesn't see.
 */
import type { Conv2dSizes } from '../ops/conv2d.js';
import { inputMatrix, outputMatrix, pointsFor, weightMatrix } from '../ops/winograd.js';
import { type Budget, rounded } from './budget.js';

/** Of the 6x6 tiles. */
const points = pointsFor(6);
const absolute = (M: Matrix) => M.map((row) => row.map(Math.abs));
const B = absolute(inputMatrix(points));
const G = (r: number) => absolute(weightMatrix(points, r));
const A = (m: number) => absolute(outputMatrix(points, m));

type Matrix = readonly (readonly number[])[];

function transpose(M: Matrix): number[][] {
  return M[0].map((_, j) => M.map((row) => row[j]));
}

/** L · X · Lᵀ, where X is given by its elements. */
function sandwich(L: Matrix, X: (i: number, j: number) => number): number[][] {
  const size = L[0].length;
  const half = L.map((row) => Array.from({ length: size }, (_, j) => row.reduce((sum, l, i) => sum + l * X(i, j), 0)));
  return half.map((row) => L.map((l) => l.reduce((sum, factor, j) => sum + factor * row[j], 0)));
}

/** The element of an image, 0 outside. */
function pixel(image: ArrayLike<number>, plane: number, H: number, W: number, h: number, w: number): number {
  return h < 0 || h >= H || w < 0 || w >= W ? 0 : Math.abs(image[(plane * H + h) * W + w]);
}

const transforms = 6 * 8;

/** Of y (N, lanes, H_out, W_out), computed from x (N, K, H, W) with P zeros around it. `weight`: its element for a lane and an
 *  input channel at (kh, kw). */
function outputMagnitude(
  t: {
    N: number;
    K: number;
    lanes: number;
    H: number;
    W: number;
    H_out: number;
    W_out: number;
    P_h: number;
    P_w: number;
  },
  r: number,
  x: ArrayLike<number>,
  weight: (lane: number, k: number, kh: number, kw: number) => number,
): Float64Array {
  const size = r === 3 ? 4 : 2;
  const magnitude = new Float64Array(t.N * t.lanes * t.H_out * t.W_out);
  const U = Array.from({ length: t.lanes }, (_, lane) =>
    Array.from({ length: t.K }, (_, k) => sandwich(G(r), (i, j) => Math.abs(weight(lane, k, i, j)))),
  );
  const At = transpose(A(size));
  for (let n = 0; n < t.N; n++) {
    for (let h = 0; h < t.H_out; h += size) {
      for (let w = 0; w < t.W_out; w += size) {
        const V = Array.from({ length: t.K }, (_, k) =>
          sandwich(B, (i, j) => pixel(x, n * t.K + k, t.H, t.W, h + i - t.P_h, w + j - t.P_w)),
        );
        for (let lane = 0; lane < t.lanes; lane++) {
          const Y = sandwich(At, (i, j) => V.reduce((sum, v, k) => sum + v[i][j] * U[lane][k][i][j], 0));
          for (let i = 0; i < Math.min(size, t.H_out - h); i++) {
            for (let j = 0; j < Math.min(size, t.W_out - w); j++) {
              magnitude[((n * t.lanes + lane) * t.H_out + h + i) * t.W_out + w + j] = Y[i][j];
            }
          }
        }
      }
    }
  }
  return magnitude;
}

export function winogradOutput(
  y: Float64Array,
  u: number,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  s: Conv2dSizes,
): Budget {
  const r = s.K_h;
  const t = { ...s, K: s.C_in, lanes: s.C_out };
  const magnitude = outputMagnitude(t, r, x, (co, ci, kh, kw) => weight[((co * s.C_in + ci) * r + kh) * r + kw]);
  // The bias is added last, to a sum that is as large as its magnitude.
  return rounded(
    y,
    u,
    s.C_in + 1 + transforms,
    magnitude.map((sum, i) => sum + Math.abs(y[i])),
  );
}

/** dX = B · [ Σ_co (G · w · Gᵀ) ⊙ (A · dY · Aᵀ) ] · Bᵀ, added up where tiles overlap, of which up to 9 do. */
export function winogradInputGradient(
  dx: Float64Array,
  u: number,
  dy: ArrayLike<number>,
  weight: ArrayLike<number>,
  s: Conv2dSizes,
): Budget {
  const r = s.K_h;
  const size = r === 3 ? 4 : 2;
  const magnitude = new Float64Array(dx.length);
  const U = Array.from({ length: s.C_out * s.C_in }, (_, plane) =>
    sandwich(G(r), (i, j) => Math.abs(weight[(plane * r + i) * r + j])),
  );
  const Bt = transpose(B);
  for (let n = 0; n < s.N; n++) {
    for (let h = 0; h < s.H_out; h += size) {
      for (let w = 0; w < s.W_out; w += size) {
        const D = Array.from({ length: s.C_out }, (_, co) =>
          sandwich(A(size), (i, j) => pixel(dy, n * s.C_out + co, s.H_out, s.W_out, h + i, w + j)),
        );
        for (let ci = 0; ci < s.C_in; ci++) {
          const X = sandwich(Bt, (i, j) => D.reduce((sum, d, co) => sum + d[i][j] * U[co * s.C_in + ci][i][j], 0));
          for (let i = 0; i < 6; i++) {
            for (let j = 0; j < 6; j++) {
              const [row, column] = [h + i - s.P_h, w + j - s.P_w];
              if (row < 0 || row >= s.H || column < 0 || column >= s.W) continue;
              magnitude[((n * s.C_in + ci) * s.H + row) * s.W + column] += X[i][j];
            }
          }
        }
      }
    }
  }
  return rounded(dx, u, s.C_out + transforms + 9, magnitude);
}

/** dw = Gᵀ · [ Σ_tiles (A · dY · Aᵀ) ⊙ (Bᵀ · X · B) ] · G. */
export function winogradWeightGradient(
  dweight: Float64Array,
  u: number,
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  s: Conv2dSizes,
): Budget {
  const r = s.K_h;
  const size = r === 3 ? 4 : 2;
  const sums = Array.from({ length: s.C_out * s.C_in }, () => new Float64Array(36));
  let tiles = 0;
  for (let n = 0; n < s.N; n++) {
    for (let h = 0; h < s.H_out; h += size) {
      for (let w = 0; w < s.W_out; w += size) {
        tiles++;
        const V = Array.from({ length: s.C_in }, (_, ci) =>
          sandwich(B, (i, j) => pixel(x, n * s.C_in + ci, s.H, s.W, h + i - s.P_h, w + j - s.P_w)),
        );
        for (let co = 0; co < s.C_out; co++) {
          const D = sandwich(A(size), (i, j) => pixel(dy, n * s.C_out + co, s.H_out, s.W_out, h + i, w + j));
          for (let ci = 0; ci < s.C_in; ci++) {
            const sum = sums[co * s.C_in + ci];
            for (let f = 0; f < 36; f++) sum[f] += D[Math.floor(f / 6)][f % 6] * V[ci][Math.floor(f / 6)][f % 6];
          }
        }
      }
    }
  }
  const magnitude = new Float64Array(dweight.length);
  const Gt = transpose(G(r));
  sums.forEach((sum, plane) => {
    const w = sandwich(Gt, (i, j) => sum[i * 6 + j]);
    for (let i = 0; i < r; i++) for (let j = 0; j < r; j++) magnitude[(plane * r + i) * r + j] = w[i][j];
  });
  return rounded(dweight, u, tiles + transforms, magnitude);
}
