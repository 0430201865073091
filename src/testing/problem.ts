/**
 * A problem: the arguments of one kernel call. Its arrays follow from a kind and a seed and aren't drawn element by
 * element, so that drawing is fast, a failing problem shrinks in its sizes, and three lines of print repeat it.
 */
import { formatShape, numel, type Shape } from '../ops/shape.js';
import type { TypedArray } from '../tensor/tensorBackend.js';

/**
 * What the numbers are like:
 *   'uniform'     −1 … 1
 *   'integers'    −3 … 3: ties, zeros, and sums that are exact
 *   'cancelling'  about ±1000 in turn: sums much smaller than their terms, and e^x far outside f32
 *   'distinct'    a shuffled grid in −1 … 1 without 0: a small step neither crosses a kink nor makes a tie
 *   'constant'    the same number everywhere, and not a small one: what is left of it after a subtraction is 0
 *   'offset'      a large number, a little more or less: means are large, and deviations small
 *   'scaled'      'uniform', times 2¹⁰⁰ in the first array and 2⁻¹⁰⁰ in the second: products are usual again
 *   'denormal'    'uniform' times 2⁻¹⁴⁰: as good as 0
 *   'special'     'integers' with NaN, ±∞ and −0 among them, for what only selects or moves values
 */
export type Kind =
  | 'uniform'
  | 'integers'
  | 'cancelling'
  | 'distinct'
  | 'constant'
  | 'offset'
  | 'scaled'
  | 'denormal'
  | 'special';

/** Draws one array's elements in their order, where the kind doesn't say how. `random` gives 0 ≤ r < 1. */
export type Fill = (random: () => number, i: number) => number;

export interface ArraySpec {
  readonly shape: Shape;
  readonly fill?: Fill;
  readonly int32?: boolean;
}

/** Arrays by the names of the kernel's parameters; null for an optional one that isn't given. */
export type Inputs = Readonly<Record<string, Float32Array | Int32Array | null>>;

/** A problem without its numbers. */
export interface Draft<Sizes> {
  readonly arrays: Readonly<Record<string, ArraySpec | null>>;
  /** The options that the sizes are made from, where a law is about that. */
  readonly options?: { readonly ceilMode?: boolean; readonly padding?: unknown };
  /** The operation's sizes and options. They may depend on the content of an array: a target must be a class. */
  sizes(inputs: Inputs): Sizes;
}

export interface Numbers {
  readonly kind: Kind;
  readonly seed: number;
}

export interface Problem<Sizes = unknown> extends Numbers {
  readonly draft: Draft<Sizes>;
  readonly inputs: Inputs;
  readonly sizes: Sizes;
}

/** Fills in the numbers. */
export function problem<Sizes>(draft: Draft<Sizes>, { kind, seed }: Numbers): Problem<Sizes> {
  const random = generator(seed);
  const inputs = Object.fromEntries(
    Object.entries(draft.arrays).map(([name, spec], at) => [name, spec && drawArray(spec, kind, random, at)]),
  );
  return { draft, kind, seed, inputs, sizes: draft.sizes(inputs) };
}

/** The same sizes with other numbers. */
export function withNumbers<Sizes>(p: Problem<Sizes>, numbers: Partial<Numbers>): Problem<Sizes> {
  return problem(p.draft, { kind: p.kind, seed: p.seed, ...numbers });
}

/** The same problem with some arrays replaced. */
export function withInputs<Sizes>(p: Problem<Sizes>, inputs: Inputs): Problem<Sizes> {
  return { ...p, inputs: { ...p.inputs, ...inputs } };
}

export const ordinary: readonly Kind[] = ['uniform', 'integers', 'cancelling'];

/** For sums, and for what is subtracted from each other. */
export const withOffsets: readonly Kind[] = [...ordinary, 'constant', 'offset'];

/** For sums of products. */
export const withScales: readonly Kind[] = [...ordinary, 'scaled', 'denormal'];

/** A float array like the inputs of p, for what a law needs besides them; another `stream`, other numbers. */
export function drawLike(p: Problem, length: number, stream: number): Float32Array {
  const isUsual = p.kind !== 'special' && p.kind !== 'scaled';
  return drawArray(
    { shape: [length] },
    isUsual ? p.kind : 'uniform',
    generator(p.seed + 0x9e3779b9 * stream),
  ) as Float32Array;
}

/** All that the problem is, in two or three lines. */
export function describe(p: Problem): string {
  const sizes = Object.entries(p.sizes ?? {}).map(([name, size]) => `${name} ${JSON.stringify(size)}`);
  return [
    `arrays  ${arraysOf(p)}`,
    ...(sizes.length ? [`sizes   ${sizes.join(', ')}`] : []),
    `numbers '${p.kind}' of seed ${p.seed}`,
  ].join('\n');
}

/** Its arrays and numbers, in part of a line. */
export function outline(p: Problem): string {
  return `${arraysOf(p)}, numbers '${p.kind}' of seed ${p.seed}`;
}

function arraysOf(p: Problem): string {
  return Object.entries(p.draft.arrays)
    .map(([name, spec]) => `${name} ${spec ? formatShape(spec.shape) : 'null'}`)
    .join(', ');
}

/** `at`: the array's place among the problem's. */
function drawArray(
  { shape, fill, int32 }: ArraySpec,
  kind: Kind,
  random: () => number,
  at = 0,
): Float32Array | Int32Array {
  const length = numel(shape);
  const array = int32 ? new Int32Array(length) : new Float32Array(length);
  if (fill) for (let i = 0; i < length; i++) array[i] = fill(random, i);
  else drawKind(array, kind, random, at);
  return array;
}

const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];

/** Numbers with many digits, from small to beyond what f32 can count. */
const offsets = [0.1, 100, -1e4, -3e5, 16777217, 1e10];

function drawKind(array: TypedArray, kind: Kind, random: () => number, at: number): void {
  const uniform = (scale: number, centre = 0) => {
    for (let i = 0; i < array.length; i++) array[i] = centre + scale * (2 * random() - 1);
  };
  const offset = () => offsets[Math.floor(random() * offsets.length)];
  const integer = () => Math.floor(random() * 7) - 3;
  switch (kind) {
    case 'uniform':
      uniform(1);
      break;
    case 'constant':
      array.fill(offset());
      break;
    case 'offset':
      uniform(0.1, offset());
      break;
    case 'scaled':
      uniform([2 ** 100, 2 ** -100][at] ?? 1);
      break;
    case 'denormal':
      uniform(2 ** -140);
      break;
    case 'integers':
      for (let i = 0; i < array.length; i++) array[i] = integer();
      break;
    case 'cancelling':
      for (let i = 0; i < array.length; i++) array[i] = (i % 2 === 0 ? 1000 : -1000) + random();
      break;
    case 'special':
      for (let i = 0; i < array.length; i++) array[i] = specials[Math.floor(random() * 20)] ?? integer();
      break;
    case 'distinct':
      for (let i = 0; i < array.length; i++) {
        const j = Math.floor(random() * (i + 1)); // shuffled as it grows: i goes where j was, and j to the end
        array[i] = array[j];
        array[j] = i;
      }
      for (let i = 0; i < array.length; i++) array[i] = (2 * array[i] + 1.5) / array.length - 1;
  }
}

/** Mulberry32 by Tommy Ettinger, cut to 24 bits so that its numbers are exact in f32. */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 8) / 2 ** 24;
  };
}
