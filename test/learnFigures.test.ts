/** What a figure of a chapter can do without a page: say where numbers go, keep its state in an address, be a drawing and a table. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { falsify } from '../src/figures/falsify.js';
import { cellsIn } from '../src/figures/figure.js';
import { goesTo } from '../src/figures/goesTo.js';
import { isRightAnswer, isRightNumber, numberOf } from '../web/learn/answers.js';
import { choose, chosenAs, numberIn, numbersIn, oneOf } from '../web/learn/chosen.js';
import { Given } from '../web/learn/given.js';
import { problemOf } from '../web/learn/operations.js';
import type { Part } from '../web/learn/part.js';
import { type FigureState, fits, fromParameters, inputsOf, toParameters, untouched } from '../web/learn/state.js';

const problem = (name: Parameters<typeof problemOf>[0], attributes: Readonly<Record<string, string>>) =>
  problemOf(name, new Given((attribute) => attributes[attribute] ?? null));
const conv2d = problem('conv2d', { x: '1,2,4,4', weight: '2,2,3,3', padding: '1' });

describe('where a number goes', () => {
  const { figure, first } = conv2d;
  const grids = figure.compute(first);

  test('is said by explanations, read from their other end', () => {
    for (const name of ['x', 'weight', 'bias', 'dy']) {
      const length = first[name].length;
      for (let index = 0; index < length; index += 5) {
        const found = goesTo({ grid: name, index }, figure, first, grids);
        // dweight has x in it, too: that is said at dweight.
        expect([...found.keys()]).toEqual(name === 'dy' ? ['dx', 'dweight', 'dbias'] : ['y']);
        for (const { name: result, values, isInput, isGradient } of grids) {
          if (isInput || isGradient !== (name === 'dy')) continue;
          const expected = [...values.keys()].filter((other) =>
            cellsIn(figure.explain({ grid: result, index: other }, first)!, name).has(index),
          );
          expect([...(found.get(result)?.keys() ?? [])]).toEqual(expected);
        }
      }
    }
  });

  test('a pixel in the middle goes into nine outputs of each channel, and one in the corner into four', () => {
    expect(goesTo({ grid: 'x', index: 5 }, figure, first, grids).get('y')!.size).toBe(18);
    expect(goesTo({ grid: 'x', index: 0 }, figure, first, grids).get('y')!.size).toBe(8);
  });

  test('a pixel that lost its window was only looked at', () => {
    const pool = problem('maxpool2d', { x: '1,1,2,2', kernel: '2' });
    const found = (index: number) =>
      goesTo({ grid: 'x', index }, pool.figure, pool.first, pool.figure.compute(pool.first)).get('y')!.get(0);
    expect([0, 1, 2, 3].map(found)).toEqual(['seen', 'part', 'seen', 'seen']); // x is 1, 8, 0, 4
  });
});

test('a falsified number is another one; seeds reach all places', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 20 }),
      ),
      fc.nat(1000),
      (numbers, seed) => {
        const { index, value } = falsify(Float64Array.from(numbers), seed);
        expect(Math.abs(value - numbers[index])).toBeGreaterThan(0.0049);
        if (numbers.every(Number.isInteger)) expect(Number.isInteger(value)).toBe(true);
      },
    ),
  );
  const reached = Array.from({ length: 60 }, (_, seed) => falsify(new Float64Array(9), seed).index);
  expect(new Set(reached).size).toBe(9);
});

describe('what was chosen', () => {
  const figure = (attributes: Readonly<Record<string, string>>, options: Readonly<Record<string, string>>) => {
    const given = new Given((name) => attributes[name] ?? null);
    return { given, text: given.text.bind(given), state: { ...untouched, options } } as unknown as Part;
  };

  test('counts before the attribute, and nonsense counts as not said', () => {
    const threads = (attribute: string, option: string) =>
      chosenAs(figure({ threads: attribute }, { threads: option }), 'threads', numberIn(1, 8), 2);
    expect([threads('4', '3'), threads('4', '9'), threads('4', '2.5'), threads('4', ''), threads('0', 'x')]).toEqual([
      3, 4, 4, 4, 2,
    ]);
    const size = chosenAs(figure({ x: '3,4' }, { x: '3,4,5' }), 'x', numbersIn([1, 9], [1, 9]), null);
    expect(size).toEqual([3, 4]);
    expect([2, '2', '3', ''].map((text) => oneOf([1, 2])(`${text}`))).toEqual([2, 2, null, null]);
  });

  test('is added to what was chosen before, and taken back by null', () => {
    const part = figure({}, { preset: 'ones', terms: '1 2' });
    choose(part, { terms: null, step: 3 });
    expect(part.state.options).toEqual({ preset: 'ones', step: '3' });
  });
});

describe('the state in an address', () => {
  const cell = fc.record({ grid: fc.constantFrom('x', 'weight', 'y', 'dx'), index: fc.nat(35) });
  const state: fc.Arbitrary<FigureState> = fc.record({
    options: fc.dictionary(fc.constantFrom('stride', 'padding'), fc.nat(3).map(String)),
    numbers: fc.dictionary(
      fc.constantFrom('x', 'weight', 'dy'),
      fc.dictionary(
        fc.nat(17).map(String),
        fc.double().map((value) => (Object.is(value, -0) ? 0 : value)),
        { minKeys: 1 },
      ),
    ),
    cell: fc.option(cell),
  });

  test('comes back as it was, to the last digit', () => {
    fc.assert(
      fc.property(state, (one) => {
        const query = new URLSearchParams(toParameters(one));
        const back = fromParameters((name) => query.get(name), ['stride', 'padding']);
        expect(back).toEqual({ ...one, options: { ...one.options }, numbers: { ...one.numbers } });
      }),
    );
    expect(toParameters(untouched)).toEqual({});
  });

  test('what somebody else wrote there is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (numbers, cell) => {
        const given: Record<string, string> = { numbers, cell };
        const back = fromParameters((name) => given[name] ?? null, []);
        if (back) expect(typeof fits(back, conv2d.figure.compute(conv2d.first))).toBe('boolean');
      }),
    );
    for (const numbers of ['x:0', 'x:0:', 'x:-1:2', 'x:0:1,', 'x:0:1e', '__proto__:0:1.2.3']) {
      expect(
        fromParameters((name) => (name === 'numbers' ? numbers : null), []),
        numbers,
      ).toBeNull();
    }
    const polluting = fromParameters((name) => (name === 'numbers' ? '__proto__:0:1' : null), [])!;
    expect(({} as Record<string, unknown>)[0]).toBeUndefined();
    expect(fits(polluting, conv2d.figure.compute(conv2d.first))).toBe(false);
  });

  test('fits only a figure that has its cells, and changes inputs alone', () => {
    const grids = conv2d.figure.compute(conv2d.first);
    const at = (grid: string, index: number): FigureState => ({ ...untouched, cell: { grid, index } });
    expect(fits(at('y', 31), grids)).toBe(true);
    expect(fits(at('y', 32), grids)).toBe(false);
    expect(fits(at('z', 0), grids)).toBe(false);
    expect(fits({ ...untouched, numbers: { x: { 31: 1 } } }, grids)).toBe(true);
    expect(fits({ ...untouched, numbers: { x: { 32: 1 } } }, grids)).toBe(false);
    expect(fits({ ...untouched, numbers: { y: { 0: 1 } } }, grids)).toBe(false);
  });

  test('changes the numbers that it names, and no others', () => {
    const { x, weight } = inputsOf(conv2d.first, { ...untouched, numbers: { x: { 3: -2.5 } } });
    expect(x[3]).toBe(-2.5);
    expect([...x].filter((value, i) => value !== conv2d.first.x[i])).toEqual([-2.5]);
    expect(weight).toBe(conv2d.first.weight);
  });
});

describe('sizes of a figure', () => {
  test('that can’t be are refused in the words of the operation', () => {
    expect(() => problem('conv2d', { x: '1,1,3,3', weight: '1,1,5,5' })).toThrow('conv2d: the kernel spans 5x5 pixels');
    expect(() => problem('conv2d', { x: '1,1,3,3', weight: '1,1,2,2', stride: '0' })).toThrow(
      'conv2d: stride must be a whole number ≥ 1',
    );
    expect(() => problem('conv2d', { x: '1,1,a,3', weight: '1,1,2,2' })).toThrow('x must be whole numbers');
    expect(() => problem('conv2d', { x: '1,1,999,999', weight: '1,1,2,2' })).toThrow('1000 numbers');
    expect(() => problem('relu', { x: '-2,-2' })).toThrow('at least 1');
  });
});

describe('answers', () => {
  test.each([
    ['1x10x98x98', '(1, 10, 98, 98)', true],
    ['１，１０，９８，９８', '(1, 10, 98, 98)', true],
    ['−0.5, 0.5', '-0.5, 0.5', true],
    ['1/4', '0.25', true],
    ['0,25', '0.25', false],
    ['.25', '0.25', true],
    ['2.303', '2.3026', true],
    ['2.302', '2.3026', false],
    ['2.30259', '2.3026', true],
    ['2.3', '2.3026', false],
    ['左', 'left | 左', true],
    ['Left ', 'left | 左', true],
    ['right', 'left | 左', false],
    ['', 'left | 左', false],
    ['0.3333', '1/3', true],
    ['1 2', '12', false],
  ])('‘%s’ for %s: %s', (given, answer, isRight) => {
    expect(isRightAnswer(given, answer)).toBe(isRight);
  });

  test('a number is right as a fraction, or rounded rightly to three places', () => {
    expect(isRightNumber('1/3', 1 / 3)).toBe(true);
    expect(isRightNumber('0.333', 1 / 3)).toBe(true);
    expect(isRightNumber('0.334', 1 / 3)).toBe(false);
    expect(isRightNumber('0.33', 1 / 3)).toBe(false);
    expect(isRightNumber('0', 0)).toBe(true);
    expect(isRightNumber('', 0)).toBe(false);
    expect(isRightNumber('0 0', 0)).toBe(false);
  });

  test('what is typed into a cell is a number, or not yet', () => {
    expect(['-2.5', '−2.5', '1/9', '1e-3', '-∞', 'NaN', '-', '2 3', '2x', ''].map(numberOf)).toEqual([
      ...[-2.5, -2.5, 1 / 9, 1e-3, Number.NEGATIVE_INFINITY, Number.NaN, null, null, null, null],
    ]);
  });
});
