/** Running a problem: the maths in f64, and the candidate in f32. */
import { ops } from '../ops/index.js';
import type { TypedArray } from '../tensor/tensorBackend.js';
import { type Budget, exact as exactly } from './budget.js';
import type { Argument, Candidate } from './candidate.js';
import type { Arrays, OperationCase, Parameters } from './case.js';
import { type Compare, compareUntouched } from './compare.js';
import { drawLike, generator, type Problem } from './problem.js';

/** A candidate for one operation. */
export interface Subject {
  readonly operation: OperationCase;
  readonly candidate: Candidate;
  /** Unit roundoff. */
  readonly u: number;
  readonly compare: Compare;
}

type Results = Record<string, TypedArray>;
export type MaybeArrays = Readonly<Record<string, TypedArray | null>>;
type AnyKernel = (...args: unknown[]) => void;

/** What a parameter of this name holds is indices, and not numbers to compute with. */
const isInt32 = (name: string) => name === 'indices';

/** Float arrays in f64. */
export function widened(arrays: MaybeArrays): Arrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, a]) => [name, a instanceof Float32Array ? Float64Array.from(a) : a]),
  ) as Arrays;
}

/** The maths' forward pass in f64: every array that it writes. */
export function exactForward(c: OperationCase, given: Arrays, s: unknown): Arrays {
  const lengths = c.outputs(given, s);
  const written = c.forward.writes.map((name) => {
    if (name in lengths) return isInt32(name) ? new Int32Array(lengths[name]) : new Float64Array(lengths[name]);
    return given[name]?.slice() ?? null;
  });
  (ops[c.operation].forward as AnyKernel)(...written, ...c.forward.reads.map((name) => given[name] ?? null), s);
  return named(c.forward.writes, written) as Arrays;
}

/** The maths' backward pass in f64: every gradient. `given` has the inputs, the results of forward that it reads, and dy. */
export function exactBackward(c: OperationCase, given: Arrays, s: unknown): Arrays {
  const gradients = c.backward!.writes.map((name) =>
    given[name.slice(1)] ? new Float64Array(given[name.slice(1)].length) : null,
  );
  backwardOf(c)(...gradients, ...c.backward!.reads.map((name) => given[name] ?? null), s);
  return named(c.backward!.writes, gradients) as Arrays;
}

function backwardOf(c: OperationCase): AnyKernel {
  return (ops[c.operation] as unknown as { backward: AnyKernel }).backward;
}

/** What a pass owes, and how closely. */
interface Owed {
  readonly exact: Arrays;
  readonly budget: Readonly<Record<string, Budget>>;
}

/** What forward owes for this problem, and how closely. */
export function owedForward({ operation: c, candidate, u }: Subject, p: Problem): Owed {
  const s = p.sizes;
  const isRearranged = rearranged(c, candidate, s);
  return remembered(p, `forward ${u} ${isRearranged}`, () => {
    const given = widened(p.inputs);
    const exact = remembered(p, 'forward', () => exactForward(c, given, s));
    return { exact, budget: tabulated(exact, c.budget({ given, exact, s, u, rearranged: isRearranged })) };
  });
}

const memory = new WeakMap<object, Map<string, unknown>>();

/** Computed once for each object, such as a problem, and kept as long as that is: the maths owes every candidate the same. */
export function remembered<T>(of: object, what: string, compute: () => T): T {
  let known = memory.get(of);
  if (!known) {
    known = new Map();
    memory.set(of, known);
  }
  if (!known.has(what)) known.set(what, compute());
  return known.get(what) as T;
}

/** Budgets that are computed once for each element. */
function tabulated(exact: Arrays, budgets: Readonly<Record<string, Budget>>): Record<string, Budget> {
  const tables = Object.entries(budgets).map(([name, budget]): [string, Budget] => {
    if (budget === exactly) return [name, budget];
    const table = new Float64Array(exact[name]?.length ?? 0).map((_, i) => budget(i));
    return [name, (i) => table[i]];
  });
  return Object.fromEntries(tables);
}

function rearranged({ operation }: OperationCase, candidate: Candidate, s: unknown): boolean {
  return candidate.rearranges?.(operation, s) ?? false;
}

/** The gradient of what forward writes first is called `dy`, after it. */
export const dyName = (c: OperationCase) => `d${c.forward.writes[0]}`;

