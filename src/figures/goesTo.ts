import { cellsIn, type Figure, type Inputs } from './figure.js';
import type { Cell, Grid } from './grid.js';

/**
 * Where a number goes: the cells of results, by grid, that it takes part in, or that looked at it in vain. What explains those cells is
 * read from its other end. Of a number that is no gradient, only the results that are none: dweight has x in it, too, and that is
 * said at dweight.
 */
export function goesTo(cell: Cell, figure: Figure, inputs: Inputs, grids: readonly Grid[]): GoesTo {
  const isGradient = grids.some((grid) => grid.name === cell.grid && grid.isGradient);
  const found = new Map<string, Map<number, 'part' | 'seen'>>();
  for (const { name, values, isInput, isGradient: isOfGradient } of grids) {
    if (isInput || (isOfGradient && !isGradient)) continue;
    for (let index = 0; index < values.length; index++) {
      const explanation = figure.explain({ grid: name, index }, inputs);
      const how = explanation && cellsIn(explanation, cell.grid).get(cell.index);
      if (how) found.set(name, (found.get(name) ?? new Map<number, 'part' | 'seen'>()).set(index, how));
    }
  }
  return found;
}

export type GoesTo = ReadonlyMap<string, ReadonlyMap<number, 'part' | 'seen'>>;
