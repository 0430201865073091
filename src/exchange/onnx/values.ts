/** What goes from node to node when a graph that was read runs. */
import { quote } from '../../formats/index.js';
import type { Shape } from '../../ops/shape.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import type { TensorBackend } from '../../tensor/tensorBackend.js';

/** Whole numbers, which tell of shapes: what Shape gives, and Reshape takes. */
export interface Integers {
  readonly integers: readonly number[];
  readonly shape: Shape;
}

/** Numbers that the file fixes, and that aren't learned. */
export class Constant {
  readonly #on = new WeakMap<TensorBackend, Tensor>();

  constructor(
    readonly values: Float32Array,
    readonly shape: Shape,
  ) {}

  on(backend: TensorBackend): Tensor {
    const known = this.#on.get(backend);
    if (known) return known;
    const tensor = new Tensor(Storage.of(backend, 'float32', this.values), this.shape).retain();
    this.#on.set(backend, tensor);
    return tensor;
  }
}

/** A matrix that is read by columns, for MatMul alone: x · ofᵀ is a linear layer. */
export class Transposed {
  constructor(readonly of: Tensor) {}
}

export type Value = Tensor | Integers | Constant | Transposed;

/** What a node is given when it runs. */
export class Operands {
  constructor(
    readonly values: readonly (Value | null)[],
    private readonly node: string,
    readonly backend: TensorBackend,
    /** Whether the module is in training mode. */
    readonly training: boolean,
  ) {}

  tensor(i: number): Tensor {
    return this.maybeTensor(i) ?? this.#refuse(i, 'a tensor');
  }

  maybeTensor(i: number): Tensor | null {
    const value = this.values[i] ?? null;
    if (value === null || value instanceof Tensor) return value;
    if (value instanceof Constant) return value.on(this.backend);
    return this.#refuse(i, 'a tensor of floats');
  }

  integers(i: number): Integers {
    return this.maybeIntegers(i) ?? this.#refuse(i, 'whole numbers that are known without the input');
  }

  maybeIntegers(i: number): Integers | null {
    const value = this.values[i] ?? null;
    return value && 'integers' in value ? value : null;
  }

  /** A number that the file fixes. */
  number(i: number, otherwise: number): number {
    const value = this.values[i] ?? null;
    if (value === null) return otherwise;
    return value instanceof Constant && value.values.length === 1 ? value.values[0] : this.#refuse(i, 'a fixed number');
  }

  /** Numbers that a node brings itself, for this run. */
  fixed(values: Float32Array, shape: Shape): Tensor {
    return new Constant(values, shape).on(this.backend);
  }

  #refuse(i: number, what: string): never {
    throw new TypeError(`onnx: input ${i} of ${quote(this.node)} must be ${what}`);
  }
}
