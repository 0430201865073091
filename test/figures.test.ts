/** The figures' numbers are those of `src/ops` and of PyTorch, and each is what its explanation comes to. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv2dFigure } from '../src/figures/bilinear.js';
import { cellsOf, evaluate, leavesOf, termsOf } from '../src/figures/expression.js';
import { cellsIn, zeros } from '../src/figures/figure.js';
import { clipGradFigure } from '../src/figures/gradNorm.js';
import { valueAt } from '../src/figures/grid.js';
import { figures } from '../src/figures/index.js';
import { localResponseNormFigure } from '../src/figures/normalization.js';
import { maxPool2dFigure } from '../src/figures/selections.js';
import { type OperationName, operationNames } from '../src/ops/index.js';
import { figureOf } from '../web/learn/figureOf.js';
import { firstInputs } from '../web/learn/firstInputs.js';
import { presetsOf } from '../web/learn/presets.js';
import { en } from '../web/texts/en.js';
import { elementOf, inputsOf, problems, Written } from './figures/problems.js';
import { expectClose, readGoldenJson } from './golden/golden.js';

test('every operation has a figure', () => {
  expect(Object.keys(figures).sort()).toEqual([...operationNames].sort());
});

/** Sums are added up in another order than `src/ops` has, and a quotient may be one of products. */
const tolerance = 1e-12;

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
            for (const leaf of leavesOf(explanation.expression)) {
              const symbol = leaf.kind === 'cell' ? leaf.cell.grid : leaf.name;
              if (symbol !== undefined) expect(meaningOf(operation, symbol), `what ${symbol} is`).toBeTruthy();
            }
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
        expectClose(grid.values, values, 1e-13, `${operation} ${n}: ${name}`);
      }
    }
  });
});

/** What the legend says of a name. */
function meaningOf(operation: string, symbol: string): string | undefined {
  const symbols: Readonly<Record<string, string>> = en.figures.symbols;
  return symbols[`${operation} ${symbol}`] ?? symbols[symbol];
}

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

describe('a reason says why', () => {
  const explained = (operation: OperationName, attributes: Readonly<Record<string, string>>) => {
    const figure = figureOf(elementOf(operation), new Written(attributes));
    const inputs = firstInputs(figure);
    return (grid: string, index: number) => figure.explain({ grid, index }, inputs)!;
  };

  test.each<[OperationName, Readonly<Record<string, string>>, string, (string | undefined)[]]>([
    ['relu', { x: '1,4' }, 'dx', ['stopped', 'passes', 'passes', 'stopped']], // x is −1, 1, 3, 0
    ['avgPool2d', { x: '1,1,1,3', kernel: '1', stride: '2' }, 'dx', [undefined, 'cut', undefined]],
    ['avgPool2d', { x: '1,1,2,2', kernel: '2' }, 'dx', ['shares', 'shares', 'shares', 'shares']],
    ['add', { a: '2,2', b: '2' }, 'da', ['forks', 'forks', 'forks', 'forks']],
    ['add', { a: '2,2', b: '2' }, 'db', ['joins', 'joins']],
    ['div', { a: '2,2', b: '2' }, 'db', ['joins', 'joins']],
    ['cat', { a: '1,1', b: '1,2', dim: '1' }, 'db', ['shown', 'shown']],
    ['pad', { x: '1,1,1,1', padding: '1,1' }, 'y', ['border', undefined, 'border']],
    [
      'crossEntropy',
      { x: '2,2', target: '1,-1', ignoreindex: '-1' },
      'dx',
      ['otherClass', 'rightClass', 'ignored', 'ignored'],
    ],
    [
      'nllLoss',
      { x: '2,2', target: '0,-1', ignoreindex: '-1' },
      'dx',
      ['rightClass', 'otherClass', 'ignored', 'ignored'],
    ],
    ['dropout', { x: '1,3', p: '0.5' }, 'y', ['kept', 'kept', 'dropped']], // the mask is 1, 1, 0
  ])('%s %j: %s', (operation, attributes, grid, reasons) => {
    const explain = explained(operation, attributes);
    expect(reasons.map((_, index) => explain(grid, index).reason)).toEqual(reasons);
  });

  test('and a path through a normalization is named', () => {
    const paths = (operation: OperationName, x: string) =>
      termsOf(explained(operation, { x, size: '2' })('dx', 0).expression).map((term) => [
        'note' in term && term.note,
        [...new Set(cellsOf(term).map(({ grid }) => grid))].join(),
      ]);
    expect(paths('batchNorm2d', '2,1,1,2')).toEqual([
      ['throughX', 'invStd,weight,dy'],
      ['throughMean', 'invStd,weight,dbias'],
      ['throughVariance', 'invStd,weight,xhat,dweight'],
    ]);
    expect(paths('localResponseNorm', '1,2,1,1').map(([note]) => note)).toEqual([
      'throughX',
      'throughNeighbours',
      'throughNeighbours',
    ]);
  });
});

