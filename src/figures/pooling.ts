/**
 * Pooling: which pixels a window sees, and whom it pays, is asked of the operation itself. The backward pass of a mean, given a dy of 1
 * at one place, writes each pixel's share; that of a maximum pays the one pixel that won.
 */
import { avgPool2dBackward, avgPool2dForward, avgPool2dSizes } from '../ops/avgPool2d.js';
import { maxPool2dBackward, maxPool2dForward, maxPool2dSizes } from '../ops/maxPool2d.js';
import type { Shape } from '../ops/shape.js';
import {
  type Cell,
  type Explanation,
  type Figure,
  found,
  type Grid,
  type Inputs,
  type Term,
  unit,
  zeros,
} from './figure.js';

export interface PoolingOptions {
  readonly stride?: number;
  readonly padding?: number;
}

type Values = Float64Array;

export function maxPool2dFigure(x: Shape, kernelSize: number, options: PoolingOptions = {}): Figure {
  const s = maxPool2dSizes(x, kernelSize, options);
  const means = avgPool2dSizes(x, kernelSize, options);
  const shape = [s.N, s.C, s.H_out, s.W_out];
  const forward = (values: Values) => {
    const [y, indices] = [zeros(shape), new Int32Array(zeros(shape).length)];
    maxPool2dForward(y, indices, values, s);
    return { y, indices };
  };
  return poolingFigure('maxPool2d', x, shape, {
    y: (values) => forward(values).y,
    dx(dy, values) {
      const dx = zeros(x);
      maxPool2dBackward(dx, dy, forward(values).indices, s);
      return dx;
    },
    // A mean over the same window has a share for every pixel of it.
    window(index) {
      const shares = zeros(x);
      avgPool2dBackward(shares, unit(shape, index), means);
      return shares;
    },
    isMean: false,
  });
}

export function avgPool2dFigure(x: Shape, kernelSize: number, options: PoolingOptions = {}): Figure {
  const s = avgPool2dSizes(x, kernelSize, options);
  const shape = [s.N, s.C, s.H_out, s.W_out];
  const dx = (dy: Values) => {
    const shares = zeros(x);
    avgPool2dBackward(shares, dy, s);
    return shares;
  };
  return poolingFigure('avgPool2d', x, shape, {
    y(values) {
      const y = zeros(shape);
      avgPool2dForward(y, values, s);
      return y;
    },
    dx,
    window: (index) => dx(unit(shape, index)),
    isMean: true,
  });
}

interface Pooling {
  y(x: Values): Values;
  dx(dy: Values, x: Values): Values;
  /** Not 0 for the pixels that output `index` sees. */
  window(index: number): Values;
  readonly isMean: boolean;
}

function poolingFigure(operation: string, xShape: Shape, yShape: Shape, pooling: Pooling): Figure {
  const share = (value: number): Term['factor'] | undefined =>
    pooling.isMean ? { text: `1/${Math.round(1 / value)}`, value } : undefined;
  const terms: Record<string, (index: number, x: Values) => Term[]> = {
    y: (i, x) =>
      found(pooling.dx(unit(yShape, i), x)).map(([index, value]) => ({
        cells: [{ grid: 'x', index }],
        factor: share(value),
      })),
    dx: (j, x) =>
      found(zeros(yShape).map((_, i) => pooling.dx(unit(yShape, i), x)[j])).map(([index, value]) => ({
        cells: [{ grid: 'dy', index }],
        factor: share(value),
      })),
  };
  const inputs = [
    { name: 'x', shape: xShape, role: 'x', isGradient: false, isInput: true },
    { name: 'dy', shape: yShape, role: 'y', isGradient: true, isInput: true },
  ] as const;
  return {
    operation,
    inputs,
    compute({ x, dy }: Inputs): Grid[] {
      return [
        { ...inputs[0], values: x },
        { ...inputs[1], values: dy },
        { name: 'y', shape: yShape, role: 'y', isGradient: false, isInput: false, values: pooling.y(x) },
        { name: 'dx', shape: xShape, role: 'x', isGradient: true, isInput: false, values: pooling.dx(dy, x) },
      ];
    },
    explain(cell: Cell, { x }: Inputs): Explanation | null {
      const made = terms[cell.grid]?.(cell.index, x);
      if (!made) return null;
      const seen = cell.grid === 'y' ? found(pooling.window(cell.index)).map(([index]) => ({ grid: 'x', index })) : [];
      return {
        cell,
        terms: made,
        alsoSeen: seen.filter(({ index }) => !made.some(({ cells }) => cells[0].index === index)),
      };
    },
  };
}
