/** What a reader has changed in a figure, as one value, and as a part of an address. */
import type { Cell, Grid, Inputs } from 'receptive/figures';

export interface FigureState {
  /** Attributes of the element that were chosen otherwise: `stride`, `preset`. */
  readonly options: Readonly<Record<string, string>>;
  /** Numbers that were changed: by their grid, then by their index. */
  readonly numbers: Readonly<Record<string, Readonly<Record<number, number>>>>;
  /** The cell that is explained. Null: the first one of the result. */
  readonly cell: Cell | null;
}

export const untouched: FigureState = { options: {}, numbers: {}, cell: null };

/**
 * Only what differs from an untouched figure: `stride=2`, `numbers=x:6:-2.5,dy:0:3` and `cell=y:4`. An index counts all numbers of a
 * grid, row by row, from 0.
 */
export function toParameters({ options, numbers, cell }: FigureState): Record<string, string> {
  const changed = Object.entries(numbers).flatMap(([grid, values]) =>
    Object.entries(values).map(([index, value]) => `${grid}:${index}:${value}`),
  );
  return {
    ...options,
    ...(changed.length > 0 && { numbers: changed.join(',') }),
    ...(cell && { cell: `${cell.grid}:${cell.index}` }),
  };
}

/** What an address says. `optionNames` are the attributes that may be chosen. Null: it isn't such a state. */
export function fromParameters(
  get: (name: string) => string | null,
  optionNames: readonly string[],
): FigureState | null {
  const options = Object.fromEntries(
    optionNames.map((name) => [name, get(name)] as const).filter((one): one is [string, string] => one[1] !== null),
  );
  const changed = new Map<string, [index: string, value: number][]>();
  for (const change of get('numbers')?.split(',') ?? []) {
    const match = /^(\w+):(\d{1,6}):(-?(?:[\d.]+(?:e[-+]?\d+)?|Infinity)|NaN)$/.exec(change);
    if (!match || (match[3] !== 'NaN' && Number.isNaN(Number(match[3])))) return null;
    const [, grid, index, value] = match;
    changed.set(grid, [...(changed.get(grid) ?? []), [index, Number(value)]]);
  }
  const place = get('cell');
  const match = place === null ? null : /^([^:,]+):(\d{1,6})$/.exec(place);
  if (place !== null && !match) return null;
  const numbers = Object.fromEntries([...changed].map(([grid, values]) => [grid, Object.fromEntries(values)]));
  return { options, numbers, cell: match && { grid: match[1], index: Number(match[2]) } };
}

/** Whether a figure has the cells that a state speaks of, and lets its reader change those numbers. */
export function fits({ numbers, cell }: FigureState, grids: readonly Grid[]): boolean {
  const has = (name: string, index: number) => grids.some((grid) => grid.name === name && index < grid.values.length);
  const isInput = (name: string) => grids.some((grid) => grid.name === name && grid.isInput);
  const changed = Object.entries(numbers);
  return (
    (cell === null || has(cell.grid, cell.index)) &&
    changed.every(([name, values]) => isInput(name) && Object.keys(values).every((index) => has(name, Number(index))))
  );
}

/** The numbers with the changes in them. */
export function inputsOf(first: Inputs, { numbers }: FigureState): Inputs {
  return Object.fromEntries(
    Object.entries(first).map(([grid, values]) => {
      const changes = Object.entries(numbers[grid] ?? {});
      if (changes.length === 0) return [grid, values];
      const changed = values.slice();
      for (const [index, value] of changes) changed[Number(index)] = value;
      return [grid, changed];
    }),
  );
}
