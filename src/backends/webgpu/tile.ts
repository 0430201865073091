/** How a product of matrices is cut into tiles, for `tile.wgsl` and `tileDirect.wgsl`; and what it costs. */

import type { Work } from '../webgpuBackend.js';
import type { Engine } from './engine.js';

export interface Neighbours {
  /** Neighbours of a in memory are neighbours along the sum, and not along its rows. */
  readonly aAlongK?: boolean;
  /** Neighbours of b in memory are neighbours along the sum, and not along its columns. */
  readonly bAlongK?: boolean;
  /** Four columns of b are one vector in memory. */
  readonly bVectors?: boolean;
}

export interface Tiling {
  /** The shader file that has `product`. */
  readonly uses: 'tile' | 'rowsOfQuad' | 'rowsOfThread';
  readonly constants: Readonly<Record<string, number>>;
  /** Into how many blocks c is divided, down and across. */
  readonly rows: number;
  readonly columns: number;
  /** Places of the sum that a workgroup loads at a time. */
  readonly depth: number;
  /** The work of `layers` such products whose sums are divided into `parts`. For every block, the rows of a and the columns of b
   *  are read once. The block is written once for each part, and read again if there are several. */
  work(layers?: number, parts?: number): Work;
}

/** The tiling of a product (M, K) · (K, N). */
export function tilingFor(engine: Engine, M: number, N: number, K: number, neighbours: Neighbours = {}): Tiling {
  const tiles = engine.sharesMemory ? sharedTiles(M, N) : directTiles(M, N);
  const blockRows = 4 * tiles.QUADS_M * tiles.TILES_M;
  const blockColumns = 8 * tiles.TILES_N;
  const rows = Math.ceil(M / blockRows);
  const columns = Math.ceil(N / blockColumns);
  const { aAlongK = false, bAlongK = false, bVectors = false } = neighbours;
  const way = { A_ALONG_K: Number(aAlongK), B_ALONG_K: Number(bAlongK), B_VECTORS: Number(bVectors) };
  return {
    uses: engine.sharesMemory ? 'tile' : engine.hasSubgroups ? 'rowsOfQuad' : 'rowsOfThread',
    constants: engine.sharesMemory ? { ...tiles, ...way } : tiles,
    rows,
    columns,
    depth: tiles.DEPTH,
    work(layers = 1, parts = 1) {
      // Without workgroup memory, each thread reads its own rows and columns.
      const asked = engine.sharesMemory
        ? rows * columns * (blockRows + blockColumns)
        : rows * columns * tiles.TILES_N * (blockRows + 8);
      const written = M * N * (parts === 1 ? 1 : 2 * parts);
      return { flops: layers * 2 * M * N * K, bytes: layers * 4 * (asked * K + written) };
    },
  };
}

/** The constants of the shaders: threads of a workgroup in each direction, and how many times 4 x 8 elements each computes. */
interface Tiles extends Readonly<Record<string, number>> {
  readonly QUADS_M: number;
  readonly TILES_M: number;
  readonly TILES_N: number;
  readonly DEPTH: number;
}

/**
 * A thread has 4 or 8 rows, so that registers suffice for many threads at once, in blocks of up to 64 rows. Blocks have 128
 * columns, or 32. There are no sizes between, so that a network's layers share their pipelines.
 */
function sharedTiles(M: number, N: number): Tiles {
  const TILES_N = N <= 32 ? 4 : 16;
  if (M > 32) return { QUADS_M: 2, TILES_M: M <= 48 ? 6 : 8, TILES_N, DEPTH: 16 };
  const TILES_M = M <= 4 ? 1 : M <= 8 ? 2 : M <= 16 ? 4 : 8;
  return { QUADS_M: 1, TILES_M, TILES_N, DEPTH: 16 };
}

/** A thread has up to 32 rows, and fewer where that wastes less. A workgroup has few threads where there are few columns. There are
 *  no more sizes, so that there are few pipelines. */
function directTiles(M: number, N: number): Tiles {
  const quads = Math.max(1, Math.ceil(M / 4));
  return { QUADS_M: Math.ceil(quads / Math.ceil(quads / 8)), TILES_M: 1, TILES_N: N <= 32 ? 4 : 16, DEPTH: 4 };
}

/** A grid of `columns` x `rows` x `layers` workgroups. Columns that don't fit into x go on in z. */
export function grid(engine: Engine, columns: number, rows: number, layers: number): [number, number, number] {
  const across = Math.min(columns, engine.groupsAcross);
  return [across, rows, across === 0 ? 0 : layers * Math.ceil(columns / across)];
}
