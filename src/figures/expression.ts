/**
 * A number written out: a small tree of cells, numbers and the rules that join them. What a page writes and what a test evaluates are
 * both read from it.
 */
import { type Cell, type Grid, valueAt } from './grid.js';

/** What a rule makes of the numbers that it joins. */
const rules = {
  sum: (...terms: number[]) => terms.reduce((all, term) => all + term, 0),
  product: (...factors: number[]) => factors.reduce((all, factor) => all * factor, 1),
  minus: (a: number) => -a,
  quotient: (a: number, b: number) => a / b,
  power: (a: number, b: number) => a ** b,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  max: Math.max,
  min: Math.min,
} as const;

export type Rule = keyof typeof rules;

/** What a term of a sum is: the three paths of a gradient through a batch norm. */
export type Note = 'throughX' | 'throughMean' | 'throughVariance' | 'throughNeighbours';

export interface CellOf {
  readonly kind: 'cell';
  readonly cell: Cell;
}

export interface NumberOf {
  readonly kind: 'number';
  readonly value: number;
  /** As the equation calls it: `eps`, `lr`. */
  readonly name?: string;
}

export interface Joined {
  readonly kind: Rule;
  readonly of: readonly Expression[];
  readonly note?: Note;
}

export type Expression = CellOf | NumberOf | Joined;

/** What a number may be written as where an expression is wanted. */
type Given = Expression | number;

const expressionOf = (given: Given): Expression =>
  typeof given === 'number' ? { kind: 'number', value: given } : given;
const joined =
  (kind: Rule) =>
  (...of: Given[]): Joined => ({ kind, of: of.map(expressionOf) });

export const cell = (grid: string, index: number): CellOf => ({ kind: 'cell', cell: { grid, index } });
export const number = (value: number, name: string): NumberOf => ({ kind: 'number', value, name });
/** A sum of one term is that term. */
export const sum = (...terms: Given[]): Expression =>
  terms.length === 1 ? expressionOf(terms[0]) : joined('sum')(...terms);
export const product = joined('product');
export const minus = joined('minus');
export const quotient = joined('quotient');
export const power = joined('power');
export const square = (base: Given): Joined => power(base, 2);
export const exp = joined('exp');
export const log = joined('log');
export const sqrt = joined('sqrt');
export const tanh = joined('tanh');
export const max = joined('max');
export const min = joined('min');
/** a − b */
export const difference = (a: Given, b: Given): Expression => sum(a, minus(b));

/** Nothing met: 0. */
export const nothing: Expression = sum();

/** The terms that an expression is the sum of: itself, if it is no sum. */
export function termsOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'sum' && 'of' in expression ? expression.of : [expression];
}

/** Every cell and named number of an expression, in the order in which they are written. */
export function leavesOf(expression: Expression): (CellOf | NumberOf)[] {
  return 'of' in expression ? expression.of.flatMap(leavesOf) : [expression];
}

export function cellsOf(expression: Expression): Cell[] {
  return leavesOf(expression).flatMap((leaf) => (leaf.kind === 'cell' ? [leaf.cell] : []));
}

/** What an expression comes to. */
export function evaluate(expression: Expression, grids: readonly Pick<Grid, 'name' | 'values'>[]): number {
  if (expression.kind === 'cell') return valueAt(expression.cell, grids);
  if (expression.kind === 'number') return expression.value;
  const rule: (...numbers: number[]) => number = rules[expression.kind];
  return rule(...expression.of.map((part) => evaluate(part, grids)));
}
