/**
 * What is put to the test: kernels over plain arrays, or a backend's.
 *
 * Either gets each array as the middle of a larger one, filled with sentinels on both sides: what is written beside it
 * shows. A backend says by its `view` which part of a buffer the middle is; one without has no sentinels.
 */
import type { Backend } from '../backends/backend.js';
import { type Kernels, type OperationName, type Ops, ops } from '../ops/index.js';
import { type DeviceBuffer, type DType, newArray, type TypedArray } from '../tensor/tensorBackend.js';
import { Violation } from './compare.js';
import { type WasmMemory, WasmRoom } from './wasmMemory.js';

export type Pass = 'forward' | 'backward';

/** An array for a kernel, with its content before the call. The same object twice is the same memory twice. */
export interface Argument {
  readonly name: string;
  readonly values: TypedArray;
}

export interface Candidate {
  readonly name: string;
  /** Unit roundoff of its arithmetic. Default: 2⁻²⁴, rounding to nearest. */
  readonly unitRoundoff?: number;
  has(operation: OperationName, pass: Pass): boolean;
  /** Whether it takes the operation's sums apart for these sizes (Winograd), so that another bound holds. Default: never. */
  rearranges?(operation: OperationName, sizes: unknown): boolean;
  /** Runs a kernel over copies of the arrays, and gives what is in each of them afterwards. Throws a Violation if
   *  something was written beside them. */
  run(
    operation: OperationName,
    pass: Pass,
    args: readonly (Argument | null)[],
    sizes: unknown,
  ): Promise<(TypedArray | null)[]>;
  /** Starts again on a fresh device, after one that was lost or failed. Throws if there is none. Absent: it has no device. */
  recover?(): Promise<void>;
}

/** A type of arguments with Float32Array where the maths takes both widths. */
type OverFloat32<Arguments extends unknown[]> = { [I in keyof Arguments]: Exclude<Arguments[I], Float64Array> };

/** Kernels of one operation over plain arrays, with the signature that it has in `ops`. Either pass may be left out. */
export type ArrayKernel<Name extends OperationName> = {
  readonly [Pass in keyof Ops[Name]]?: Ops[Name][Pass] extends (...args: infer Arguments) => void
    ? (...args: OverFloat32<Arguments>) => void
    : never;
};

export type ArrayKernels = { readonly [Name in OperationName]?: ArrayKernel<Name> };

type AnyKernel = (...args: unknown[]) => void;

function kernelOf(kernels: unknown, operation: OperationName, pass: Pass): AnyKernel | undefined {
  return (kernels as Partial<Record<OperationName, Partial<Record<Pass, AnyKernel>>>>)[operation]?.[pass];
}

/** Elements on each side of an array: more than a lane or a tile's row, and 256 bytes, where WebGPU lets a binding begin. */
const margin = 64;
/** Exact in f32, f64 and i32, and unlikely as a result. */
const sentinel = -8765432;

/** Kernels over plain arrays. `memory`: the memory that the arrays then lie in; a kernel in WASM finds each at its `byteOffset`. */
export function arrayCandidate(kernels: ArrayKernels, name = 'arrays', memory?: WasmMemory): Candidate {
  const room = memory && new WasmRoom(memory);
  return {
    name,
    has: (operation, pass) => kernelOf(kernels, operation, pass) !== undefined,
    async run(operation, pass, args, sizes) {
      const given = [...new Set(args.filter((argument) => argument !== null))];
      const wholes = given.map(({ values }) => withMargins(values));
      const shown = room?.place(wholes) ?? (() => wholes);
      const middles = () => {
        const now = shown();
        return args.map((argument) => argument && withoutMargins(now[given.indexOf(argument)]));
      };
      kernelOf(kernels, operation, pass)!(...middles(), sizes);
      for (const [i, whole] of shown().entries()) checkMargins(given[i].name, whole);
      return middles().map((array) => (array && room ? array.slice() : array)); // the next run has the room again
    },
  };
}

/** The maths itself, in f32. */
export const reference = arrayCandidate(ops as ArrayKernels, 'reference');

function withMargins(values: TypedArray): TypedArray {
  const whole = newArray(dtypeOf(values), values.length + 2 * margin).fill(sentinel) as TypedArray;
  whole.set(values, margin);
  return whole;
}

function withoutMargins(whole: TypedArray): TypedArray {
  return whole.subarray(margin, whole.length - margin);
}

function checkMargins(name: string, whole: TypedArray): void {
  const end = whole.length - margin;
  for (let i = 0; i < margin; i++) {
    if (whole[i] !== sentinel) throw new Violation(`${name}: written ${margin - i} elements before its beginning`);
    if (whole[end + i] !== sentinel) throw new Violation(`${name}: written ${i + 1} elements past its end`);
  }
}

function dtypeOf(values: TypedArray): DType {
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Float64Array ? 'float64' : 'float32';
}

/** Kernels of one operation over a backend's buffers, with the signature that it has in `ops`. Either pass may be left out. */
export type DeviceKernel<Name extends OperationName> = Partial<Kernels<DeviceBuffer>[Name]>;

export type DeviceKernels = { readonly [Name in OperationName]?: DeviceKernel<Name> };

/** A backend's kernels over its own buffers. `own`: kernels of one's own over them, in place of all of the backend's. */
export function backendCandidate(backend: Backend, own?: DeviceKernels, name = backend.name): Candidate {
  const isGuarded = backend.view !== undefined;
  return {
    name,
    unitRoundoff: backend.unitRoundoff,
    recover: backend.recover && (() => backend.recover!()),
    // A backend owes all of them.
    has: (operation, pass) => (own ? kernelOf(own, operation, pass) !== undefined : pass in ops[operation]),
    rearranges: (operation, sizes) => !own && (backend.rearranges?.(operation, sizes) ?? false),
    async run(operation, pass, args, sizes) {
      const kernel = kernelOf(own ?? backend.kernels, operation, pass);
      if (!kernel) throw new Violation(`backend '${backend.name}' has no kernel ${operation}.${pass}`);
      const wholes = new Map<Argument, DeviceBuffer>();
      const buffers = new Map<Argument, DeviceBuffer>();
      try {
        for (const argument of args) {
          if (!argument || wholes.has(argument)) continue;
          const { values } = argument;
          const content = isGuarded ? withMargins(values) : values;
          const whole = backend.allocate(content.length, dtypeOf(values));
          wholes.set(argument, whole);
          backend.write(whole, content);
          buffers.set(argument, backend.view?.(whole, margin, values.length) ?? whole);
        }
        kernel(...args.map((argument) => argument && buffers.get(argument)), sizes);
        const results = new Map<Argument, TypedArray>();
        const reads = [...wholes].map(async ([argument, whole]) => results.set(argument, await backend.read(whole)));
        await Promise.all(reads);
        if (isGuarded) for (const [argument, whole] of results) checkMargins(argument.name, whole);
        return args.map((argument) => {
          const result = argument && results.get(argument)!;
          return result && isGuarded ? withoutMargins(result) : result;
        });
      } finally {
        for (const whole of wholes.values()) backend.free(whole);
      }
    },
  };
}
