/**
 * Pooling: which pixels a window sees, and whom it pays, is asked of the operation itself. The backward pass of a mean, given a dy of 1
 * at one place, writes each pixel's share; that of a maximum pays the one pixel that won.
 */
import { avgPool2dBackward, avgPool2dForward, avgPool2dSizes } from '../ops/avgPool2d.js';
import { maxPool2dBackward, maxPool2dForward, maxPool2dSizes } from '../ops/maxPool2d.js';
import type { Shape } from '../ops/shape.js';
import { type Figure, found, type Term, unit, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

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
  const term = (grid: string, [index, value]: readonly [number, number]): Term => ({
    cells: [{ grid, index }],
    factor: share(value),
  });
  return makeFigure({
    operation,
    inputs: [grid('x', xShape, 'x'), grid('dy', yShape, 'y')],
    outputs: [grid('y', yShape, 'y'), grid('dx', xShape, 'x')],
    compute: ({ x, dy }) => ({ y: pooling.y(x), dx: pooling.dx(dy, x) }),
    explanations: {
      y(i, { x }) {
        const paid = found(pooling.dx(unit(yShape, i), x));
        const seen = found(pooling.window(i)).filter(([index]) => !paid.some(([other]) => other === index));
        return { terms: paid.map((one) => term('x', one)), alsoSeen: seen.map(([index]) => ({ grid: 'x', index })) };
      },
      dx: (j, { x }) => ({
        terms: found(zeros(yShape).map((_, i) => pooling.dx(unit(yShape, i), x)[j])).map((one) => term('dy', one)),
      }),
    },
  });
}
