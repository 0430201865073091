/** Calls of the kernels that go through several dimensions: operations that broadcast, and sums, which are their gradients. */
import { broadcastStrides } from '../../ops/broadcast.js';
import type { Shape } from '../../ops/shape.js';
import { type Address, behind, type WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { maximumTasks, tasksFor } from './taskCount.js';

/** Numbers in memory: those of a buffer, or in scratch memory. */
export type Numbers = Pick<WasmBuffer, 'address' | 'length'>;

export type BroadcastKernel = 'addForward' | 'subForward' | 'mulForward' | 'divForward';

/** What a sum is divided by (a mean: by its count), and its sign. Default 1 and 1. */
interface Finish {
  readonly count?: number;
  readonly sign?: 1 | -1;
}

/** Bytes of scratch that a call needs for its lists of dimensions, or for its partial sums. */
function room(shape: Shape): number {
  return Math.max(8 * maximumTasks, 16 * shape.length);
}

/**
 * The same elements in the same order with fewer dimensions: those of size 1 are left out, and neighbours are joined where, for
 * each list of strides, the outer stride is the inner stride times the inner size.
 *
 *   shape (64, 16, 12, 12), strides (0, 1, 0, 0)  →  (64, 16, 144), (0, 1, 0)
 */
function merge(shape: Shape, ...strides: (readonly number[])[]): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const steps = strides.map((): number[] => []);
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (sizes.length > 0 && strides.every((stride, k) => stride[d] === steps[k][0] * sizes[0])) {
      sizes[0] *= shape[d];
    } else {
      sizes.unshift(shape[d]);
      strides.forEach((stride, k) => {
        steps[k].unshift(stride[d]);
      });
    }
  }
  return { shape: sizes, strides: steps };
}

const pairs = (sizes: readonly number[], strides: readonly number[]) => sizes.flatMap((size, d) => [size, strides[d]]);

/** A caller that uses scratch memory itself gives these functions an address in it, `scratch`, with `room` bytes. */
export function broadcasting(engine: Engine) {
  /** y = f(a, b), by the kernel of f. */
  function combine(
    kernel: BroadcastKernel,
    y: Numbers,
    a: Numbers,
    aStrides: readonly number[],
    b: Numbers,
    bStrides: readonly number[],
    shape: Shape,
    scratch?: Address,
  ): void {
    const { length } = y;
    const tasks = tasksFor(length);
    const [aWhole, bWhole] = [a.length === length, b.length === length];
    if ((aWhole || a.length === 1) && (bWhole || b.length === 1)) {
      const [aStep, bStep] = [aWhole ? 1 : 0, bWhole ? 1 : 0];
      const s = { length, n: length, aStep, bStep, aDims: null, bDims: null, rank: 0 };
      engine.run(kernel, tasks, { y, a, b, s });
      return;
    }
    const merged = merge(shape, aStrides, bStrides);
    const n = merged.shape.pop() ?? 1;
    const [aSteps, bSteps] = merged.strides;
    const [aStep, bStep] = [aSteps.pop() ?? 0, bSteps.pop() ?? 0];
    const rank = merged.shape.length;
    const [aDims] = scratch === undefined ? engine.scratch(room(shape)) : [scratch];
    const bDims = behind(aDims, 8 * rank);
    engine.writeIntegers(aDims, pairs(merged.shape, aSteps));
    engine.writeIntegers(bDims, pairs(merged.shape, bSteps));
    engine.run(kernel, tasks, { y, a, b, s: { length, n, aStep, bStep, aDims, bDims, rank } });
  }

  /** y = sign · Σ x / count. `yStrides` say into which y each x is summed: how far y moves for a step along x's dimensions. */
  function sum(
    y: Numbers,
    x: Numbers,
    yStrides: readonly number[],
    shape: Shape,
    { count = 1, sign = 1 }: Finish = {},
    scratch?: Address,
  ): void {
    const divisor = sign * count; // the kernels take both as one number
    if (y.length === x.length && divisor === 1) {
      engine.run('copy', tasksFor(x.length), { y, x, length: x.length });
      return;
    }
    const [list] = scratch === undefined ? engine.scratch(room(shape)) : [scratch];
    if (y.length === 1) {
      const tasks = tasksFor(x.length);
      engine.run('sumOfAll', tasks, { partials: list, x, length: x.length });
      engine.run('addPartials', 1, { y, partials: list, count: tasks, divisor });
      return;
    }
    const merged = merge(shape, yStrides);
    const xStrides = broadcastStrides(merged.shape, merged.shape);
    const inRows = merged.strides[0].at(-1) === 0;
    const n = merged.shape.at(-1)!;
    const keptDims: number[] = [];
    const summedDims: number[] = [];
    let runs = 1;
    merged.shape.slice(0, -1).forEach((size, d) => {
      if (merged.strides[0][d] === 0) runs *= size;
      (merged.strides[0][d] === 0 ? summedDims : keptDims).push(size, xStrides[d]);
    });
    const kept = list;
    const summed = behind(list, 4 * keptDims.length);
    engine.writeIntegers(kept, keptDims);
    engine.writeIntegers(summed, summedDims);
    const lists = { kept, keptRank: keptDims.length / 2, summed, summedRank: summedDims.length / 2 };
    const tasks = tasksFor(x.length, Math.ceil(y.length / 4));
    engine.run(inRows ? 'sumOfRows' : 'sumOfColumns', tasks, { y, x, length: y.length, n, runs, divisor, ...lists });
  }

  /** The backward pass of `sum`: dx = dy / count for every x that is summed into y. */
  function spread(dx: Numbers, dy: Numbers, yStrides: readonly number[], shape: Shape, count = 1): void {
    const merged = merge(shape, yStrides);
    const n = merged.shape.pop() ?? 1;
    const step = merged.strides[0].pop() ?? 0;
    const [dims] = engine.scratch(room(shape));
    engine.writeIntegers(dims, pairs(merged.shape, merged.strides[0]));
    const lists = { n, step, dims, rank: merged.shape.length };
    engine.run('sumBackward', tasksFor(dx.length), { dx, dy, length: dx.length, divisor: count, ...lists });
  }

  /**
   * Writes the gradient of an operand, if it is asked for. `write` writes the terms, one for every element of dy. Where the
   * operand was stretched, it writes them to scratch memory, and the gradient is `sign` (1 or −1) times the sum over its uses.
   */
  function gradient(
    d: WasmBuffer | null,
    strides: readonly number[],
    dy: Numbers,
    shape: Shape,
    sign: 1 | -1,
    write: (terms: Numbers, scratch?: Address) => void,
  ): void {
    if (d === null) return;
    if (d.length === dy.length) {
      write(d);
      if (sign === -1) sum(d, d, strides, shape, { sign });
      return;
    }
    const [address, scratch] = engine.scratch(4 * dy.length, room(shape));
    const terms = { address, length: dy.length };
    write(terms, scratch);
    sum(d, terms, strides, shape, { sign }, scratch);
  }

  return { combine, sum, spread, gradient };
}
