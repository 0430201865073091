/** Tensor: an array of numbers with a shape, on a backend, that remembers how it was computed. */

import { broadcastSizes } from '../ops/broadcast.js';
import type { Kernels } from '../ops/index.js';
import { matmulSizes } from '../ops/matmul.js';
import { requireOptions } from '../ops/options.js';
import { reduceSizes } from '../ops/reduce.js';
import { formatShape, normalizeDim, numel, type Shape, ShapeError, sameShape } from '../ops/shape.js';
import { type BackwardPass, type consumed, type GraphNode, type GraphTensor, graphNode, walkBack } from './autograd.js';
import { formatValues } from './format.js';
import { isGradEnabled, madeInBlock } from './gradMode.js';
import { Storage } from './storage.js';
import { type DeviceBuffer, type DType, type TensorBackend, type TypedArray, typedArray } from './tensorBackend.js';

/** A tensor's hold on its memory. It is an object of its own, so that it outlives a tensor that JavaScript collects. */
interface Hold {
  storage: Storage | null;
  /** What let go of it. */
  releasedBy: string;
}

const forgotten = new FinalizationRegistry<Hold>((hold) => {
  hold.storage?.release();
  hold.storage = null;
});

/** What Node calls to print an object, in `console.log` for one. */
export const inspect = Symbol.for('nodejs.util.inspect.custom');

/** What makes a tensor as large for JavaScript's collector as the memory behind it, which the collector can't see. */
const ballasts = new WeakMap<Tensor, ArrayBuffer>();

/** What releases tensors unless `retain()` was called on them. */
const keepable = new Set(['backward()', 'noGrad()']);

export interface TensorOptions {
  /** Collect a gradient in `grad` during backward(). Default false. */
  requiresGrad?: boolean;
  /** Default 'float32'. */
  dtype?: DType;
}

export interface ReduceOptions {
  /** Keep the reduced dimensions, with size 1. Default false. */
  keepdim?: boolean;
}

/** Its elements lie row by row, the last dimension fastest. Users make one with `backend.tensor(values, shape)`. */
export class Tensor implements GraphTensor {
  readonly shape: Shape;
  requiresGrad: boolean;
  /** The gradient that backward() has added up so far: null before the first, and after `zeroGrad()`. */
  grad: Tensor | null = null;
  /** How it was computed, if that was recorded. */
  node: GraphNode | typeof consumed | null = null;
  /** Whether it stays when the graph or the noGrad block that made it ends. */
  retained = false;
  readonly #hold: Hold;

