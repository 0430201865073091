/** What a figure shows, and how it explains a number. `src/ops` computes every number: a figure never computes on its own. */
import { numel, type Shape } from '../ops/shape.js';

/** What a grid holds: colours and hatching follow it. A gradient has the hue of what it is the gradient of, on a hatched ground. */
export type Role = 'x' | 'weight' | 'y';

/** A tensor on the screen. */
export interface Grid {
  /** As in the code: `x`, `dweight`. */
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float64Array;
  readonly role: Role;
  readonly isGradient: boolean;
  /** A reader may change its numbers, and all others follow. */
  readonly isInput: boolean;
}

export interface Cell {
  readonly grid: string;
  readonly index: number;
}

/** A product of cells and of a number that isn't one, such as 1 / 4 in a mean. */
export interface Term {
  readonly cells: readonly Cell[];
  readonly factor?: { /** Empty: the number itself. */ readonly text: string; readonly value: number };
}

/** A number as the sum that made it. */
export interface Explanation {
  readonly cell: Cell;
  readonly terms: readonly Term[];
  /** Cells that it looked at, and which gave nothing: those of a window that aren't its maximum. */
  readonly alsoSeen: readonly Cell[];
  /** Where it is no sum: the function that it is, of these cells. `terms` is empty then. */
  readonly call?: { readonly name: string; readonly cells: readonly Cell[] };
}

/** The numbers that a reader chooses: by the names of the grids that are inputs. */
export type Inputs = Readonly<Record<string, Float64Array>>;

/** An operation with its sizes: what its grids are, and what each number of them is made of. */
export interface Figure {
  readonly operation: string;
  /** Grids of the inputs, in the order in which they are shown; `dy` is one of them. */
  readonly inputs: readonly Omit<Grid, 'values'>[];
  /** All grids, computed by `src/ops` in f64. */
  compute(inputs: Inputs): readonly Grid[];
  /** Null for an input. */
  explain(cell: Cell, inputs: Inputs): Explanation | null;
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

/** The cells of a grid with these indices. */
export const cellsOf = (grid: string, indices: readonly number[]): Cell[] => indices.map((index) => ({ grid, index }));

/**
 * A gradient as a sum over dy. A backward pass is linear in dy, so what it writes for a dy of 1 at one place is the number by which that
 * place is multiplied.
 */
export function sumOverDy(dyShape: Shape, index: number, backward: (dy: Float64Array) => Float64Array): Term[] {
  const factors = zeros(dyShape).map((_, i) => backward(unit(dyShape, i))[index]);
  return found(factors).map(([i, value]) => ({ cells: [{ grid: 'dy', index: i }], factor: { text: '', value } }));
}

/** What a term is, as a number. */
export function productOf(term: Term, grids: readonly Grid[]): number {
  return term.cells.reduce((product, cell) => product * valueAt(cell, grids), term.factor?.value ?? 1);
}

export function valueAt({ grid, index }: Cell, grids: readonly Grid[]): number {
  const value = grids.find(({ name }) => name === grid)?.values[index];
  if (value === undefined) throw new RangeError(`there is no ${grid}[${index}]`);
  return value;
}

/** `[0,1,2,2]`: where entry `index` is. */
export function placeOf(index: number, shape: Shape): number[] {
  const place: number[] = [];
  for (const size of [...shape].reverse()) {
    place.unshift(index % size);
    index = Math.floor(index / size);
  }
  return place;
}
