/** What PyTorch's files compute with whole numbers before a network's first image: shapes, and the widths of borders. */
import { numel, type Shape } from '../../ops/shape.js';
import type { Integers } from './values.js';

/** Shapes have a few sizes; a hostile file could ask for any number of them. */
const MOST_INTEGERS = 2 ** 16;

/** A list of whole numbers. */
export function listOf(integers: readonly number[]): Integers {
  return { integers, shape: [integers.length] };
}

/** Lists one behind the other. Throws a RangeError if they are longer than any shape. */
export function joined(lists: readonly Integers[]): Integers {
  checkCount(lists.reduce((sum, { integers }) => sum + integers.length, 0));
  return listOf(lists.flatMap(({ integers }) => integers));
}

/** The same number everywhere. Throws a RangeError if there are more of them than in any shape. */
export function filled(value: number, shape: Shape): Integers {
  checkCount(numel(shape));
  return { integers: new Array<number>(numel(shape)).fill(value), shape };
}

function checkCount(count: number): void {
  if (!(count <= MOST_INTEGERS)) throw new RangeError(`onnx: ${count} whole numbers are too many for a shape`);
}

/** The same numbers in another shape; one size may be −1. Throws a RangeError if it has another number of elements. */
export function reshaped({ integers }: Integers, target: Shape): Integers {
  const known = numel(target.filter((size) => size !== -1));
  const shape = target.map((size) => (size === -1 ? integers.length / known : size));
  if (numel(shape) !== integers.length)
    throw new RangeError(`onnx: ${integers.length} numbers can't become (${target.join(', ')})`);
  return { integers, shape };
}

/** The columns of a matrix as rows. */
export function transposed({ integers, shape: [rows, columns] }: Integers): Integers {
  const turned = integers.map((_, i) => integers[(i % rows) * columns + Math.floor(i / rows)]);
  return { integers: turned, shape: [columns, rows] };
}

/** Every `step`-th row, or number, from `start` to before `end`, as Python's [start:end:step] has them. */
export function sliced(
  { integers, shape: [rows, ...rest] }: Integers,
  start: number,
  end: number,
  step: number,
): Integers {
  const [least, most] = step < 0 ? [-1, rows - 1] : [0, rows];
  const place = (i: number) => Math.min(Math.max(i < 0 ? i + rows : i, least), most);
  const picked: number[] = [];
  for (let row = place(start); step < 0 ? row > place(end) : row < place(end); row += step) picked.push(row);
  const length = numel(rest);
  const values = picked.flatMap((row) => integers.slice(row * length, (row + 1) * length));
  return { integers: values, shape: [picked.length, ...rest] };
}