/** All that backward may read, as f32: the inputs, the results of the maths' forward pass, and a drawn dy. */
export function backwardGiven(c: OperationCase, p: Problem): MaybeArrays {
  return remembered(p, 'given to backward', () => drawBackward(c, p));
}

function drawBackward(c: OperationCase, p: Problem): MaybeArrays {
  const results = remembered(p, 'forward', () => exactForward(c, widened(p.inputs), p.sizes));
  const stored = Object.fromEntries(
    Object.entries(results).map(([name, a]) => [name, a instanceof Float64Array ? Float32Array.from(a) : a]),
  );
  const dy = drawLike(p, results[c.forward.writes[0]].length, 1);
  return { ...stored, ...p.inputs, [dyName(c)]: dy };
}

/** What backward owes for this problem, and how closely. */
export function owedBackward({ operation: c, candidate, u }: Subject, given: MaybeArrays, s: unknown): Owed {
  const isRearranged = rearranged(c, candidate, s);
  return remembered(given, `backward ${u} ${isRearranged}`, () => {
    const wide = widened(given);
    const exact = remembered(given, 'backward', () => exactBackward(c, wide, s));
    const budget = c.gradientBudget!({ given: wide, exact, s, u, rearranged: isRearranged });
    return { exact, budget: tabulated(exact, budget) };
  });
}

/** The gradients that exist for this problem. */
export function gradientNames(c: OperationCase, p: Problem): string[] {
  return c.backward!.writes.filter((name) => p.inputs[name.slice(1)]);
}

/** Some of the gradients, at least one: which ones follows from the problem's seed. */
export function drawnGradients(c: OperationCase, p: Problem): string[] {
  const names = gradientNames(c, p);
  const random = generator(p.seed + 1);
  const some = names.filter(() => random() < 0.5);
  return some.length ? some : names;
}

/** What forward is called with, in its order. Outputs hold NaN. */
export function forwardArguments(c: OperationCase, p: Problem): (Argument | null)[] {
  const lengths = c.outputs(p.inputs as unknown as Arrays, p.sizes);
  const written = c.forward.writes.map((name) => (name in lengths ? garbage(name, lengths[name]) : p.inputs[name]));
  return args(c.forward, written, p.inputs);
}

/** What backward is called with, for the gradients in `wanted`; the others are null. */
export function backwardArguments(
  c: OperationCase,
  given: MaybeArrays,
  wanted: readonly string[],
): (Argument | null)[] {
  const written = c.backward!.writes.map((name) =>
    wanted.includes(name) ? garbage(name, given[name.slice(1)]!.length) : null,
  );
  return args(c.backward!, written, given);
}

function args({ writes, reads }: Parameters, written: readonly (TypedArray | null)[], given: MaybeArrays) {
  const values = [...written, ...reads.map((name) => given[name] ?? null)];
  return [...writes, ...reads].map((name, i) => {
    const array = values[i];
    return array && { name, values: array };
  });
}

/** The candidate's forward pass. What it reads is checked to be untouched. */
export async function runForward({ operation: c, candidate }: Subject, p: Problem): Promise<Results> {
  const before = forwardArguments(c, p);
  return results(c.forward, before, await candidate.run(c.operation, 'forward', before, p.sizes));
}

/** The candidate's backward pass, for the gradients in `wanted`. */
export async function runBackward(
  { operation: c, candidate }: Subject,
  given: MaybeArrays,
  wanted: readonly string[],
  s: unknown,
): Promise<Results> {
  const before = backwardArguments(c, given, wanted);
  return results(c.backward!, before, await candidate.run(c.operation, 'backward', before, s));
}

function results(
  { writes }: Parameters,
  before: readonly (Argument | null)[],
  after: readonly (TypedArray | null)[],
): Results {
  before.forEach((argument, i) => {
    if (argument && i >= writes.length) compareUntouched(argument.name, after[i]!, argument.values);
  });
  return named(writes, after.slice(0, writes.length)) as Results;
}

function garbage(name: string, length: number): TypedArray {
  return isInt32(name) ? new Int32Array(length).fill(-987654321) : new Float32Array(length).fill(Number.NaN);
}

/** Leaves out what is null. */
function named<T>(names: readonly string[], arrays: readonly (T | null)[]): Record<string, T> {
  return Object.fromEntries(names.flatMap((name, i) => (arrays[i] ? [[name, arrays[i]]] : [])));
}
