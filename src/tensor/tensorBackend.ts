/** What a tensor asks of the backend that it lives on. `backends/backend.ts` says what a backend must bring for it. */
import type { Kernels } from '../ops/index.js';
import type { Shape } from '../ops/shape.js';

/** int32 is for indices; float64 is for gradient checks, on the reference backend. */
export type DType = 'float32' | 'float64' | 'int32';
export type TypedArray = Float32Array | Float64Array | Int32Array;

/** Memory of a backend: an array, an address, a GPU buffer. Only that backend knows what is in it. */
export interface DeviceBuffer {
  /** Elements. */
  readonly length: number;
  readonly byteLength: number;
}

/** Values that a backend has put aside on its device, outside of all tensors' buffers. */
export interface Parked {
  read(): Promise<TypedArray>;
  /** Copies the values into a buffer. */
  restore(to: DeviceBuffer): void;
  /** Says that they aren't needed any more. */
  release(): void;
}

export interface TensorBackend {
  readonly name: string;
  readonly kernels: Kernels<DeviceBuffer>;
  /** Closed backends have given their memory back; their tensors can't be used. */
  readonly closed: boolean;
  /** A buffer of undefined content, from the pool if it has one. */
  allocate(length: number, dtype: DType): DeviceBuffer;
  /** Returns a buffer to the pool. */
  free(buffer: DeviceBuffer): void;
  write(buffer: DeviceBuffer, values: TypedArray): void;
  /** A copy of the content, once all that was asked before is done. */
  read(buffer: DeviceBuffer): Promise<TypedArray>;
  /** The same without waiting, on backends that can. */
  readSync?(buffer: DeviceBuffer): TypedArray;
  /** On backends whose memory JavaScript's collector can't see: an array for a new tensor to hold, which shows it how large the
   *  tensor is. */
  takeBallast?(): ArrayBuffer | null;
  /** Puts the number of a one-element buffer aside, on backends that can't read it without waiting. */
  park?(buffer: DeviceBuffer): Parked;
  /** On a backend that writes down what a network does: told of every operation, right after its forward kernel has run. */
  ran?(operation: RunOperation, y: OperandTensor): void;
}

/** A tensor as an operand: what it shows, in which shape. */
export interface OperandTensor {
  readonly shape: Shape;
  readonly buffer: DeviceBuffer;
}

/** An operation with what it read; see `Operation` in `tensor.ts`. */
export interface RunOperation {
  readonly name: string;
  readonly inputs: readonly (OperandTensor | null)[];
  readonly constants?: readonly (OperandTensor | null)[];
}

/** A clear word to whoever forgets the `await` of `createBackend`. */
export function requireBackend(operation: string, backend: unknown): void {
  if (typeof (backend as TensorBackend | null)?.kernels === 'object') return;
  const what = backend instanceof Promise ? 'a promise: await createBackend(…)' : String(backend);
  throw new TypeError(`${operation}: backend must be what createBackend gives, but is ${what}`);
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array };

/** The values as an array of that type: the very same if they are one already. */
export function typedArray(dtype: DType, values: ArrayLike<number>): TypedArray {
  return values instanceof arrays[dtype] ? values : arrays[dtype].from(values);
}

/** Zeros. */
export function newArray(dtype: DType, length: number): TypedArray {
  return new arrays[dtype](length);
}
