/** The figures' numbers: each explanation, with the numbers put in, adds up to the number that it explains. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv2dFigure } from '../src/figures/bilinear.js';
import { cellsOf, evaluate, termsOf } from '../src/figures/expression.js';
import { zeros } from '../src/figures/figure.js';
import { valueAt } from '../src/figures/grid.js';
import { figures, inputsOf } from './figures/problems.js';

describe.each(Object.entries(figures))('%s', (_, figure) => {
  test('each number is the sum that explains it', () => {
    fc.assert(
      fc.property(
        figure.chain((made) => fc.tuple(fc.constant(made), inputsOf(made))),
        ([made, inputs]) => {
          const grids = made.compute(inputs);
          for (const { name, values, isInput } of grids) {
            for (let index = 0; index < values.length; index++) {
              const explanation = made.explain({ grid: name, index }, inputs);
              if ((explanation === null) !== isInput) throw new Error(`${name}[${index}] has no explanation, or two`);
              if (!explanation) continue;
              const sum = evaluate(explanation.expression, grids);
              if (!(Math.abs(sum - values[index]) < 1e-9))
                throw new Error(`${name}[${index}] = ${values[index]}, not ${sum}`);
              if (name !== 'y') continue; // whoever was seen, and gave nothing, isn't larger
              for (const cell of explanation.alsoSeen) {
                if (valueAt(cell, grids) > values[index]) throw new Error(`${name}[${index}] isn’t the largest`);
              }
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('a term stands for each weight that an output sees, even where a number is 0', () => {
  const figure = conv2dFigure([1, 1, 5, 5], [1, 1, 3, 3], { padding: 1 });
  const inputs = Object.fromEntries(figure.inputs.map(({ name, shape }) => [name, zeros(shape)]));
  const terms = (index: number) => figure.explain({ grid: 'y', index }, inputs)!.expression;
  expect(termsOf(terms(12))).toHaveLength(10); // nine products and the bias
  expect(termsOf(terms(0))).toHaveLength(5); // in the corner, five of the nine fall on the padding
  expect(cellsOf(termsOf(terms(0))[0])).toEqual([
    { grid: 'x', index: 0 },
    { grid: 'weight', index: 4 },
  ]);
});
