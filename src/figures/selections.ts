/**
 * Operations that let some numbers through and stop the others: maxPool2d, relu and dropout. Who gets through is asked of the operation
 * itself: whom its backward pass pays for a dy of 1.
 */
import { avgPool2dBackward, avgPool2dForward, avgPool2dSizes } from '../ops/avgPool2d.js';
import { dropoutBackward, dropoutForward, dropoutSizes } from '../ops/dropout.js';
import { maxPool2dBackward, maxPool2dForward, maxPool2dSizes } from '../ops/maxPool2d.js';
import { reluBackward, reluForward } from '../ops/relu.js';
import type { Pair, Shape } from '../ops/shape.js';
import { cell, difference, max, nothing, number, product, quotient, sum } from './expression.js';
import { type Figure, found, unit, zeros } from './figure.js';
import type { Cell } from './grid.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

const cells = (grid: string, indices: readonly number[]): Cell[] => indices.map((index) => ({ grid, index }));

export interface PoolingOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly ceilMode?: boolean;
}

export function maxPool2dFigure(x: Shape, kernelSize: Pair, options: PoolingOptions = {}): Figure {
  const s = maxPool2dSizes(x, kernelSize, options);
  const means = avgPool2dSizes(x, kernelSize, options);
  const shape = [s.N, s.C, s.H_out, s.W_out];
  const forward = (values: Values) => {
    const [y, indices] = [zeros(shape), new Int32Array(zeros(shape).length)];
    maxPool2dForward(y, indices, values, s);
    return { y, indices };
  };
  const backward = (dy: Values, indices: Int32Array) => {
    const dx = zeros(x);
    maxPool2dBackward(dx, dy, indices, s);
    return dx;
  };
  /** The pixels that output `i` sees: a mean over the same window has a share for each of them. */
  const windowOf = (i: number) => {
    const shares = zeros(x);
    avgPool2dBackward(shares, unit(shape, i), means);
    return found(shares).map(([index]) => index);
  };
  /** The outputs that see pixel `j`: whose mean has a share of it. */
  const seersOf = (j: number) => {
    const shares = zeros(shape);
    avgPool2dForward(shares, unit(x, j), means);
    return found(shares).map(([index]) => index);
  };
  return makeFigure({
    operation: 'maxPool2d',
    inputs: [grid('x', x, 'x'), grid('dy', shape, 'y')],
    outputs: [grid('y', shape, 'y'), grid('dx', x, 'x')],
    compute(given) {
      const { y, indices } = forward(given.x);
      return { y, dx: backward(given.dy, indices) };
    },
    explanations: {
      y(i, { x: values, y }) {
        const window = windowOf(i);
        const [[winner]] = found(backward(unit(shape, i), forward(values).indices));
        const others = window.filter((index) => index !== winner);
        return {
          expression: max(...window.map((index) => cell('x', index))),
          alsoSeen: cells('x', others),
          reason: others.some((index) => values[index] === y[i]) ? 'firstOfEqual' : 'largest',
        };
      },
      dx(j, { x: values, y }) {
        const { indices } = forward(values);
        const windows = seersOf(j);
        const won = windows.filter((i) => backward(unit(shape, i), indices)[j] !== 0);
        const lost = windows.filter((i) => !won.includes(i));
        const isEqual = lost.some((i) => y[i] === values[j]);
        return {
          expression: sum(...won.map((i) => cell('dy', i))),
          alsoSeen: cells('dy', lost),
          reason: won.length > 0 ? 'paid' : isEqual ? 'firstOfEqual' : 'notPaid',
        };
      },
    },
  });
}

/** y = max(0, x): what is above 0 passes, forward and backward; the rest is stopped. */
export function reluFigure(x: Shape): Figure {
  const backward = (dy: Values, y: Values) => {
    const dx = zeros(x);
    reluBackward(dx, dy, y);
    return dx;
  };
  const passes = (y: Values, i: number) => backward(unit(x, i), y)[i] !== 0;
  return makeFigure({
    operation: 'relu',
    inputs: [grid('x', x, 'x'), grid('dy', x, 'y')],
    outputs: [grid('y', x, 'y'), grid('dx', x, 'x')],
    compute({ x: values, dy }) {
      const y = zeros(x);
      reluForward(y, values);
      return { y, dx: backward(dy, y) };
    },
    explanations: {
      y: (i, { y }) => ({
        expression: max(0, cell('x', i)),
        alsoSeen: passes(y, i) ? [] : cells('x', [i]),
        reason: passes(y, i) ? 'passes' : 'stopped',
      }),
      dx: (i, { y }) =>
        passes(y, i)
          ? { expression: cell('dy', i), reason: 'passes' }
          : { expression: nothing, alsoSeen: cells('dy', [i]), reason: 'stopped' },
    },
  });
}

/** A 0 in the mask drops, a 1 keeps. */
export function dropoutFigure(x: Shape, p: number): Figure {
  const s = dropoutSizes(p);
  const kept = difference(1, number(p, 'p'));
  const through =
    (from: 'x' | 'dy') =>
    (i: number, { mask }: Readonly<Record<string, Values>>) => {
      const passed = zeros(x);
      dropoutBackward(passed, unit(x, i), mask, s);
      if (passed[i] === 0) {
        return {
          expression: nothing,
          alsoSeen: [...cells(from, [i]), ...cells('mask', [i])],
          reason: 'dropped' as const,
        };
      }
      // A mask of another number than 1 keeps, too, and doesn't multiply.
      const survivor = mask[i] === 1 ? product(cell('mask', i), cell(from, i)) : cell(from, i);
      return { expression: quotient(survivor, kept), reason: 'kept' as const };
    };
  return makeFigure({
    operation: 'dropout',
    inputs: [grid('x', x, 'x'), grid('mask', x, 'weight'), grid('dy', x, 'y')],
    outputs: [grid('y', x, 'y'), grid('dx', x, 'x')],
    compute({ x: values, mask, dy }) {
      const [y, dx] = [zeros(x), zeros(x)];
      dropoutForward(y, values, mask, s);
      dropoutBackward(dx, dy, mask, s);
      return { y, dx };
    },
    explanations: { y: through('x'), dx: through('dy') },
  });
}