test('a gradient of 0 is clipped with the others', () => {
  const figure = clipGradFigure([2], [1], 1);
  const reasonOf = (...dweight: number[]) => {
    const inputs = { dweight: Float64Array.from(dweight), dbias: Float64Array.of(0) };
    return figure.explain({ grid: 'newDbias', index: 0 }, inputs)!.reason;
  };
  expect([reasonOf(3, 4), reasonOf(0.3, 0.4)]).toEqual(['clipped', 'notClipped']);
});

test('a neighbourhood of an even size lies to the left', () => {
  const figure = localResponseNormFigure([1, 4, 1, 1], 2);
  const inputs = { x: Float64Array.of(1, 2, 3, 4), dy: Float64Array.of(1, 1, 1, 1) };
  const seen = [0, 1, 2, 3].map((index) => cellsOf(figure.explain({ grid: 'D', index }, inputs)!.expression));
  expect(seen.map((cells) => cells.map(({ index }) => index))).toEqual([[0], [0, 1], [1, 2], [2, 3]]);
});

describe('a preset shows what its reason says', () => {
  const gridsOf = (operation: OperationName, attributes: Readonly<Record<string, string>>, preset: string) => {
    const figure = figureOf(elementOf(operation), new Written(attributes));
    const { inputs } = presetsOf(figure).find(({ name }) => name === preset)!;
    const grids = figure.compute({ ...firstInputs(figure), ...inputs });
    return Object.fromEntries(grids.map(({ name, values }) => [name, [...values]]));
  };

  test('kernels that find edges are 0 where a picture is even', () => {
    for (const name of ['edges', 'sobel', 'laplacian']) {
      const { weight } = gridsOf('conv2d', { x: '1,1,5,5', weight: '1,1,3,3' }, name);
      expect(weight.reduce((sum, w) => sum + w, 0)).toBe(0);
    }
    for (const name of ['sharpen', 'emboss', 'blur', 'identity']) {
      const { weight } = gridsOf('conv2d', { x: '1,1,5,5', weight: '1,1,3,3' }, name);
      expect(weight.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
    }
    const { y } = gridsOf('conv2d', { x: '1,1,5,5', weight: '1,1,3,3', padding: '1' }, 'border');
    expect([y[0], y[1], y[12]].map((value) => Math.round(value * 9))).toEqual([4, 6, 9]);
  });

  test('activations and normalization', () => {
    const dead = gridsOf('relu', { x: '2,3' }, 'deadRelu');
    expect([...dead.y, ...dead.dx].every((value) => value === 0)).toBe(true);
    const { dx } = gridsOf('sigmoid', { x: '1,3' }, 'saturated');
    expect(Math.max(dx[0], dx[2])).toBeLessThan(1e-4);
    expect(dx[1]).toBe(0.25);
    const even = gridsOf('batchNorm2d', { x: '2,1,1,3' }, 'equalNumbers');
    expect(even.y).toEqual(new Array(6).fill(even.bias[0]));
    const together = gridsOf('batchNorm2d', { x: '2,1,1,3' }, 'allTogether');
    for (const value of together.dx) expect(value).toBeCloseTo(0, 12);
  });

  test('losses and optimizers', () => {
    const attributes = { x: '2,3', target: '0,2' };
    expect(gridsOf('crossEntropy', attributes, 'knowsNothing').loss[0]).toBeCloseTo(Math.log(3), 12);
    expect(gridsOf('crossEntropy', attributes, 'confidentRight').loss[0]).toBeLessThan(1e-3);
    expect(gridsOf('crossEntropy', attributes, 'confidentWrong').loss[0]).toBeGreaterThan(8);
    for (const operation of ['adam', 'rmsprop', 'adagrad'] as const) {
      const { param, newParam } = gridsOf(operation, { param: '2,2' }, 'unequal');
      const steps = newParam.map((value, i) => Math.abs(value - param[i]));
      expect(steps[0] / steps[1]).toBeCloseTo(1, 4);
    }
    const { newDweight, newDbias } = gridsOf('clipGrad', { dweight: '2,2', dbias: '2', maxnorm: '1' }, 'exploding');
    expect(Math.hypot(...newDweight, ...newDbias)).toBeCloseTo(1, 6);
    const small = gridsOf('clipGrad', { dweight: '2,2', dbias: '2', maxnorm: '1' }, 'small');
    expect(small.newDweight).toEqual(small.dweight);
  });

  test.each(operationNames)('of %s, every one has a text and fits', (operation) => {
    const [attributes] = fc.sample(problems[operation].attributes, { numRuns: 1, seed: 1 });
    const figure = figureOf(elementOf(operation), new Written(attributes));
    for (const { name, inputs } of presetsOf(figure)) {
      expect(en.learn.presets[name].reason).toBeTruthy();
      for (const grid of figure.compute({ ...firstInputs(figure), ...inputs })) {
        expect(grid.values.length, `${name}: ${grid.name}`).toBe(zeros(grid.shape).length);
        expect(grid.values.every(Number.isFinite), `${name}: ${grid.name}`).toBe(true);
      }
    }
  });
});
