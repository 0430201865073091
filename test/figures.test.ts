/** The figures' numbers: each explanation, with the numbers put in, adds up to the number that it explains. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv2dFigure, linearFigure } from '../src/figures/bilinear.js';
import { type Figure, type Inputs, productOf, valueAt, zeros } from '../src/figures/figure.js';
import { batchNorm2dFigure, crossEntropyFigure, reluFigure } from '../src/figures/functions.js';
import { avgPool2dFigure, maxPool2dFigure } from '../src/figures/pooling.js';

const size = (max: number, min = 1) => fc.integer({ min, max });

/** Figures of random sizes. */
const figures: Record<string, fc.Arbitrary<Figure>> = {
  conv2d: fc
    .record({
      N: size(2),
      G: size(2),
      C_group: size(2),
      C_out: size(2),
      H: size(6, 3),
      W: size(6, 3),
      K: size(3),
      stride: size(2),
      padding: size(2, 0),
      dilation: size(1),
    })
    .map(({ N, G, C_group, C_out, H, W, K, ...options }) =>
      conv2dFigure([N, G * C_group, H, W], [G * C_out, C_group, K, K], { ...options, groups: G }),
    ),
  linear: fc.tuple(size(3), size(5), size(4)).map(([N, I, O]) => linearFigure([N, I], [O, I])),
  maxPool2d: fc
    .tuple(size(2), size(6, 3), size(6, 3), size(3), size(3), size(1, 0))
    .map(([C, H, W, kernel, stride, padding]) =>
      maxPool2dFigure([1, C, H, W], kernel, { stride, padding: Math.min(padding, kernel >> 1) }),
    ),
  avgPool2d: fc
    .tuple(size(2), size(6, 3), size(6, 3), size(3), size(3), size(1, 0))
    .map(([C, H, W, kernel, stride, padding]) =>
      avgPool2dFigure([1, C, H, W], kernel, { stride, padding: Math.min(padding, kernel >> 1) }),
    ),
  relu: fc.tuple(size(3), size(5)).map((shape) => reluFigure(shape)),
  batchNorm2d: fc.tuple(size(2), size(2), size(3), size(3, 2)).map((shape) => batchNorm2dFigure(shape)),
  crossEntropy: fc
    .tuple(size(3), size(4, 2))
    .chain(([N, C]) =>
      fc.array(size(C - 1, 0), { minLength: N, maxLength: N }).map((target) => crossEntropyFigure([N, C], target)),
    ),
};

/** Few different numbers, so that there are ties, and zeros, which are terms, too. */
const inputsOf = (figure: Figure): fc.Arbitrary<Inputs> =>
  fc.record(
    Object.fromEntries(
      figure.inputs.map(({ name, shape }) => {
        const { length } = zeros(shape);
        const numbers = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: length, maxLength: length });
        return [name, numbers.map((values) => Float64Array.from(values, (value) => value / 2))];
      }),
    ),
  );

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
              const { terms, alsoSeen, call } = explanation;
              if (call) {
                for (const cell of call.cells) valueAt(cell, grids);
                continue;
              }
              const sum = terms.reduce((all, term) => all + productOf(term, grids), 0);
              if (!(Math.abs(sum - values[index]) < 1e-9))
                throw new Error(`${name}[${index}] = ${values[index]}, not ${sum}`);
              if (name !== 'y') continue; // whoever was seen, and gave nothing, isn't larger
              for (const cell of alsoSeen) {
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
  const terms = (index: number) => figure.explain({ grid: 'y', index }, inputs)!.terms;
  expect(terms(12)).toHaveLength(10); // nine products and the bias
  expect(terms(0)).toHaveLength(5); // in the corner, five of the nine fall on the padding
  expect(terms(0)[0].cells).toEqual([
    { grid: 'x', index: 0 },
    { grid: 'weight', index: 4 },
  ]);
});
