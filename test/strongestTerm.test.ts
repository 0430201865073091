/** What gave most to a number, for whoever walks back through a network. */
import { expect, test } from 'vitest';
import { figures, strongestTerm } from '../src/figures/index.js';

/** The largest term of y[index]: the cell of x in it, and its value. */
function strongest(
  figure: ReturnType<(typeof figures)[keyof typeof figures]>,
  given: Readonly<Record<string, readonly number[]>>,
  index = 0,
) {
  const inputs = Object.fromEntries(Object.entries(given).map(([name, values]) => [name, Float64Array.from(values)]));
  const found = strongestTerm(figure.explain({ grid: 'y', index }, inputs)!, figure.compute(inputs));
  return found && { cell: found.cell, value: found.value };
}

test('it is the largest, not the one farthest from 0, and no bias', () => {
  const given = { x: [1, 2, 3], weight: [-9, 2, 1], bias: [100], dy: [0] };
  expect(strongest(figures.linear([1, 3], [1, 3]), given)).toEqual({ cell: { grid: 'x', index: 1 }, value: 4 });
});

test('of a window it is the maximum, not what was looked at in vain; of equal ones the first', () => {
  const pooling = figures.maxPool2d([1, 1, 2, 2], 2);
  expect(strongest(pooling, { x: [1, 7, 3, 7], dy: [0] })).toEqual({ cell: { grid: 'x', index: 1 }, value: 7 });
});

test('a shortcut is a term like the other', () => {
  const sum = figures.add([2], [2]);
  expect(strongest(sum, { a: [1, 5], b: [2, 4], dy: [0, 0] }, 1)).toEqual({ cell: { grid: 'a', index: 1 }, value: 5 });
});

test('ReLU stops a number: nothing gave anything to it', () => {
  expect(strongest(figures.relu([2]), { x: [-1, 2], dy: [0, 0] })).toBeNull();
  expect(strongest(figures.relu([2]), { x: [-1, 2], dy: [0, 0] }, 1)?.cell).toEqual({ grid: 'x', index: 1 });
});
