/** Calls of the matrix product: matmul and linear. */
import type { Kernels } from '../../ops/index.js';
import { address, type WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { pieces, shares } from './shares.js';

/** A matrix in memory: its address, and how many elements a step down and a step across are. */
interface Matrix {
  readonly at: number;
  readonly down: number;
  readonly across: number;
}

const rowMajor = (at: number, columns: number): Matrix => ({ at, down: columns, across: 1 });
const transposed = ({ at, down, across }: Matrix): Matrix => ({ at, down: across, across: down });

/** y (M, N), row by row, = a (M, K) · b (K, N) + bias (N); with `add`, on top of what y has. */
function product(
  engine: Engine,
  y: number,
  a: Matrix,
  b: Matrix,
  [M, K, N]: readonly [number, number, number],
  bias = 0,
  add = false,
): void {
  const up = (size: number) => Math.ceil(size / 4) * 4;
  const [a4, b4, scratch] = engine.scratch(up(K) * up(M) * 4, up(N) * up(K) * 4, engine.threads * 1024);
  engine.run('matmulPack', pieces(up(K) / 4, up(M) * 4), a4, a.at, K, M, a.across * 4, a.down * 4);
  engine.run('matmulPack', pieces(up(N) / 4, up(K) * 4), b4, b.at, N, K, b.across * 4, b.down * 4);
  const tasks = Math.min(Math.ceil(M / 4), shares(M * K * N));
  if (M > 0) engine.run('matmulProduct', tasks, y, a4, b4, bias, scratch, M, K, N, Number(add));
}

export function matrix(engine: Engine) {
  return {
    linear: {
      forward(y, x, weight, bias, { N, I, O }) {
        const w = transposed(rowMajor(weight.address, I));
        product(engine, y.address, rowMajor(x.address, I), w, [N, I, O], address(bias));
      },
      backward(dx, dweight, dbias, dy, x, weight, { N, I, O }) {
        const gradient = rowMajor(dy.address, O);
        if (dx) product(engine, dx.address, gradient, rowMajor(weight.address, I), [N, O, I]);
        if (dweight) product(engine, dweight.address, transposed(gradient), rowMajor(x.address, I), [O, N, I]);
        if (dbias) engine.run('linearBiasGradient', 1, dbias.address, dy.address, N, O);
      },
    },

    matmul: {
      forward(y, a, b, { M, K, N, aOffsets, bOffsets }) {
        for (let batch = 0; batch < aOffsets.length; batch++) {
          const left = rowMajor(a.address + 4 * aOffsets[batch], K);
          const right = rowMajor(b.address + 4 * bOffsets[batch], N);
          product(engine, y.address + 4 * batch * M * N, left, right, [M, K, N]);
        }
      },
      backward(da, db, dy, a, b, { M, K, N, aOffsets, bOffsets }) {
        for (const gradient of [da, db]) if (gradient && aOffsets.length === 0) zero(engine, gradient);
        // A matrix that several products of the batch share collects from all of them.
        const seen = { a: new Set<number>(), b: new Set<number>() };
        for (let batch = 0; batch < aOffsets.length; batch++) {
          const [aOffset, bOffset] = [aOffsets[batch], bOffsets[batch]];
          const gradient = rowMajor(dy.address + 4 * batch * M * N, N);
          if (da) {
            const right = transposed(rowMajor(b.address + 4 * bOffset, N));
            const add = seen.a.has(aOffset);
            product(engine, da.address + 4 * aOffset, gradient, right, [M, N, K], 0, add);
          }
          if (db) {
            const left = transposed(rowMajor(a.address + 4 * aOffset, K));
            product(engine, db.address + 4 * bOffset, left, gradient, [K, M, N], 0, seen.b.has(bOffset));
          }
          seen.a.add(aOffset);
          seen.b.add(bOffset);
        }
      },
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}

/** A product of no terms. */
function zero(engine: Engine, buffer: WasmBuffer): void {
  product(engine, buffer.address, rowMajor(0, 0), rowMajor(0, 0), [buffer.length, 0, 1]);
}
