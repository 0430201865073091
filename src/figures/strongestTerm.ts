import { cellsOf, type Expression, evaluate, termsOf } from './expression.js';
import type { Explanation } from './figure.js';
import type { Cell, Grid } from './grid.js';

/** What gave most to a number, and how much that was. */
export interface StrongestTerm {
  /** A term of the sum that the number is: `weight[7] · x[7]`. */
  readonly expression: Expression;
  /** Of an x that was read, not of a weight. */
  readonly cell: Cell;
  readonly value: number;
}

/**
 * The largest term of a number that has an x in it; of equal ones the first. A bias is no such term, and neither is a number that was
 * looked at in vain, as those of a window that aren't its maximum. Null: there is none, as for a number that ReLU stopped.
 */
export function strongestTerm({ expression, alsoSeen }: Explanation, grids: readonly Grid[]): StrongestTerm | null {
  const isX = ({ grid }: Cell) => grids.some(({ name, role }) => name === grid && role === 'x');
  const isInVain = ({ grid, index }: Cell) => alsoSeen.some((cell) => cell.grid === grid && cell.index === index);
  let strongest: StrongestTerm | null = null;
  for (const term of termsOf(expression)) {
    const cell = cellsOf(term).find((one) => isX(one) && !isInVain(one));
    if (!cell) continue;
    const value = evaluate(term, grids);
    if (!strongest || value > strongest.value) strongest = { expression: term, cell, value };
  }
  return strongest;
}
