/**
 * Operations that add up shares of their inputs: add, sub, sum, mean, cat, pad, avgPool2d and adaptiveAvgPool2d.
 *
 * Which numbers meet, and by how much each is multiplied, is asked of the operation itself. A backward pass that is given a dy of 1 at one
 * place writes each input's share in that y; read along one input, the same shares say what it gets of each dy.
 */
import {
  adaptiveAvgPool2dBackward,
  adaptiveAvgPool2dForward,
  adaptiveAvgPool2dSizes,
} from '../ops/adaptiveAvgPool2d.js';
import { addBackward, addForward } from '../ops/add.js';
import { type AvgPool2dOptions, avgPool2dBackward, avgPool2dForward, avgPool2dSizes } from '../ops/avgPool2d.js';
import { broadcastSizes } from '../ops/broadcast.js';
import { catBackward, catForward, catSizes } from '../ops/cat.js';
import { meanBackward, meanForward } from '../ops/mean.js';
import { type PadOptions, padBackward, padForward, padSizes } from '../ops/pad.js';
import { reduceSizes } from '../ops/reduce.js';
import type { Pair, Shape } from '../ops/shape.js';
import { subBackward, subForward } from '../ops/sub.js';
import { sumBackward, sumForward } from '../ops/sum.js';
import { cell, type Expression, minus, number, product, quotient, sum } from './expression.js';
import { type Figure, found, type Reason, unit, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

export function addFigure(a: Shape, b: Shape): Figure {
  const s = broadcastSizes('add', a, b);
  return linearMapFigure({
    operation: 'add',
    inputs: { a, b },
    y: s.shape,
    forward: (y, [a, b]) => addForward(y, a, b, s),
    backward: ([da, db], dy) => addBackward(da, db, dy, s),
  });
}

export function subFigure(a: Shape, b: Shape): Figure {
  const s = broadcastSizes('sub', a, b);
  return linearMapFigure({
    operation: 'sub',
    inputs: { a, b },
    y: s.shape,
    forward: (y, [a, b]) => subForward(y, a, b, s),
    backward: ([da, db], dy) => subBackward(da, db, dy, s),
  });
}

/** `dim`: missing for all. */
export function sumFigure(x: Shape, dim?: number | readonly number[]): Figure {
  const s = reduceSizes('sum', x, dim, false);
  return linearMapFigure({
    operation: 'sum',
    inputs: { x },
    y: s.reduced,
    forward: (y, [x]) => sumForward(y, x, s),
    backward: ([dx], dy) => sumBackward(dx, dy, s),
  });
}

/** `dim`: missing for all. */
export function meanFigure(x: Shape, dim?: number | readonly number[]): Figure {
  const s = reduceSizes('mean', x, dim, false);
  return linearMapFigure({
    operation: 'mean',
    inputs: { x },
    y: s.reduced,
    forward: (y, [x]) => meanForward(y, x, s),
    backward: ([dx], dy) => meanBackward(dx, dy, s),
  });
}

/** Of several tensors, which are called a, b, c …, in this order. */
export function catFigure(shapes: readonly Shape[], dim: number): Figure {
  const { shape, places } = catSizes(shapes, dim);
  return linearMapFigure({
    operation: 'cat',
    inputs: Object.fromEntries(shapes.map((one, i) => [String.fromCharCode('a'.charCodeAt(0) + i), one])),
    y: shape,
    forward: (y, values) => {
      for (const [i, place] of places.entries()) catForward(y, values[i], place);
    },
    backward: (gradients, dy) => {
      for (const [i, place] of places.entries()) catBackward(gradients[i], dy, place);
    },
  });
}

/** `padding`: [left, right] or [left, right, top, bottom]. */
export function padFigure(x: Shape, padding: readonly number[], options: PadOptions = {}): Figure {
  const s = padSizes(x, padding, options);
  return linearMapFigure({
    operation: 'pad',
    inputs: { x },
    y: [...x.slice(0, -2), ...(x.length > 1 ? [s.H_out] : []), s.W_out],
    forward: (y, [x]) => padForward(y, x, s),
    backward: ([dx], dy) => padBackward(dx, dy, s),
  });
}

export function avgPool2dFigure(x: Shape, kernelSize: Pair, options: AvgPool2dOptions = {}): Figure {
  const s = avgPool2dSizes(x, kernelSize, options);
  return linearMapFigure({
    operation: 'avgPool2d',
    inputs: { x },
    y: [s.N, s.C, s.H_out, s.W_out],
    forward: (y, [x]) => avgPool2dForward(y, x, s),
    backward: ([dx], dy) => avgPool2dBackward(dx, dy, s),
  });
}

export function adaptiveAvgPool2dFigure(x: Shape, outputSize: number | readonly [number, number]): Figure {
  const s = adaptiveAvgPool2dSizes(x, outputSize);
  return linearMapFigure({
    operation: 'adaptiveAvgPool2d',
    inputs: { x },
    y: [s.N, s.C, s.H_out, s.W_out],
    forward: (y, [x]) => adaptiveAvgPool2dForward(y, x, s),
    backward: ([dx], dy) => adaptiveAvgPool2dBackward(dx, dy, s),
  });
}

/** The operation of `src/ops` with its sizes; inputs and their gradients in the order of `inputs`. */
interface LinearMap {
  readonly operation: string;
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly y: Shape;
  forward(y: Values, inputs: readonly Values[]): void;
  backward(gradients: readonly Values[], dy: Values): void;
}

function linearMapFigure({ operation, inputs, y: yShape, forward, backward }: LinearMap): Figure {
  const names = Object.keys(inputs);
  const shapes = Object.values(inputs);
  const yOf = (values: readonly Values[]) => {
    const y = zeros(yShape);
    forward(y, values);
    return y;
  };
  const gradientsOf = (dy: Values) => {
    const gradients = shapes.map(zeros);
    backward(gradients, dy);
    return gradients;
  };
  const places = [...zeros(yShape).keys()];

  const gradient = (at: number) => (index: number) => {
    const shares = places.map((i) => [i, gradientsOf(unit(yShape, i))[at][index]] as const);
    const paid = shares.filter(([, share]) => share !== 0);
    return {
      expression: shared(paid.map(([i, share]) => [cell('dy', i), share])),
      reason: reasonOf(paid.map(([, share]) => share)),
    };
  };
  const reasonOf = (shares: readonly number[]): Reason | undefined => {
    if (shares.length === 0) return 'cut';
    if (shares.length > 1) return 'joins';
    if (Math.abs(shares[0]) < 1) return 'shares';
    return operation === 'cat' ? 'shown' : names.length > 1 ? 'forks' : undefined;
  };

  return makeFigure({
    operation,
    inputs: [...names.map((name) => grid(name, inputs[name], 'x')), grid('dy', yShape, 'y')],
    outputs: [grid('y', yShape, 'y'), ...names.map((name) => grid(`d${name}`, inputs[name], 'x'))],
    compute({ dy, ...given }) {
      const gradients = gradientsOf(dy);
      const named = names.map((name, i) => [`d${name}`, gradients[i]]);
      return { y: yOf(names.map((name) => given[name])), ...Object.fromEntries(named) };
    },
    explanations: {
      y(i) {
        const shares = gradientsOf(unit(yShape, i)).flatMap((values, at) =>
          found(values).map(([index, share]) => [cell(names[at], index), share] as const),
        );
        if (shares.length > 0) return { expression: shared(shares) };
        // It shows no input: what it is then is what it is of zeros, the value of a border.
        return { expression: number(yOf(shapes.map(zeros))[i], 'value'), reason: 'border' };
      },
      ...Object.fromEntries(names.map((name, at) => [`d${name}`, gradient(at)])),
    },
  });
}

/** Σ share · part, as one writes it: equal shares of 1/4 are a sum divided by 4. */
function shared(shares: readonly (readonly [part: Expression, share: number])[]): Expression {
  if (shares.every(([, share]) => share === shares[0][1]))
    return times(sum(...shares.map(([part]) => part)), shares[0]?.[1] ?? 1);
  return sum(...shares.map(([part, share]) => times(part, share)));
}

function times(part: Expression, share: number): Expression {
  if (share === 1) return part;
  if (share === -1) return minus(part);
  // A share of 1/9 is not a round number, but what is divided by is one.
  const divisor = 1 / share;
  return Math.abs(divisor) > 1 ? quotient(part, Number(divisor.toPrecision(12))) : product(part, share);
}