  /** Takes over one hold on `storage`. */
  constructor(storage: Storage, shape: Shape, requiresGrad = false) {
    this.shape = shape;
    this.requiresGrad = requiresGrad;
    this.#hold = { storage, releasedBy: '' };
    const ballast = storage.backend.takeBallast?.();
    if (ballast) ballasts.set(this, ballast);
    forgotten.register(this, this.#hold, this.#hold);
    madeInBlock(this);
  }

  get storage(): Storage {
    this.assertAlive('tensor');
    return this.#hold.storage!;
  }

  get buffer(): DeviceBuffer {
    return this.storage.buffer;
  }

  get backend(): TensorBackend {
    return this.storage.backend;
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** The number of elements. */
  get numel(): number {
    return numel(this.shape);
  }

  /** A copy of the values, row by row. */
  async data(): Promise<TypedArray> {
    return this.storage.read();
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    if (this.numel !== 1) throw new ShapeError(`item: ${this.describe()} has ${this.numel} elements, not one`);
    return (await this.data())[0];
  }

  /**
   * Adds d(this)/d(leaf) to the `grad` of every leaf that requires one. A tensor of more than one element needs
   * `gradient`, of its own shape: what is then differentiated is Σ gradient · this.
   *
   * The graph is used up, and the intermediate tensors that it made are released, all but this one and those kept with
   * `retain()`; `retainGraph: true` leaves them all for another backward().
   */
  backward(gradient?: Tensor, options: { retainGraph?: boolean } = {}): void {
    if (!this.requiresGrad) {
      throw new Error(
        `backward: ${this.describe()} doesn't require a gradient: nothing that it was computed from does, or it was computed in noGrad()`,
      );
    }
    if (gradient !== undefined && !(gradient instanceof Tensor)) {
      throw new TypeError(
        'backward: the first argument is a gradient, a tensor; options come second: backward(undefined, { … })',
      );
    }
    if (!gradient && this.numel !== 1) {
      throw new ShapeError(`backward: ${this.describe()} isn't a scalar, so it needs a gradient of its shape`);
    }
    if (gradient && !sameShape(gradient.shape, this.shape)) {
      throw new ShapeError(
        `backward: the gradient ${formatShape(gradient.shape)} must have the shape of ${this.describe()}`,
      );
    }
    requireOptions('backward', options, { retainGraph: true });
    if (gradient) oneHome('backward', [this, gradient]);
    const seed = gradient ? gradient.storage.copy() : Storage.of(this.backend, this.dtype, typedArray(this.dtype, [1]));
    walkBack(this, seed, options.retainGraph ?? false);
    // Callers keep losses. So the one number is put aside: otherwise a training loop would need one more buffer at every step.
    if (this.numel === 1) this.storage.putAside();
  }

  /** Adds to `grad`; takes over `gradient`. */
  accumulateGrad(gradient: Storage): void {
    if (this.grad) {
      this.grad.storage.add(gradient);
      gradient.release();
    } else {
      this.grad = new Tensor(gradient, this.shape).retain();
    }
  }

  /** The same memory, outside the graph. */
  detach(): Tensor {
    return new Tensor(this.storage.hold(), this.shape);
  }

  /** Collects a gradient from now on, or no more: PyTorch's `requires_grad_`, which freezes a layer. Throws for what an operation has
   *  made. */
  requiresGrad_(requiresGrad = true): this {
    if (this.node !== null) {
      throw new Error(`requiresGrad_: ${this.describe()} was computed, and follows its inputs; detach() it first`);
    }
    if (requiresGrad && this.dtype === 'int32') throw new TypeError('requiresGrad_: int32 has no gradient');
    this.requiresGrad = requiresGrad;
    return this;
  }

  /** Keeps this tensor when backward() or noGrad() would release it. */
  retain(): this {
    this.retained = true;
    return this;
  }

  /** Returns the memory to the pool now; `using x = …` does it at the end of the block. Otherwise it happens by itself:
   *  in backward(), at the end of noGrad(), or when JavaScript collects the tensor. */
  release(by = 'release()'): void {
    if (!this.#hold.storage) return;
    forgotten.unregister(this.#hold);
    ballasts.delete(this);
    this.#hold.storage.release();
    this.#hold.storage = null;
    this.#hold.releasedBy = by;
  }

  [Symbol.dispose](): void {
    this.release('the end of its `using` block');
  }

  assertAlive(operation: string): void {
    if (!this.#hold.storage) {
      throw new Error(
        `${operation}: ${this.describe()} was released by ${this.#hold.releasedBy}${keepable.has(this.#hold.releasedBy) ? '; call retain() on it before, to keep it' : ''}`,
      );
    }
  }

  /** A copy on another backend, as a leaf. This one stays as it is. */
  to(backend: TensorBackend): Tensor {
    if (backend === this.backend) return this;
    if (this.node !== null) {
      throw new Error(
        `to: ${this.describe()} is part of a graph, which stays on its backend: detach() it first, or move what it is computed from`,
      );
    }
    return new Tensor(Storage.of(backend, this.dtype, this.valuesAtOnce('to')), this.shape, this.requiresGrad);
  }

  /** Moves this very tensor, and its gradient, to another backend. */
  moveTo(backend: TensorBackend): void {
    if (backend === this.backend) return;
    this.exchange(Storage.of(backend, this.dtype, this.valuesAtOnce('to'))).release();
    this.grad?.moveTo(backend);
  }

  /** Puts other memory, of as many elements, behind this very tensor, and returns the memory that it had. */
  exchange(storage: Storage): Storage {
    const { storage: before } = this;
    this.#hold.storage = storage;
    return before;
  }

  /** Returns the device's memory to the pool now. `values` is the content, or a function that returns it: the next use uploads it
   *  again. */
  evict(values: TypedArray | (() => TypedArray)): void {
    this.#hold.storage?.evict(values);
  }

  /** Overwrites the values, in place. Throws a ShapeError unless there are as many as elements. */
  copyFrom(values: TypedArray): void {
    if (values.length !== this.numel) {
      throw new ShapeError(`copyFrom: ${values.length} values don't fill ${this.describe()}`);
    }
    this.backend.write(this.buffer, typedArray(this.dtype, values));
    this.storage.changed();
  }

  /** Checks that the values can be overwritten with those of a tensor of as many elements, and returns the function that does it.
   *  Between tensors of one backend they stay on the device; otherwise `source` must be readable at once. */
  assignment(source: Tensor, operation: string): () => void {
    if (source.backend !== this.backend || source.dtype !== this.dtype) {
      const values = source.valuesAtOnce(operation);
      return () => this.copyFrom(values);
    }
    source.assertAlive(operation);
    return () => {
      this.storage.copyFrom(source.storage);
      this.storage.changed();
    };
  }

  /** The values, without waiting. Throws on a backend that can only be read asynchronously. */
  valuesAtOnce(operation: string): TypedArray {
    const values = this.storage.readSync();
    if (!values) {
      throw new Error(
        `${operation}: '${this.backend.name}' can only be read asynchronously: await ${this.describe()}.data() and make a new tensor of it`,
      );
    }
    return values;
  }

  /** `tensor (64, 10)`, as error messages name it. */
  describe(): string {
    const name = typeof this.node === 'object' && this.node ? this.node.name : 'tensor';
    return `${name} ${formatShape(this.shape)}`;
  }

  /** Shape, type, backend and values, in PyTorch's way: of many values those at the ends. */
  toString(): string {
    const { storage, releasedBy } = this.#hold;
    if (!storage) return `tensor(${formatShape(this.shape)}, released by ${releasedBy})`;
    const { backend, dtype } = storage;
    const begin = 'tensor(';
    const values = backend.closed ? null : storage.readSync();
    const shown = values ? formatValues(values, this.shape, begin.length) : '(values on the device: await t.data())';
    const made = typeof this.node === 'object' && this.node ? `, of ${this.node.name}` : '';
    const learns = this.requiresGrad && !made ? ', requiresGrad' : '';
    const home = `'${backend.name}'${backend.closed ? ' (closed)' : ''}`;
    return `${begin}${shown}, ${formatShape(this.shape)}, ${dtype}, ${home}${made}${learns})`;
  }

  [inspect](): string {
    return this.toString();
  }

  /** this + other, element by element. Shapes broadcast; throws a ShapeError where they don't. See `ops/add.ts`. */
  add(other: Tensor | number): Tensor {
    return elementwise('add', this, other);
  }

  /** this − other; see add(). */
  sub(other: Tensor | number): Tensor {
    return elementwise('sub', this, other);
  }

  /** this · other, element by element; see add(). */
  mul(other: Tensor | number): Tensor {
    return elementwise('mul', this, other);
  }

  /** this / other; see add(). */
  div(other: Tensor | number): Tensor {
    return elementwise('div', this, other);
  }

  /** The matrix product: this (…, M, K) · other (…, K, N) = (…, M, N). The dimensions … broadcast. See `ops/matmul.ts`. Throws a
   *  ShapeError where the shapes don't fit. */
  matmul(other: Tensor): Tensor {
    requireTensor('matmul', 'the other operand', other);
    const s = matmulSizes(this.shape, other.shape);
    return apply({
      name: 'matmul',
      inputs: [this, other],
      shape: s.shape,
      forward: (k, y) => k.matmul.forward(y, this.buffer, other.buffer, s),
      backward: (k, dy, [da, db]) => k.matmul.backward(da, db, dy, this.buffer, other.buffer, s),
    });
  }

  /** The sum over one dimension, several, or (without `dim`, or with none: []) all. */
  sum(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return reduce('sum', this, dim, options);
  }

  /** The mean over one dimension, several, or (without `dim`, or with none: []) all. */
  mean(dim?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return reduce('mean', this, dim, options);
  }

  /** The same elements in another shape, in the same memory; one size may be −1 and follows from the others. Throws a ShapeError
   *  if the shape has another number of elements. */
  reshape(shape: Shape): Tensor {
    if (!Array.isArray(shape)) throw new TypeError('reshape: the shape is an array, such as [2, -1]');
    const known = numel(shape.filter((size) => size !== -1));
    const holes = shape.filter((size) => size === -1).length;
    const resolved = shape.map((size) => (size === -1 ? this.numel / known : size));
    if (holes > 1 || numel(resolved) !== this.numel || !resolved.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new ShapeError(
        `reshape: ${this.describe()} has ${this.numel} elements and can't become ${formatShape(shape)}`,
      );
    }
    return view('reshape', this, resolved);
  }

  /** Joins the dimensions from `startDim` to `endDim` into one. `flatten(1)` makes (N, C, H, W) into (N, C·H·W). */
  flatten(startDim = 0, endDim = -1): Tensor {
    if (this.shape.length === 0) return view('flatten', this, [1]);
    const start = normalizeDim('flatten', startDim, this.shape.length);
    const end = normalizeDim('flatten', endDim, this.shape.length);
    if (start > end)
      throw new ShapeError(`flatten: startDim ${startDim} comes after endDim ${endDim} in ${this.describe()}`);
    const joined = numel(this.shape.slice(start, end + 1));
    return view('flatten', this, [...this.shape.slice(0, start), joined, ...this.shape.slice(end + 1)]);
  }
}

export interface Operation {
  readonly name: string;
  /** What it reads and can have gradients of. */
  readonly inputs: readonly (Tensor | null)[];
  /** What else it reads, of the same backend and type. */
  readonly constants?: readonly (Tensor | null)[];
  /** Of the output. */
  readonly shape: Shape;
  /** What forward keeps for backward, made for this and used by nobody else. */
  readonly saved?: readonly Tensor[];
  forward(kernels: Kernels<DeviceBuffer>, y: DeviceBuffer): void;
  readonly backward: BackwardPass;
  /** The input whose gradient is dy itself, if there is one. `backward` isn't asked for it. */
  readonly passesTo?: Tensor | null;
}

/** Runs an operation, and records it if an input requires a gradient. */
export function apply(operation: Operation): Tensor {
  const { name, inputs, constants = [], shape, saved = [], passesTo = null } = operation;
  const letGo = () => {
    for (const tensor of saved) tensor.release(name);
  };
  let storage: Storage | null = null;
  try {
    const { backend, dtype } = oneHome(name, [...inputs, ...constants]);
    storage = allocateResult(name, backend, dtype, shape);
    operation.forward(backend.kernels, storage.buffer);
  } catch (error) {
    storage?.release();
    letGo();
    throw error;
  }
  const y = new Tensor(storage, shape);
  y.backend.ran?.(operation, y);
  if (!record(y, name, inputs, saved, operation.backward, passesTo)) letGo();
  return y;
}

function allocateResult(name: string, backend: TensorBackend, dtype: DType, shape: Shape): Storage {
  try {
    return Storage.allocate(backend, dtype, numel(shape));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`${name}: there is no room for its result ${formatShape(shape)}: ${reason}`, { cause: error });
  }
}

function record(
  y: Tensor,
  name: string,
  inputs: readonly (Tensor | null)[],
  saved: readonly Tensor[],
  backward: BackwardPass | 'view',
  passesTo: Tensor | null,
): boolean {
  if (!isGradEnabled() || !inputs.some((x) => x?.requiresGrad)) return false;
  y.requiresGrad = true;
  y.node = graphNode(name, inputs, saved, backward, passesTo);
  return true;
}

/** The backend and the type that all inputs share, or an error. */
function oneHome(name: string, inputs: readonly (Tensor | null)[]): { backend: TensorBackend; dtype: DType } {
  let first: Tensor | null = null;
  for (const x of inputs) {
    if (!x) continue;
    x.assertAlive(name);
    first ??= x;
    if (x.backend !== first.backend) {
      throw new Error(
        `${name}: ${first.describe()} is on backend '${first.backend.name}', but ${x.describe()} on ${x.backend.name === first.backend.name ? 'another' : ''} '${x.backend.name}'; move one with to(backend)${leftBehind(first, x)}`,
      );
    }
    if (x.dtype !== first.dtype) {
      throw new TypeError(`${name}: ${first.describe()} is ${first.dtype}, but ${x.describe()} is ${x.dtype}`);
    }
  }
  if (!first || first.dtype === 'int32') throw new TypeError(`${name}: needs a tensor of float32 or float64`);
  return first;
}

/** What may have come before two tensors met on different backends. */
function leftBehind(...tensors: Tensor[]): string {
  const learns = tensors.some((x) => x.requiresGrad && x.node === null);
  return learns ? ". A model's to() moves the layers that parameters() finds, which are none in #private fields" : '';
}

function view(name: string, x: Tensor, shape: Shape): Tensor {
  const y = new Tensor(x.storage.hold(), shape);
  record(y, name, [x], [], 'view', null);
  return y;
}

/** Throws a TypeError that says what was passed instead of a tensor. */
export function requireTensor(operation: string, name: string, value: unknown): void {
  if (!(value instanceof Tensor))
    throw new TypeError(`${operation}: ${name} must be a tensor, but is ${describeValue(value)}`);
}

function describeValue(value: unknown): string {
  if (value instanceof Promise) return 'a promise: is an await missing?';
  return typeof value === 'object' && value !== null ? `a ${value.constructor?.name ?? 'object'}` : String(value);
}

/** A tensor on x's backend, its content undefined, for an operation to write to. */
export function workTensor(x: Tensor, shape: Shape, dtype: DType = x.dtype): Tensor {
  return new Tensor(Storage.allocate(x.backend, dtype, numel(shape)), shape);
}

/** The values as a tensor on x's backend. */
export function constantTensor(x: Tensor, values: ArrayLike<number>, shape: Shape, dtype: DType = x.dtype): Tensor {
  return new Tensor(Storage.of(x.backend, dtype, typedArray(dtype, values)), shape);
}

function elementwise(name: 'add' | 'sub' | 'mul' | 'div', a: Tensor, other: Tensor | number): Tensor {
  a.assertAlive(name);
  if (typeof other !== 'number') requireTensor(name, 'the other operand', other);
  const b = typeof other === 'number' ? constantTensor(a, [other], []) : other;
  const s = broadcastSizes(name, a.shape, b.shape);
  const added = name === 'add' ? [a, b] : name === 'sub' ? [a] : [];
  const passesTo = added.find((x) => x.requiresGrad && sameShape(x.shape, s.shape));
  return apply({
    name,
    inputs: [a, b],
    passesTo,
    shape: s.shape,
    saved: typeof other === 'number' ? [b] : [],
    forward: (k, y) => k[name].forward(y, a.buffer, b.buffer, s),
    backward: (k, dy, [da, db]) => {
      if (name === 'add' || name === 'sub') k[name].backward(da, db, dy, s);
      else k[name].backward(da, db, dy, a.buffer, b.buffer, s);
    },
  });
}

function reduce(
  name: 'sum' | 'mean',
  x: Tensor,
  dim: number | readonly number[] | undefined,
  options: ReduceOptions,
): Tensor {
  requireOptions(name, options, { keepdim: true });
  const s = reduceSizes(name, x.shape, dim, options.keepdim ?? false);
  return apply({
    name,
    inputs: [x],
    shape: s.reduced,
    forward: (k, y) => k[name].forward(y, x.buffer, s),
    backward: (k, dy, [dx]) => k[name].backward(dx!, dy, s),
  });
}
