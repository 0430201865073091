/**
 * A convolution as a product of matrices that are never written (`src/backends/webgpu/conv2dForward.wgsl`):
 *
 *   y (C_out, N · H_out · W_out) = weight (C_out, K) · X (K, N · H_out · W_out)        K = C_in · K_h · K_w taps
 *
 * Which pixel of x stands in row k and column n of X is asked of `conv2d` itself. How workgroups and threads share y is `tile.wgsl`'s rule.
 */
import { conv2dSizes } from '../ops/conv2d.js';
import type { Pair, Shape } from '../ops/shape.js';
import { conv2dFigure } from './bilinear.js';
import { cellsOf, termsOf } from './expression.js';
import { type Figure, zeros } from './figure.js';

/** The constants of `tile.wgsl`: threads of a workgroup down and across, quads of rows of each, and taps that are loaded at a time. */
export interface Tiling {
  readonly QUADS_M: number;
  readonly TILES_M: number;
  readonly TILES_N: number;
  readonly DEPTH: number;
}

export interface GemmFigure {
  /** x, weight and y, forward and backward. */
  readonly operation: Figure;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** Rows and columns of y of a workgroup. */
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Which number of x is at row k and column n of X; null: a zero of the padding. */
  pixel(k: number, n: number): number | null;
  /** The index in y of row m (channel m) and column n. */
  output(m: number, n: number): number;
  /** The workgroup (down, across) and the thread in it that compute y at row m and column n. */
  computedBy(m: number, n: number): { readonly group: readonly [number, number]; readonly thread: number };
}

/** Which pixel of x meets which weight in number `index` of y, as pairs of their indices. */
export function meetingsOf(conv2d: Figure): (index: number) => readonly (readonly [x: number, weight: number])[] {
  const nothing = Object.fromEntries(conv2d.inputs.map(({ name, shape }) => [name, zeros(shape)]));
  return (index) =>
    termsOf(conv2d.explain({ grid: 'y', index }, nothing)!.expression).flatMap((term) => {
      const cells = cellsOf(term);
      return cells.length === 2 ? [[cells[0].index, cells[1].index] as const] : []; // the other one is the bias
    });
}

export function gemmFigure(
  x: Shape,
  weight: Shape,
  options: { readonly stride?: Pair; readonly padding?: Pair },
  { QUADS_M, TILES_M, TILES_N }: Tiling,
): GemmFigure {
  const s = conv2dSizes(x, weight, null, options);
  const operation = conv2dFigure(x, weight, options);
  const pixels = s.H_out * s.W_out;
  const [M, N, K] = [s.C_out, s.N * pixels, s.C_in * s.K_h * s.K_w];
  const output = (m: number, n: number) => (Math.floor(n / pixels) * M + m) * pixels + (n % pixels);
  const meetings = meetingsOf(operation);
  /** The columns of X. */
  const columns = Array.from({ length: N }, (_, n) => {
    const column = Array<number | null>(K).fill(null);
    for (const [pixel, tap] of meetings(output(0, n))) column[tap] = pixel;
    return column;
  });
  const [blockRows, blockColumns] = [4 * QUADS_M * TILES_M, 8 * TILES_N];
  return {
    operation,
    M,
    N,
    K,
    blockRows,
    blockColumns,
    pixel: (k, n) => columns[n][k],
    output,
    computedBy(m, n) {
      const down = Math.floor((m % blockRows) / (4 * QUADS_M));
      const across = (n % blockColumns) % TILES_N; // a thread's columns are TILES_N apart
      return { group: [Math.floor(m / blockRows), Math.floor(n / blockColumns)], thread: down * TILES_N + across };
    },
  };
}
