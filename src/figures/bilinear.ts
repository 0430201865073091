/**
 * Operations that add up products of x and weight, and a bias: conv2d and linear.
 *
 * Which numbers meet is asked of the operation itself. Each x meets a y through one weight at most. So with a gradient dy of 1 at one
 * place and weights 1, 2, 3 …, the dx that the backward pass writes is the number of the weight through which that x was seen. With an x
 * of 1 at one place, the y that the forward pass writes says likewise through which weight each y saw it; and with a weight of 1, which
 * x each y saw through it.
 */
import { type Conv2dOptions, conv2dBackward, conv2dForward, conv2dSizes } from '../ops/conv2d.js';
import { linearBackward, linearForward, linearSizes } from '../ops/linear.js';
import type { Shape } from '../ops/shape.js';
import { type Figure, found, numbered, type Term, unit, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

/** The operation of `src/ops` with its sizes. */
interface Bilinear {
  readonly operation: string;
  readonly shapes: { readonly x: Shape; readonly weight: Shape; readonly bias: Shape; readonly y: Shape };
  forward(y: Values, x: Values, weight: Values, bias: Values | null): void;
  backward(
    dx: Values | null,
    dweight: Values | null,
    dbias: Values | null,
    dy: Values,
    x: Values,
    weight: Values,
  ): void;
}

export function conv2dFigure(x: Shape, weight: Shape, options: Conv2dOptions = {}): Figure {
  const s = conv2dSizes(x, weight, [weight[0]], options);
  return bilinearFigure({
    operation: 'conv2d',
    shapes: { x, weight, bias: [weight[0]], y: [s.N, s.C_out, s.H_out, s.W_out] },
    forward: (...values) => conv2dForward(...values, s),
    backward: (...values) => conv2dBackward(...values, s),
  });
}

export function linearFigure(x: Shape, weight: Shape): Figure {
  const s = linearSizes(x, weight, [weight[0]]);
  return bilinearFigure({
    operation: 'linear',
    shapes: { x, weight, bias: [weight[0]], y: [...x.slice(0, -1), weight[0]] },
    forward: (...values) => linearForward(...values, s),
    backward: (...values) => linearBackward(...values, s),
  });
}

function bilinearFigure({ operation, shapes, forward, backward }: Bilinear): Figure {
  const dxOf = (dy: Values, weight: Values) => {
    const dx = zeros(shapes.x);
    backward(dx, null, null, dy, zeros(shapes.x), weight);
    return dx;
  };
  const yOf = (x: Values, weight: Values, bias: Values | null = null) => {
    const y = zeros(shapes.y);
    forward(y, x, weight, bias);
    return y;
  };
  const dbiasOf = (dy: Values) => {
    const dbias = zeros(shapes.bias);
    backward(null, null, dbias, dy, zeros(shapes.x), zeros(shapes.weight));
    return dbias;
  };
  const pair = (a: string, ai: number, b: string, bi: number): Term => ({
    cells: [
      { grid: a, index: ai },
      { grid: b, index: bi },
    ],
  });
  const alone = (grid: string, index: number): Term => ({ cells: [{ grid, index }] });

  return makeFigure({
    operation,
    inputs: [
      grid('x', shapes.x, 'x'),
      grid('weight', shapes.weight, 'weight'),
      grid('bias', shapes.bias, 'weight'),
      grid('dy', shapes.y, 'y'),
    ],
    outputs: [
      grid('y', shapes.y, 'y'),
      grid('dx', shapes.x, 'x'),
      grid('dweight', shapes.weight, 'weight'),
      grid('dbias', shapes.bias, 'weight'),
    ],
    compute({ x, weight, bias, dy }) {
      const [dx, dweight, dbias] = [zeros(shapes.x), zeros(shapes.weight), zeros(shapes.bias)];
      backward(dx, dweight, dbias, dy, x, weight);
      return { y: yOf(x, weight, bias), dx, dweight, dbias };
    },
    explanations: {
      y(i) {
        const bias = found(dbiasOf(unit(shapes.y, i))).map(([b]) => alone('bias', b));
        const weights = found(dxOf(unit(shapes.y, i), numbered(shapes.weight)));
        return { terms: [...weights.map(([xi, w]) => pair('x', xi, 'weight', w - 1)), ...bias] };
      },
      dx(j) {
        const weights = found(yOf(unit(shapes.x, j), numbered(shapes.weight)));
        return { terms: weights.map(([yi, w]) => pair('dy', yi, 'weight', w - 1)) };
      },
      dweight(k) {
        const pixels = found(yOf(numbered(shapes.x), unit(shapes.weight, k)));
        return { terms: pixels.map(([yi, x]) => pair('x', x - 1, 'dy', yi)) };
      },
      dbias(b) {
        const outputs = found(yOf(zeros(shapes.x), zeros(shapes.weight), unit(shapes.bias, b)));
        return { terms: outputs.map(([yi]) => alone('dy', yi)) };
      },
    },
  });
}
