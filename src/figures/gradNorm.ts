/** gradNorm and clipGrad: all gradients as one vector, here those of a weight and a bias. */
import { clipGradForward, gradNormForward } from '../ops/gradNorm.js';
import type { Shape } from '../ops/shape.js';
import { cell, min, number, product, quotient, sqrt, square, sum } from './expression.js';
import { type Figure, type Inputs, unit, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';
import { renewed } from './optimizers.js';

export function gradNormFigure(dweight: Shape, dbias: Shape): Figure {
  return normFigure('gradNorm', { dweight, dbias }, null);
}

export function clipGradFigure(dweight: Shape, dbias: Shape, maxNorm: number): Figure {
  return normFigure('clipGrad', { dweight, dbias }, maxNorm);
}

function normFigure(operation: string, shapes: Readonly<Record<string, Shape>>, maxNorm: number | null): Figure {
  const names = Object.keys(shapes);
  const squares = Object.entries(shapes).flatMap(([name, shape]) =>
    Array.from(zeros(shape), (_, i) => square(cell(name, i))),
  );
  const clipped = maxNorm === null ? [] : names;
  return makeFigure({
    operation,
    inputs: names.map((name) => grid(name, shapes[name], 'weight')),
    outputs: [grid('squares', [1], 'y'), ...clipped.map((name) => grid(renewed(name), shapes[name], 'weight'))],
    compute(given) {
      const total = zeros([1]);
      for (const name of names) gradNormForward(total, given[name]);
      const scaled = clipped.map((name) => {
        const gradient = given[name].slice();
        clipGradForward(gradient, total, { maxNorm: maxNorm! });
        return [renewed(name), gradient] as const;
      });
      return { squares: total, ...Object.fromEntries(scaled) };
    },
    explanations: {
      squares: () => ({ expression: sum(...squares) }),
      ...Object.fromEntries(
        clipped.map((name) => [
          renewed(name),
          (i: number, { squares }: Inputs) => {
            const scale = quotient(number(maxNorm!, 'maxNorm'), sum(sqrt(cell('squares', 0)), 1e-6));
            // A gradient of 0 stays 0: of a 1 one sees whether it is clipped.
            const one = unit([1], 0);
            clipGradForward(one, squares, { maxNorm: maxNorm! });
            return {
              expression: product(cell(name, i), min(1, scale)),
              reason: one[0] === 1 ? ('notClipped' as const) : ('clipped' as const),
            };
          },
        ]),
      ),
    },
  });
}
