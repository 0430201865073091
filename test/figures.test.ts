/** The figures' numbers are those of `src/ops` and of PyTorch, and each is what its explanation comes to. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv2dFigure } from '../src/figures/bilinear.js';
import { cellsOf, evaluate, termsOf } from '../src/figures/expression.js';
import { cellsIn, zeros } from '../src/figures/figure.js';
import { valueAt } from '../src/figures/grid.js';
import { figures } from '../src/figures/index.js';
import { maxPool2dFigure } from '../src/figures/selections.js';
import { operationNames } from '../src/ops/index.js';
import { figureOf } from '../web/learn/figureOf.js';
import { elementOf, inputsOf, problems, Written } from './figures/problems.js';
import { expectClose, readGoldenJson } from './golden/golden.js';

test('every operation has a figure', () => {
  expect(Object.keys(figures).sort()).toEqual([...operationNames].sort());
});

/** Sums are added up in another order than `src/ops` has, and a quotient may be one of products. */
const tolerance = 1e-11;

describe.each(operationNames)('%s', (operation) => {
  const { attributes, direct } = problems[operation];
  const figure = attributes
    .map((written) => new Written(written))
    .map((part) => ({ part, made: figureOf(elementOf(operation), part) }));
  const problem = figure.chain(({ part, made }) => inputsOf(made).map((inputs) => ({ part, made, inputs })));

  test('each number is the one of src/ops, and what its explanation comes to', () => {
    fc.assert(
      fc.property(problem, ({ part, made, inputs }) => {
        const grids = made.compute(inputs);
        const expected = direct(part, inputs);
        const outputs = grids.filter(({ isInput }) => !isInput);
        expect(outputs.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
        for (const { name, values, isInput } of grids) {
          if (isInput) {
            expect(made.explain({ grid: name, index: 0 }, inputs)).toBeNull();
            continue;
          }
          expect(values, name).toEqual(expected[name]);
          for (const [index, value] of values.entries()) {
            const explanation = made.explain({ grid: name, index }, inputs)!;
            const sum = evaluate(explanation.expression, grids);
            const isSame = Object.is(sum, value) || Math.abs(sum - value) <= tolerance * Math.max(1, Math.abs(value));
            if (!isSame) throw new Error(`${name}[${index}] = ${value}, but its explanation comes to ${sum}`);
            for (const cell of explanation.alsoSeen) valueAt(cell, grids);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is PyTorch’s, forward and backward', () => {
    const cases: Fixture[] = readGoldenJson('figures')[operation];
    expect(cases.length).toBeGreaterThanOrEqual(10);
    for (const [n, { attributes, inputs, outputs }] of cases.entries()) {
      const made = figureOf(elementOf(operation), new Written(attributes));
      const given = Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]),
      );
      const grids = made.compute(given);
      for (const [name, values] of Object.entries(outputs)) {
        const grid = grids.find((one) => one.name === name)!;
        expectClose(grid.values, values, 1e-11, `${operation} ${n}: ${name}`);
      }
    }
  });
});

interface Fixture {
  readonly attributes: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

test('a term stands for each weight that an output sees, even where a number is 0', () => {
  const figure = conv2dFigure([1, 1, 5, 5], [1, 1, 3, 3], { padding: 1 });
  const inputs = Object.fromEntries(figure.inputs.map(({ name, shape }) => [name, zeros(shape)]));
  const terms = (index: number) => termsOf(figure.explain({ grid: 'y', index }, inputs)!.expression);
  expect(terms(12)).toHaveLength(10); // nine products and the bias
  expect(terms(0)).toHaveLength(5); // in the corner, five of the nine fall on the padding
  expect(cellsOf(terms(0)[0])).toEqual([
    { grid: 'x', index: 0 },
    { grid: 'weight', index: 4 },
  ]);
});

test('who wins a window takes part, and the others were only seen', () => {
  const figure = maxPool2dFigure([1, 1, 2, 4], 2);
  const inputs = { x: Float64Array.of(5, 5, 1, 2, 5, 0, 3, 4), dy: Float64Array.of(1, 1) };
  const explain = (grid: string, index: number) => figure.explain({ grid, index }, inputs)!;
  expect(cellsIn(explain('y', 0), 'x')).toEqual(
    new Map([
      [0, 'part'],
      [1, 'seen'],
      [4, 'seen'],
      [5, 'seen'],
    ]),
  );
  expect(explain('y', 0).reason).toBe('firstOfEqual');
  expect(explain('y', 1).reason).toBe('largest');
  expect(explain('dx', 1)).toMatchObject({ reason: 'firstOfEqual', alsoSeen: [{ grid: 'dy', index: 0 }] });
  expect(explain('dx', 5).reason).toBe('notPaid');
  expect(explain('dx', 7).reason).toBe('paid');
});
