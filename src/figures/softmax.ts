/** softmax and logSoftmax: which numbers share a row is asked of their own walk. */
import { logSoftmaxBackward, logSoftmaxForward } from '../ops/logSoftmax.js';
import type { Shape } from '../ops/shape.js';
import { forEachRow, type SoftmaxSizes, softmaxBackward, softmaxForward, softmaxSizes } from '../ops/softmax.js';
import { cell, difference, type Expression, exp, log, minus, product, quotient, sum } from './expression.js';
import { type Figure, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

export function softmaxFigure(x: Shape, dim: number): Figure {
  return rowsFigure(x, softmaxSizes('softmax', x, dim), {
    operation: 'softmax',
    forward: softmaxForward,
    backward: softmaxBackward,
    y: softmaxOf,
    dx(i, row) {
      const mean = sum(...row.map((k) => product(cell('y', k), cell('dy', k))));
      return product(cell('y', i), difference(cell('dy', i), mean));
    },
  });
}

export function logSoftmaxFigure(x: Shape, dim: number): Figure {
  return rowsFigure(x, softmaxSizes('logSoftmax', x, dim), {
    operation: 'logSoftmax',
    forward: logSoftmaxForward,
    backward: logSoftmaxBackward,
    y: logSoftmaxOf,
    dx(i, row) {
      const all = sum(...row.map((k) => cell('dy', k)));
      return difference(cell('dy', i), product(exp(cell('y', i)), all));
    },
  });
}

/** e^x of number i over the sum of all of its row, with x − max x, as it is computed. */
export function softmaxOf(i: number, row: readonly number[], x: Values): Expression {
  return quotient(exp(belowLargest(i, row, x)), sum(...row.map((k) => exp(belowLargest(k, row, x)))));
}

export function logSoftmaxOf(i: number, row: readonly number[], x: Values): Expression {
  const largest = cell('x', largestOf(row, x));
  return sum(cell('x', i), minus(largest), minus(log(sum(...row.map((k) => exp(belowLargest(k, row, x)))))));
}

function belowLargest(i: number, row: readonly number[], x: Values): Expression {
  return difference(cell('x', i), cell('x', largestOf(row, x)));
}

function largestOf(row: readonly number[], x: Values): number {
  return row.reduce((best, k) => (x[k] > x[best] ? k : best));
}

/** For every number of x, the numbers of its row. */
export function rowsOf(x: Shape, s: SoftmaxSizes): number[][] {
  const rows: number[][] = Array.from(zeros(x), () => []);
  forEachRow(s, (start) => {
    const row = Array.from({ length: s.C }, (_, c) => start + c * s.inner);
    for (const i of row) rows[i] = row;
  });
  return rows;
}

interface OfRows {
  readonly operation: string;
  forward(y: Values, x: Values, s: SoftmaxSizes): void;
  backward(dx: Values, dy: Values, y: Values, s: SoftmaxSizes): void;
  y(i: number, row: readonly number[], x: Values): Expression;
  dx(i: number, row: readonly number[]): Expression;
}

function rowsFigure(shape: Shape, s: SoftmaxSizes, { operation, forward, backward, y: yOf, dx: dxOf }: OfRows): Figure {
  const rows = rowsOf(shape, s);
  return makeFigure({
    operation,
    inputs: [grid('x', shape, 'x'), grid('dy', shape, 'y')],
    outputs: [grid('y', shape, 'y'), grid('dx', shape, 'x')],
    compute({ x, dy }) {
      const [y, dx] = [zeros(shape), zeros(shape)];
      forward(y, x, s);
      backward(dx, dy, y, s);
      return { y, dx };
    },
    explanations: {
      y: (i, { x }) => ({ expression: yOf(i, rows[i], x), reason: 'largestTaken' }),
      dx: (i) => ({ expression: dxOf(i, rows[i]), reason: 'otherScores' }),
    },
  });
}
