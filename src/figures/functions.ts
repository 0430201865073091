/** Functions of single numbers: sigmoid, tanh, and div, whose inputs broadcast. */
import { broadcastSizes, forEachElement } from '../ops/broadcast.js';
import { divBackward, divForward } from '../ops/div.js';
import type { Shape } from '../ops/shape.js';
import { sigmoidBackward, sigmoidForward } from '../ops/sigmoid.js';
import { tanhBackward, tanhForward } from '../ops/tanh.js';
import { cell, difference, type Expression, exp, minus, product, quotient, square, sum, tanh } from './expression.js';
import { type Figure, type Reason, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

export function sigmoidFigure(x: Shape): Figure {
  return functionFigure(x, {
    operation: 'sigmoid',
    forward: sigmoidForward,
    backward: sigmoidBackward,
    y: (x) => quotient(1, sum(1, exp(minus(x)))),
    steepness: (y) => product(y, difference(1, y)),
  });
}

export function tanhFigure(x: Shape): Figure {
  return functionFigure(x, {
    operation: 'tanh',
    forward: tanhForward,
    backward: tanhBackward,
    y: (x) => tanh(x),
    steepness: (y) => difference(1, square(y)),
  });
}

interface FunctionOfOne {
  readonly operation: string;
  forward(y: Values, x: Values): void;
  backward(dx: Values, dy: Values, y: Values): void;
  y(x: Expression): Expression;
  /** dy/dx, by y. */
  steepness(y: Expression): Expression;
}

function functionFigure(shape: Shape, { operation, forward, backward, y: yOf, steepness }: FunctionOfOne): Figure {
  return makeFigure({
    operation,
    inputs: [grid('x', shape, 'x'), grid('dy', shape, 'y')],
    outputs: [grid('y', shape, 'y'), grid('dx', shape, 'x')],
    compute({ x, dy }) {
      const [y, dx] = [zeros(shape), zeros(shape)];
      forward(y, x);
      backward(dx, dy, y);
      return { y, dx };
    },
    explanations: {
      y: (i) => ({ expression: yOf(cell('x', i)) }),
      dx: (i) => ({ expression: product(steepness(cell('y', i)), cell('dy', i)), reason: 'steepness' }),
    },
  });
}

/** a, b of shapes that broadcast. */
export function divFigure(a: Shape, b: Shape): Figure {
  const s = broadcastSizes('div', a, b);
  const meetings: { y: number; a: number; b: number }[] = [];
  forEachElement(s, (y, a, b) => meetings.push({ y, a, b }));
  const joined = (terms: readonly Expression[]) => ({
    expression: sum(...terms),
    reason: terms.length > 1 ? ('joins' as Reason) : undefined,
  });
  return makeFigure({
    operation: 'div',
    inputs: [grid('a', a, 'x'), grid('b', b, 'x'), grid('dy', s.shape, 'y')],
    outputs: [grid('y', s.shape, 'y'), grid('da', a, 'x'), grid('db', b, 'x')],
    compute({ a: dividend, b: divisor, dy }) {
      const [y, da, db] = [zeros(s.shape), zeros(a), zeros(b)];
      divForward(y, dividend, divisor, s);
      divBackward(da, db, dy, dividend, divisor, s);
      return { y, da, db };
    },
    explanations: {
      y: (i) => ({ expression: quotient(cell('a', meetings[i].a), cell('b', meetings[i].b)) }),
      da: (i) => joined(meetings.filter(({ a }) => a === i).map(({ y, b }) => quotient(cell('dy', y), cell('b', b)))),
      db: (i) =>
        joined(
          meetings
            .filter(({ b }) => b === i)
            .map(({ y, a }) => minus(quotient(product(cell('a', a), cell('dy', y)), square(cell('b', i))))),
        ),
    },
  });
}
