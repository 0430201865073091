/** The trace backend: it computes nothing, and writes down which operations a network asks for, on which tensors, with which options. So a
 *  network can be written to a file that isn't JavaScript. */
import { type Kernels, type OperationName, operationNames } from '../../ops/index.js';
import type { Shape } from '../../ops/shape.js';
import type { DeviceBuffer, DType, OperandTensor, RunOperation, TypedArray } from '../../tensor/tensorBackend.js';
import { Backend } from '../backend.js';

/** An operation that was asked for. */
export interface TracedCall {
  readonly name: OperationName;
  readonly inputs: readonly (Operand | null)[];
  /** What else it reads, as an operation of `tensor.ts` does. */
  readonly constants: readonly (Operand | null)[];
  /** What its kernel was given as sizes and options: its last argument. */
  readonly sizes: unknown;
  readonly y: Operand;
}

/** A tensor's memory, and the shape in which it was shown: views of one tensor have the same memory. */
export interface Operand {
  readonly memory: TracedMemory;
  readonly shape: Shape;
}

export interface TracedMemory extends DeviceBuffer {
  readonly dtype: DType;
  /** What was written to it; null if an operation makes its content, or nobody has said it. */
  values: TypedArray | null;
}

export class TraceBackend extends Backend {
  override readonly name = 'trace';
  override readonly dtypes = ['float32', 'int32'] as const;
  override readonly kernels: Kernels<DeviceBuffer>;
  readonly calls: TracedCall[] = [];
  #sizes: unknown;

  constructor() {
    super();
    const forward = (...args: unknown[]) => {
      this.#sizes = args.at(-1);
    };
    const backward = () => {
      throw new Error("trace: backward() can't be followed, only a forward pass can");
    };
    const passes = { forward, backward };
    this.kernels = Object.fromEntries(operationNames.map((name) => [name, passes])) as Record<
      OperationName,
      typeof passes
    >;
  }

  ran({ name, inputs, constants = [] }: RunOperation, y: OperandTensor): void {
    const seen = (tensor: OperandTensor | null) => tensor && operandOf(tensor);
    const operands = { inputs: inputs.map(seen), constants: constants.map(seen) };
    this.calls.push({ name: name as OperationName, ...operands, sizes: this.#sizes, y: operandOf(y) });
  }

  /** Nothing is pooled: memory stands for the tensor that it was made for. */
  override allocate(length: number, dtype: DType): TracedMemory {
    return this.create(length, dtype);
  }

  override free(): void {}

  protected override create(length: number, dtype: DType): TracedMemory {
    return { length, byteLength: 4 * length, dtype, values: null };
  }

  protected override destroy(): void {}

  override write(buffer: DeviceBuffer, values: TypedArray): void {
    (buffer as TracedMemory).values = values.slice();
  }

  override async read(buffer: DeviceBuffer): Promise<TypedArray> {
    return this.readSync(buffer);
  }

  override readSync(buffer: DeviceBuffer): TypedArray {
    const { values } = buffer as TracedMemory;
    if (!values) throw new Error("trace: values that are computed of the input can't be read: nothing is computed yet");
    return values.slice();
  }
}

/** Where a tensor's content is, on this backend. */
export function operandOf({ buffer, shape }: OperandTensor): Operand {
  return { memory: buffer as TracedMemory, shape };
}
