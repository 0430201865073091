/** The steps of a walk through a graph: what was computed, one after the other; the 1 that begins the way back; the gradients that are given. */
import { written } from '../numbers.js';
import type { GraphRun } from './expressions.js';

export const list = (values: ArrayLike<number>) => Array.from(values, written).join(', ');
/** In a sum or a product a number below 0 stands in brackets. */
const factor = (value: number) => (value < 0 ? `(${written(value)})` : written(value));
const bracketed = (values: ArrayLike<number>) => (values.length > 1 ? `(${list(values)})` : factor(values[0]));

const leavesOf = ({ entries }: GraphRun) => entries.filter(({ operation }) => operation === null).length;

export const stepsOf = (run: GraphRun) => run.entries.length - leavesOf(run) + 1 + run.gifts.length;

export interface GraphState {
  readonly kind: 'leaves' | 'forward' | 'seed' | 'gift';
  /** The entry that is computed in this step, or the gift that is given. */
  readonly at: number;
  /** Entries whose value is known. */
  readonly known: ReadonlySet<number>;
  /** What has come to an entry so far. */
  readonly gradients: ReadonlyMap<number, ArrayLike<number>>;
}

export function stateAt(run: GraphRun, step: number): GraphState {
  const leaves = leavesOf(run);
  const computed = run.entries.length - leaves;
  const known = new Set(Array.from({ length: leaves + Math.min(step, computed) }, (_, i) => i));
  const gradients = new Map<number, ArrayLike<number>>();
  if (step > computed) gradients.set(run.entries.length - 1, [1]);
  const given = Math.max(0, step - computed - 1);
  for (const { to, sum } of run.gifts.slice(0, given)) gradients.set(to, sum);
  if (step === 0) return { kind: 'leaves', at: -1, known, gradients };
  if (step <= computed) return { kind: 'forward', at: leaves + step - 1, known, gradients };
  if (given === 0) return { kind: 'seed', at: run.entries.length - 1, known, gradients };
  return { kind: 'gift', at: given - 1, known, gradients };
}

/** `u = a · b = 2 · 3 = 6`. */
export function forwardStep({ entries, names }: GraphRun, at: number): string {
  const { operation, inputs, value } = entries[at];
  const call = (of: readonly string[]) => {
    if (operation === 'mul') return of.join(' · ');
    if (operation === 'add') return of.join(' + ');
    if (operation === 'sub') return of.join(' − ');
    return `${operation}(${of.join(', ')})`;
  };
  const given = inputs.map((input) => input!);
  const numbers = given.map((input) => bracketed(entries[input].value));
  return `${names[at]} = ${call(given.map((input) => names[input]))} = ${call(numbers)} = ${list(value)}`;
}

export type Rule = 'mul' | 'add' | 'sub' | 'passes' | 'stopped' | 'sum' | 'cat';

/** By which rule an operation gives a gradient, and `du = b · dv = 3 · 1 = 3`. */
export function giftStep({ entries, names, gifts }: GraphRun, at: number): { rule: Rule; sum: string } {
  const { from, input, to, gradient } = gifts[at];
  const { operation, inputs } = entries[from];
  // The sum that had come to the output before it passed it on.
  const dy = gifts.slice(0, at).findLast((gift) => gift.to === from)?.sum ?? [1];
  const d = (entry: number) => `d${names[entry]}`;
  const gives = (symbols: string, numbers: string) => {
    const same = numbers === list(gradient);
    return `${d(to)} += ${symbols} = ${same ? '' : `${numbers} = `}${list(gradient)}`;
  };
  if (operation === 'mul') {
    const other = inputs[1 - input]!;
    const sum = gives(`${names[other]} · ${d(from)}`, `${bracketed(entries[other].value)} · ${bracketed(dy)}`);
    return { rule: 'mul', sum };
  }
  if (operation === 'sub' && input === 1) return { rule: 'sub', sum: gives(`−${d(from)}`, `−${bracketed(dy)}`) };
  if (operation === 'relu') {
    // One number each in these graphs.
    const passes = entries[from].value[0] > 0;
    return passes
      ? { rule: 'passes', sum: gives(d(from), list(dy)) }
      : { rule: 'stopped', sum: gives(`0 · ${d(from)}`, `0 · ${bracketed(dy)}`) };
  }
  if (operation === 'cat') return { rule: 'cat', sum: gives(`${d(from)}[${input}]`, list(gradient)) };
  return { rule: operation === 'sum' ? 'sum' : 'add', sum: gives(d(from), list(dy)) };
}
