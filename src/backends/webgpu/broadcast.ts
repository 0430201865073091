/** Calls of the kernels that combine two operands whose shapes broadcast. */
import { type BroadcastSizes, broadcastStrides } from '../../ops/broadcast.js';
import type { Kernels } from '../../ops/index.js';
import { numel, type Shape } from '../../ops/shape.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { gridOf, partsFor } from './parts.js';

type Name = 'add' | 'sub' | 'mul' | 'div';
type Strides = readonly number[];

interface Dimension {
  size: number;
  /** In y, a and b. */
  strides: [number, number, number];
}

/** Dimensions that `Sizes` of broadcast.wgsl has room for. */
const maximumRank = 8;

/**
 * The dimensions of y, as few as go through the same elements in the same order: those of size 1 are left out, and neighbours are
 * joined where, in y, a and b, the outer stride is the inner stride times the inner size.
 *
 *   shape (64, 16, 12, 12), b's strides (0, 1, 0, 0)  →  (64, 16, 144), (0, 1, 0)
 */
function dimensionsOf(shape: Shape, aStrides: Strides, bStrides: Strides): Dimension[] {
  const yStrides = broadcastStrides(shape, shape);
  const merged: Dimension[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d];
    const strides: Dimension['strides'] = [yStrides[d], aStrides[d], bStrides[d]];
    const inner = merged[0];
    if (size === 1) continue;
    if (inner && strides.every((stride, k) => stride === inner.strides[k] * inner.size)) inner.size *= size;
    else merged.unshift({ size, strides });
  }
  return merged;
}

/** `Sizes` for going through the outputs, and for each of them through its terms. */
function dimensionTable(outputs: readonly Dimension[], terms: readonly Dimension[]) {
  const one: Dimension = { size: 1, strides: [0, 0, 0] };
  const all = outputs.length + terms.length > 0 ? [...outputs, ...terms] : [one];
  if (all.length > maximumRank) {
    throw new Error(
      `backend 'webgpu': shapes that broadcast in more than ${maximumRank} groups of dimensions aren't supported`,
    );
  }
  return {
    outputs: numel(outputs.map(({ size }) => size)),
    terms: numel(terms.map(({ size }) => size)),
    rank: all.length,
    shape: all.map(({ size }) => size),
    yStrides: all.map(({ strides }) => strides[0]),
    aStrides: all.map(({ strides }) => strides[1]),
    bStrides: all.map(({ strides }) => strides[2]),
  };
}

/** `Sizes` where every output has one thread. */
const noTable = { columns: 0, share: 0 };
/** The most terms that one thread sums alone. */
const few = 8;

/** The columns of a workgroup's table (broadcast.wgsl): so many that its rows are no more than the terms need. */
function columnsFor(outputs: number, terms: number, outputsAreNeighbours: boolean, threads: number): number {
  const powerOf2 = (n: number) => 2 ** Math.ceil(Math.log2(Math.max(1, n)));
  // 32 neighbouring threads read memory together, so where outputs are neighbours, rows should be that long.
  const least = outputsAreNeighbours ? Math.min(threads, 32, powerOf2(outputs)) : 1;
  return Math.max(least, threads / Math.min(threads, powerOf2(terms)));
}

export function broadcast(engine: Engine) {
  function forward(shader: Name) {
    return (y: WebGPUBuffer, a: WebGPUBuffer, b: WebGPUBuffer, { shape, aStrides, bStrides }: BroadcastSizes) => {
      const sizes = { ...dimensionTable(dimensionsOf(shape, aStrides, bStrides), []), ...noTable };
      // A shader that writes a buffer can't have it under a second name.
      if (y === a) engine.run({ shader, entry: 'forwardInPlace', buffers: { y, b }, sizes, threads: y.length });
      else engine.run({ shader, entry: 'forward', buffers: { y, a, b }, sizes, threads: y.length });
    };
  }

  /** Writes d, the gradient of an operand: for each of its elements the sum over all the elements of y that see it. */
  function gradient(
    shader: Name,
    operand: 'A' | 'B',
    d: WebGPUBuffer,
    inputs: Readonly<Record<string, WebGPUBuffer>>,
    { shape, aStrides, bStrides }: BroadcastSizes,
  ): void {
    const dimensions = dimensionsOf(shape, aStrides, bStrides);
    const isStretched = ({ strides }: Dimension) => strides[operand === 'A' ? 1 : 2] === 0;
    const sizes = dimensionTable(
      dimensions.filter((dimension) => !isStretched(dimension)),
      dimensions.filter(isStretched),
    );
    const { outputs, terms } = sizes;
    if (terms <= few) {
      const buffers = { d, ...inputs };
      engine.run({ shader, entry: `backward${operand}`, buffers, sizes: { ...sizes, ...noTable }, threads: outputs });
      return;
    }
    const columns = columnsFor(outputs, terms, !isStretched(dimensions.at(-1)!), engine.sumThreads);
    const groups = Math.ceil(outputs / columns);
    const { parts, share } = partsFor(terms, engine.sumThreads / columns, groups);
    const sums = (to: WebGPUBuffer) => {
      engine.run({
        shader,
        entry: `sums${operand}`,
        buffers: { d: to, ...inputs },
        sizes: { ...sizes, columns, share },
        groups: gridOf(groups, parts, engine.groupsAcross),
      });
    };
    if (parts === 1) {
      sums(d);
      return;
    }
    engine.temporary(2 * parts * outputs, (partials) => {
      sums(partials);
      // To add them up is what the gradient of add does, where a is one row that meets all of them.
      const rows = { shape: [2 * parts, outputs], aStrides: [0, 1], bStrides: [0, 1] };
      gradient('add', 'A', d, { dy: partials }, rows);
    });
  }

  /** The terms are those of dy alone: the other operand's dimensions don't matter. */
  function backwardOfSum(shader: 'add' | 'sub'): Kernels<WebGPUBuffer>['add']['backward'] {
    return (da, db, dy, { shape, aStrides, bStrides }) => {
      if (da) gradient(shader, 'A', da, { dy }, { shape, aStrides, bStrides: aStrides });
      if (db) gradient(shader, 'B', db, { dy }, { shape, aStrides: bStrides, bStrides });
    };
  }

  function backwardOfProduct(shader: 'mul' | 'div'): Kernels<WebGPUBuffer>['mul']['backward'] {
    return (da, db, dy, a, b, s) => {
      if (da) gradient(shader, 'A', da, { dy, a, b }, s);
      if (db) gradient(shader, 'B', db, { dy, a, b }, s);
    };
  }

  return {
    add: { forward: forward('add'), backward: backwardOfSum('add') },
    sub: { forward: forward('sub'), backward: backwardOfSum('sub') },
    mul: { forward: forward('mul'), backward: backwardOfProduct('mul') },
    div: { forward: forward('div'), backward: backwardOfProduct('div') },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
