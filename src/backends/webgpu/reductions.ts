/** Calls of the kernels that sum over dimensions, or over everything. */
import type { Kernels } from '../../ops/index.js';
import type { ReduceSizes } from '../../ops/reduce.js';
import { numel } from '../../ops/shape.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { lanesFor } from './lanes.js';
import { gridOf, partsFor } from './parts.js';
import { sumInParts } from './sumInParts.js';

interface Dimension {
  size: number;
  xStride: number;
  /** 0: it is summed over. */
  yStride: number;
}

/** Dimensions that `Sizes` of reduce.wgsl has room for. */
const maximumRank = 8;

/** Stands for no dimensions: it has one entry, at 0. */
const none: Dimension = { size: 1, xStride: 0, yStride: 0 };

/**
 * The dimensions of x, as few as give the same sums: those of size 1 are left out, and neighbours that are both summed over, or
 * both kept, are joined.
 *
 *   shape (64, 16, 12, 12), yStrides (0, 1, 0, 0)  →  (64, 16, 144), (0, 1, 0)
 */
function dimensionsOf({ shape, yStrides }: ReduceSizes): Dimension[] {
  const merged: Dimension[] = [];
  let xStride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d];
    const yStride = yStrides[d];
    const inner = merged[0];
    if (size === 1) continue;
    if (inner && (inner.yStride === 0) === (yStride === 0)) inner.size *= size;
    else merged.unshift({ size, xStride, yStride });
    xStride *= size;
  }
  return merged;
}

/** `Sizes` of a walk along these dimensions. */
function dimensionTable(dimensions: readonly Dimension[], stride: 'xStride' | 'yStride') {
  if (dimensions.length > maximumRank) {
    throw new Error(
      `backend 'webgpu': sums and means over more than ${maximumRank} groups of dimensions aren't supported`,
    );
  }
  return {
    rank: dimensions.length,
    shape: dimensions.map(({ size }) => size),
    strides: dimensions.map((dimension) => dimension[stride]),
  };
}

/** y = finish(Σ x) along the dimensions of stride 0 in y, which isn't empty. */
function sum(
  engine: Engine,
  shader: 'sum' | 'mean',
  y: WebGPUBuffer,
  x: WebGPUBuffer,
  dimensions: readonly Dimension[],
  count: number,
  mayDivide = true,
): void {
  const outputDimensions = dimensions.filter(({ yStride }) => yStride !== 0);
  const termDimensions = dimensions.filter(({ yStride }) => yStride === 0);
  const outputs = y.length;
  const terms = numel(termDimensions.map(({ size }) => size));
  const neighbours = dimensions.at(-1)?.yStride === 0 ? 1 : (outputDimensions.at(-1)?.size ?? 1);
  const lanes = lanesFor(terms, neighbours, engine.sumThreads);
  const groups = Math.ceil((outputs * lanes.lanes) / engine.sumThreads);
  const { parts, share } = mayDivide ? partsFor(terms, lanes.lanes, groups) : { parts: 1, share: terms };
  const [kept, summed] = [outputDimensions, termDimensions].map((some) => (some.length > 0 ? some : [none]));
  const sizes = {
    outputs,
    terms,
    share,
    ...lanes,
    kept: kept.length,
    ...dimensionTable([...kept, ...summed], 'xStride'),
  };
  const grid = gridOf(groups, parts, engine.groupsAcross);
  if (parts === 1) {
    engine.run({ shader, entry: 'forward', buffers: { y, x }, sizes: { ...sizes, count }, groups: grid });
    return;
  }
  engine.temporary(2 * parts * outputs, (partials) => {
    const buffers = { y: partials, x };
    engine.run({ shader: 'sum', entry: 'forward', buffers, sizes: { ...sizes, count }, groups: grid });
    const sums = [
      { size: 2 * parts, xStride: outputs, yStride: 0 },
      { size: outputs, xStride: 1, yStride: 1 },
    ];
    sum(engine, shader, y, partials, sums, count, false);
  });
}

/** Of so many terms, the sums of a gradient of biases are one dispatch: a second would take longer than it saves. */
const fewTerms = 2 ** 17;

/** y = Σ of the `rows` rows of x, each as long as y. */
export function sumOfRows(engine: Engine, y: WebGPUBuffer, x: WebGPUBuffer, rows: number): void {
  const dimensions = [
    { size: rows, xStride: y.length, yStride: 0 },
    { size: y.length, xStride: 1, yStride: 1 },
  ];
  if (y.length > 0) sum(engine, 'sum', y, x, dimensions, rows, rows > fewTerms);
}

/** y[c] = Σ of the channel c of x (N, C, pixels). */
export function sumOfChannels(engine: Engine, y: WebGPUBuffer, x: WebGPUBuffer, N: number, pixels: number): void {
  const sizes = { shape: [N, y.length, pixels], yStrides: [0, 1, 0], reduced: [y.length], count: N * pixels };
  if (y.length > 0) sum(engine, 'sum', y, x, dimensionsOf(sizes), sizes.count, sizes.count > fewTerms);
}

export function reductions(engine: Engine) {
  function reduction(shader: 'sum' | 'mean'): Kernels<WebGPUBuffer>['sum'] {
    return {
      forward(y, x, s) {
        if (y.length > 0) sum(engine, shader, y, x, dimensionsOf(s), s.count);
      },
      backward(dx, dy, s) {
        const dimensions = dimensionsOf(s);
        const sizes = {
          ...{ outputs: dx.length, terms: 1, share: 1, lanes: 1, adjacent: false, count: s.count, kept: 0 },
          ...dimensionTable(dimensions.length > 0 ? dimensions : [none], 'yStride'),
        };
        engine.run({ shader, entry: 'backward', buffers: { dx, dy }, sizes, threads: dx.length });
      },
    };
  }

  return {
    sum: reduction('sum'),
    mean: reduction('mean'),

    gradNorm: {
      forward(squares, dparam) {
        const { parts } = partsFor(dparam.length, engine.sumThreads, 1);
        sumInParts(engine, parts, {
          shader: 'gradNorm',
          buffers: { squares, dparam },
          sizes: { count: dparam.length },
        });
      },
    },
    clipGrad: {
      forward(dparam, squares, { maxNorm }) {
        const sizes = { count: dparam.length, maxNorm };
        engine.run({
          shader: 'clipGrad',
          entry: 'forward',
          buffers: { dparam, squares },
          sizes,
          threads: dparam.length,
        });
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
