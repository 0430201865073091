/** Calls of `matmul.wgsl`: products of matrices, for matmul and linear. */
import type { Kernels } from '../../ops/index.js';
import type { MatmulSizes } from '../../ops/matmul.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { tilingFor } from './tile.js';

/** A matrix, and how far it is to its next row and its next column. */
interface Matrix {
  readonly buffer: WebGPUBuffer;
  readonly row: number;
  readonly column: number;
}

interface Product {
  /** (M, N), row by row; null where only `sums` is computed. */
  readonly c: WebGPUBuffer | null;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** A number for each column. */
  readonly bias?: WebGPUBuffer | null;
  /** Where the sums of a's rows are written; null: they aren't computed. */
  readonly sums?: WebGPUBuffer | null;
  /** Where a and b begin, for each layer of c and each pair that is summed. Default: both at 0, for one layer and one pair. */
  readonly begins?: readonly (readonly { a: number; b: number }[])[];
}

function multiply(engine: Engine, { c, a, b, M, N, K, bias = null, sums = null, begins }: Product): void {
  const pairs = begins?.[0]?.length ?? 1;
  const layers = begins?.length ?? 1;
  const first = c ? 0 : N;
  const end = N + (sums ? 1 : 0);
  const tiling = tilingFor(engine, M, end - first, K * pairs, { aAlongK: a.column === 1, bAlongK: b.row === 1 });
  const run = (places: WebGPUBuffer | null) =>
    engine.run({
      shader: 'matmul',
      entry: 'multiply',
      uses: tiling.uses,
      buffers: { c, sums, a: a.buffer, bMatrix: b.buffer, bias, begins: places },
      sizes: {
        M,
        N,
        K,
        aRow: a.row,
        aPlace: a.column,
        bPlace: b.row,
        bColumn: b.column,
        pairs,
        first,
        end,
        hasBias: bias !== null,
      },
      constants: { ...tiling.constants, BATCHED: Number(begins !== undefined) },
      groups: [tiling.columns, tiling.rows, layers],
      work: tiling.work(layers),
    });
  if (begins) {
    engine.temporary(2 * layers * pairs, (places) => {
      engine.write(places, Uint32Array.from(begins.flat().flatMap((begin) => [begin.a, begin.b])));
      run(places);
    });
  } else {
    run(null);
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
        if (dweight || dbias) {
          multiply(engine, { c: dweight, sums: dbias, a: transposed(dy, O), b: plain(x, I), M: O, N: I, K: N });
        }
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
