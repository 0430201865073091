/** What a figure shows, and how it explains a number. `src/ops` computes every number: a figure never computes on its own. */
import { numel, type Shape } from '../ops/shape.js';
import { cellsOf, type Expression } from './expression.js';
import type { Cell, Grid } from './grid.js';

/** Why a number is what it is, where the sum alone doesn't say it. */
export type Reason =
  | 'largest'
  | 'firstOfEqual'
  | 'paid'
  | 'notPaid'
  | 'passes'
  | 'stopped'
  | 'kept'
  | 'dropped'
  | 'border'
  | 'shown'
  | 'cut'
  | 'forks'
  | 'joins'
  | 'shares'
  | 'steepness'
  | 'largestTaken'
  | 'otherScores'
  | 'threePaths'
  | 'rightClass'
  | 'otherClass'
  | 'ignored'
  | 'clipped'
  | 'notClipped';

/** A number, and what it was made of. */
export interface Explanation {
  readonly cell: Cell;
  /** The number written out. A sum of no terms is 0: nothing met here. */
  readonly expression: Expression;
  /** Cells that were looked at, and gave nothing: those of a window that aren't its maximum. They may stand in the expression. */
  readonly alsoSeen: readonly Cell[];
  readonly reason?: Reason;
}

/** The numbers that a reader chooses, by the names of the grids that are inputs. Other numbers are other inputs: they don't change in place. */
export type Inputs = Readonly<Record<string, Float64Array>>;

/** An operation with its sizes: what its grids are, and what each number of them is made of. */
export interface Figure {
  readonly operation: string;
  /** Grids of the inputs, in the order in which they are shown; `dy` is one of them. */
  readonly inputs: readonly Omit<Grid, 'values'>[];
  /** The name of the grid that the operation is about: `y`, `loss`, `newParam`. */
  readonly result: string;
  /** All grids, computed by `src/ops` in f64. */
  compute(inputs: Inputs): readonly Grid[];
  /** Null for an input. */
  explain(cell: Cell, inputs: Inputs): Explanation | null;
}

/** The cells of a grid that an explanation is about: those that take part, and those that were only looked at. */
export function cellsIn(explanation: Explanation, grid: string): Map<number, 'part' | 'seen'> {
  const cells = new Map<number, 'part' | 'seen'>();
  for (const cell of cellsOf(explanation.expression)) if (cell.grid === grid) cells.set(cell.index, 'part');
  for (const cell of explanation.alsoSeen) if (cell.grid === grid) cells.set(cell.index, 'seen');
  return cells;
}

export const zeros = (shape: Shape): Float64Array => new Float64Array(numel(shape));

/** 1 at one place, 0 elsewhere. */
export function unit(shape: Shape, index: number): Float64Array {
  const values = zeros(shape);
  values[index] = 1;
  return values;
}

/** 1, 2, 3 …: each place has its number, from 1. What an operation that only adds products makes of them says which places met. */
export const numbered = (shape: Shape): Float64Array => zeros(shape).map((_, i) => i + 1);

/** The numbers in the places: [place, number] of those that aren't 0. */
export function found(values: Float64Array): [index: number, value: number][] {
  return [...values.entries()].filter(([, value]) => value !== 0);
}
