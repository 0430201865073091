/**
 * Operations that add up products of two inputs: conv2d, linear, matmul and mul.
 *
 * Which numbers meet is asked of the operation itself. Each x meets a y through one weight at most. So with a gradient dy of 1 at one
 * place and weights 1, 2, 3 …, the dx that the backward pass writes is the number of the weight through which that x was seen. With an x
 * of 1 at one place, the y that the forward pass writes says likewise through which weight each y saw it; and with a weight of 1, which
 * x each y saw through it.
 */
import { broadcastSizes } from '../ops/broadcast.js';
import { type Conv2dOptions, conv2dBackward, conv2dForward, conv2dSizes } from '../ops/conv2d.js';
import { linearBackward, linearForward, linearSizes } from '../ops/linear.js';
import { matmulBackward, matmulForward, matmulSizes } from '../ops/matmul.js';
import { mulBackward, mulForward } from '../ops/mul.js';
import type { Shape } from '../ops/shape.js';
import { cell, product, sum } from './expression.js';
import { type Figure, found, numbered, unit, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

export function conv2dFigure(x: Shape, weight: Shape, options: Conv2dOptions = {}): Figure {
  const s = conv2dSizes(x, weight, [weight[0]], options);
  return bilinearFigure({
    operation: 'conv2d',
    names: ['x', 'weight'],
    shapes: { a: x, b: weight, bias: [weight[0]], y: [s.N, s.C_out, s.H_out, s.W_out] },
    forward: (...values) => conv2dForward(...values, s),
    backward: (...values) => conv2dBackward(...values, s),
  });
}

/** x (…, I), weight (O, I) */
export function linearFigure(x: Shape, weight: Shape): Figure {
  const s = linearSizes(x, weight, [weight[0]]);
  return bilinearFigure({
    operation: 'linear',
    names: ['x', 'weight'],
    shapes: { a: x, b: weight, bias: [weight[0]], y: [...x.slice(0, -1), weight[0]] },
    forward: (...values) => linearForward(...values, s),
    backward: (...values) => linearBackward(...values, s),
  });
}

/** a (…, M, K), b (…, K, N) */
export function matmulFigure(a: Shape, b: Shape): Figure {
  const s = matmulSizes(a, b);
  return bilinearFigure({
    operation: 'matmul',
    names: ['a', 'b'],
    shapes: { a, b, y: s.shape },
    forward: (y, ...[a, b]) => matmulForward(y, a, b, s),
    backward: (da, db, _, dy, a, b) => matmulBackward(da, db, dy, a, b, s),
  });
}

/** a, b of shapes that broadcast. */
export function mulFigure(a: Shape, b: Shape): Figure {
  const s = broadcastSizes('mul', a, b);
  return bilinearFigure({
    operation: 'mul',
    names: ['a', 'b'],
    shapes: { a, b, y: s.shape },
    forward: (y, ...[a, b]) => mulForward(y, a, b, s),
    backward: (da, db, _, dy, a, b) => mulBackward(da, db, dy, a, b, s),
  });
}

/** The operation of `src/ops` with its sizes. Its two inputs are a and b here; `names` says what they are called. */
interface Bilinear {
  readonly operation: string;
  readonly names: readonly [a: string, b: string];
  /** Of an operation that adds no bias, `bias` is missing. */
  readonly shapes: { readonly a: Shape; readonly b: Shape; readonly bias?: Shape; readonly y: Shape };
  forward(y: Values, a: Values, b: Values, bias: Values | null): void;
  backward(da: Values | null, db: Values | null, dbias: Values | null, dy: Values, a: Values, b: Values): void;
}

function bilinearFigure({ operation, names: [A, B], shapes, forward, backward }: Bilinear): Figure {
  const { bias: biasShape = null } = shapes;
  const daOf = (dy: Values, b: Values) => {
    const da = zeros(shapes.a);
    backward(da, null, null, dy, zeros(shapes.a), b);
    return da;
  };
  const yOf = (a: Values, b: Values, bias: Values | null = null) => {
    const y = zeros(shapes.y);
    forward(y, a, b, bias);
    return y;
  };
  const dbiasOf = (shape: Shape, dy: Values) => {
    const dbias = zeros(shape);
    backward(null, null, dbias, dy, zeros(shapes.a), zeros(shapes.b));
    return dbias;
  };
  const secondRole = B === 'weight' ? 'weight' : 'x';
  const biased = <T>(make: (shape: Shape) => T): T[] => (biasShape ? [make(biasShape)] : []);
  return makeFigure({
    operation,
    inputs: [
      grid(A, shapes.a, 'x'),
      grid(B, shapes.b, secondRole),
      ...biased((shape) => grid('bias', shape, 'weight')),
      grid('dy', shapes.y, 'y'),
    ],
    outputs: [
      grid('y', shapes.y, 'y'),
      grid(`d${A}`, shapes.a, 'x'),
      grid(`d${B}`, shapes.b, secondRole),
      ...biased((shape) => grid('dbias', shape, 'weight')),
    ],
    compute({ [A]: a, [B]: b, bias = null, dy }) {
      const [da, db] = [zeros(shapes.a), zeros(shapes.b)];
      const dbias = biasShape && zeros(biasShape);
      backward(da, db, dbias, dy, a, b);
      return { y: yOf(a, b, bias), [`d${A}`]: da, [`d${B}`]: db, ...(dbias && { dbias }) };
    },
    explanations: {
      y(i) {
        const met = found(daOf(unit(shapes.y, i), numbered(shapes.b)));
        const added = biased((shape) => found(dbiasOf(shape, unit(shapes.y, i)))).flat();
        return {
          expression: sum(
            ...met.map(([ai, b]) => product(cell(A, ai), cell(B, b - 1))),
            ...added.map(([index]) => cell('bias', index)),
          ),
        };
      },
      [`d${A}`](i) {
        const met = found(yOf(unit(shapes.a, i), numbered(shapes.b)));
        return { expression: sum(...met.map(([yi, b]) => product(cell('dy', yi), cell(B, b - 1)))) };
      },
      [`d${B}`](i) {
        const met = found(yOf(numbered(shapes.a), unit(shapes.b, i)));
        return { expression: sum(...met.map(([yi, a]) => product(cell(A, a - 1), cell('dy', yi)))) };
      },
      dbias(i) {
        const outputs = found(yOf(zeros(shapes.a), zeros(shapes.b), unit(biasShape!, i)));
        return { expression: sum(...outputs.map(([yi]) => cell('dy', yi))) };
      },
    },
  });
}
