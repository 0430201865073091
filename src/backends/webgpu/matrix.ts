/** Calls of `matmul.wgsl`: products of matrices, for matmul and linear. */
import type { Kernels } from '../../ops/index.js';
import type { MatmulSizes } from '../../ops/matmul.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { gridOf } from './parts.js';
import { sumOfRows } from './reductions.js';
import { tilingFor } from './tile.js';

/** A matrix, and how far it is to its next row and its next column. */
interface Matrix {
  readonly buffer: WebGPUBuffer;
  readonly row: number;
  readonly column: number;
}

interface Product {
  /** (M, N), row by row. */
  readonly c: WebGPUBuffer;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** A number for each column. */
  readonly bias?: WebGPUBuffer | null;
  /** Where a and b begin: for each layer of c, for each pair that is summed. Without it, both begin at 0. */
  readonly begins?: readonly (readonly { a: number; b: number }[])[];
}

/** A sum that is twice as long is split into parts of so many places, as long as the parts' products aren't too many numbers. */
const partLength = 4096;
const mostPartial = 2 ** 24;

function multiply(engine: Engine, { c, a, b, M, N, K, bias = null, begins }: Product): void {
  const pairs = begins?.[0]?.length ?? 1;
  const layers = begins?.length ?? 1;
  const places = K * pairs;
  const tiling = tilingFor(engine, M, N, places, { aAlongK: a.column === 1, bAlongK: b.row === 1 });
  const { columns, rows, depth } = tiling;
  const wanted = Math.min(Math.floor(places / partLength), Math.floor(mostPartial / Math.max(1, c.length)));
  const share = wanted > 1 ? Math.ceil(places / wanted / depth) * depth : places;
  const parts = wanted > 1 ? Math.ceil(places / share) : 1;
  const run = (to: WebGPUBuffer, starts: WebGPUBuffer | null) =>
    engine.run({
      shader: 'matmul',
      entry: 'multiply',
      uses: tiling.uses,
      buffers: { c: to, a: a.buffer, bMatrix: b.buffer, bias, begins: starts },
      sizes: {
        ...{ M, N, K, aRow: a.row, aPlace: a.column, bPlace: b.row, bColumn: b.column, pairs },
        ...{ columns, rows, layers, parts, share, hasBias: bias !== null },
      },
      constants: { ...tiling.constants, BATCHED: Number(begins !== undefined) },
      groups: gridOf(columns * rows * layers * parts, 1, engine.groupsAcross),
      work: tiling.work(layers, parts),
    });
  const runInParts = (starts: WebGPUBuffer | null) => {
    if (parts === 1) return run(c, starts);
    engine.temporary(parts * c.length, (partials) => {
      run(partials, starts);
      sumOfRows(engine, c, partials, parts);
    });
  };
  if (begins) {
    engine.temporary(2 * layers * pairs, (starts) => {
      engine.write(starts, Uint32Array.from(begins.flat().flatMap((begin) => [begin.a, begin.b])));
      runInParts(starts);
    });
  } else {
    runInParts(null);
  }
}

const plain = (buffer: WebGPUBuffer, columns: number): Matrix => ({ buffer, row: columns, column: 1 });
const transposed = (buffer: WebGPUBuffer, columns: number): Matrix => ({ buffer, row: 1, column: columns });

/** An array of `length` holds matrices of `size` elements. For each of them: the layers of the batch that use it. */
function uses(length: number, size: number, offsets: readonly number[]): number[][] {
  const layers: number[][] = Array.from({ length: size === 0 ? 0 : length / size }, () => []);
  offsets.forEach((offset, layer) => {
    layers[offset / size]?.push(layer);
  });
  return layers;
}

function matmulBackward(
  engine: Engine,
  da: WebGPUBuffer | null,
  db: WebGPUBuffer | null,
  dy: WebGPUBuffer,
  a: WebGPUBuffer,
  b: WebGPUBuffer,
  { M, K, N, aOffsets, bOffsets }: MatmulSizes,
): void {
  if (da) {
    const begins = uses(da.length, M * K, aOffsets).map((layers) =>
      layers.map((layer) => ({ a: layer * M * N, b: bOffsets[layer] })),
    );
    multiply(engine, { c: da, a: plain(dy, N), b: transposed(b, N), M, N: K, K: N, begins });
  }
  if (db) {
    const begins = uses(db.length, K * N, bOffsets).map((layers) =>
      layers.map((layer) => ({ a: aOffsets[layer], b: layer * M * N })),
    );
    multiply(engine, { c: db, a: transposed(a, K), b: plain(dy, N), M: K, N, K: M, begins });
  }
}

export function matrix(engine: Engine) {
  return {
    matmul: {
      forward(y, a, b, { M, K, N, aOffsets, bOffsets }) {
        const begins = aOffsets.map((begin, layer) => [{ a: begin, b: bOffsets[layer] }]);
        multiply(engine, { c: y, a: plain(a, K), b: plain(b, N), M, N, K, begins });
      },
      backward: (da, db, dy, a, b, s) => matmulBackward(engine, da, db, dy, a, b, s),
    },

    linear: {
      forward(y, x, weight, bias, { N, I, O }) {
        multiply(engine, { c: y, a: plain(x, I), b: transposed(weight, I), M: N, N: O, K: I, bias });
      },
      backward(dx, dweight, dbias, dy, x, weight, { N, I, O }) {
        if (dx) multiply(engine, { c: dx, a: plain(dy, O), b: plain(weight, I), M: N, N: I, K: O });
        if (dweight) multiply(engine, { c: dweight, a: transposed(dy, O), b: plain(x, I), M: O, N: I, K: N });
        if (dbias) sumOfRows(engine, dbias, dy, N);
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
