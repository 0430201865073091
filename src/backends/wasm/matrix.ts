/** Calls of the matrix product: matmul and linear. */
import type { Kernels } from '../../ops/index.js';
import { behind, type Place, type WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { PRODUCT_BYTES } from './signatures.js';
import { tasksFor, tasksForItems } from './taskCount.js';

/** A matrix in memory: its address, and how many elements it is to the next row (down) and the next column (across). */
interface Matrix {
  readonly from: Place;
  readonly down: number;
  readonly across: number;
}

const rowMajor = (from: Place, columns: number): Matrix => ({ from, down: columns, across: 1 });
const transposed = ({ from, down, across }: Matrix): Matrix => ({ from, down: across, across: down });

/** A sum that is twice as long is taken in parts of so many terms: f32 would lose digits with its length. */
const partLength = 4096;

/** y (M, N) = a (M, K) · b (K, N) + bias (N), written row by row; with `add`, added to what y has. */
function product(
  engine: Engine,
  y: Place,
  a: Matrix,
  b: Matrix,
  [M, K, N]: readonly [number, number, number],
  bias: Place | null = null,
  add = false,
): void {
  const length = K < 2 * partLength ? K : partLength;
  productOfPart(engine, y, a, b, [M, length, N], bias, add);
  for (let k = length; k < K; k += length) {
    const left = { ...a, from: behind(a.from, 4 * k * a.across) };
    const right = { ...b, from: behind(b.from, 4 * k * b.down) };
    productOfPart(engine, y, left, right, [M, Math.min(length, K - k), N], null, true);
  }
}

function productOfPart(
  engine: Engine,
  y: Place,
  a: Matrix,
  b: Matrix,
  [M, K, N]: readonly [number, number, number],
  bias: Place | null,
  add: boolean,
): void {
  const up = (size: number) => Math.ceil(size / 4) * 4;
  const [a4, b4, scratch] = engine.scratch(up(K) * up(M) * 4, up(N) * up(K) * 4, engine.threads * PRODUCT_BYTES);
  const aSteps = { iStep: a.across * 4, jStep: a.down * 4 };
  engine.run('matmulPack', tasksForItems(up(K) / 4, up(M) * 4), { to: a4, x: a.from, I: K, J: M, ...aSteps });
  const bSteps = { iStep: b.across * 4, jStep: b.down * 4 };
  engine.run('matmulPack', tasksForItems(up(N) / 4, up(K) * 4), { to: b4, x: b.from, I: N, J: K, ...bSteps });
  const tasks = Math.min(Math.ceil(M / 4), tasksFor(M * K * N));
  if (M > 0) engine.run('matmulProduct', tasks, { y, a4, b4, bias, scratch, M, K, N, add });
}

export function matrix(engine: Engine) {
  return {
    linear: {
      forward(y, x, weight, bias, { N, I, O }) {
        const w = transposed(rowMajor(weight, I));
        product(engine, y, rowMajor(x, I), w, [N, I, O], bias);
      },
      backward(dx, dweight, dbias, dy, x, weight, { N, I, O }) {
        const gradient = rowMajor(dy, O);
        if (dx) product(engine, dx, gradient, rowMajor(weight, I), [N, O, I]);
        if (dweight) product(engine, dweight, transposed(gradient), rowMajor(x, I), [O, N, I]);
        if (dbias) engine.run('linearBiasGradient', 1, { dbias, dy, N, O });
      },
    },

    matmul: {
      forward(y, a, b, { M, K, N, aOffsets, bOffsets }) {
        for (let batch = 0; batch < aOffsets.length; batch++) {
          const left = rowMajor(behind(a, 4 * aOffsets[batch]), K);
          const right = rowMajor(behind(b, 4 * bOffsets[batch]), N);
          product(engine, behind(y, 4 * batch * M * N), left, right, [M, K, N]);
        }
      },
      backward(da, db, dy, a, b, { M, K, N, aOffsets, bOffsets }) {
        for (const gradient of [da, db]) if (gradient && aOffsets.length === 0) zero(engine, gradient);
        // A matrix that several products of the batch use gets a gradient from each; from the second on, they are added.
        const seen = { a: new Set<number>(), b: new Set<number>() };
        for (let batch = 0; batch < aOffsets.length; batch++) {
          const [aOffset, bOffset] = [aOffsets[batch], bOffsets[batch]];
          const gradient = rowMajor(behind(dy, 4 * batch * M * N), N);
          if (da) {
            const right = transposed(rowMajor(behind(b, 4 * bOffset), N));
            const add = seen.a.has(aOffset);
            product(engine, behind(da, 4 * aOffset), gradient, right, [M, N, K], null, add);
          }
          if (db) {
            const left = transposed(rowMajor(behind(a, 4 * aOffset), K));
            product(engine, behind(db, 4 * bOffset), left, gradient, [K, M, N], null, seen.b.has(bOffset));
          }
          seen.a.add(aOffset);
          seen.b.add(bOffset);
        }
      },
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}

/** Writes zeros: a product with K = 0. */
function zero(engine: Engine, buffer: WasmBuffer): void {
  product(engine, buffer, rowMajor(buffer, 0), rowMajor(buffer, 0), [buffer.length, 0, 1]);
}
