/** The memory behind tensors: one buffer, which several tensors may show in different shapes, and which returns to its
 *  backend's pool when the last of them lets go. */
import type { DeviceBuffer, DType, Parked, TensorBackend, TypedArray } from './tensorBackend.js';

export class Storage {
  #buffer: DeviceBuffer | null;
  /** The content while it is evicted, or where to get it. */
  #host: TypedArray | (() => TypedArray) | null = null;
  /** The content, if the device has put it aside. */
  #parked: Parked | null = null;
  #holders = 1;
  #version = 0;

  private constructor(
    readonly backend: TensorBackend,
    readonly dtype: DType,
    readonly length: number,
    buffer: DeviceBuffer,
  ) {
    this.#buffer = buffer;
  }

  static allocate(backend: TensorBackend, dtype: DType, length: number): Storage {
    return new Storage(backend, dtype, length, backend.allocate(length, dtype));
  }

  static of(backend: TensorBackend, dtype: DType, values: TypedArray): Storage {
    const storage = Storage.allocate(backend, dtype, values.length);
    backend.write(storage.buffer, values);
    return storage;
  }

  /** The buffer; if it was evicted, a new one with the same content. */
  get buffer(): DeviceBuffer {
    if (this.backend.closed) throw new Error(`backend '${this.backend.name}' is closed, and this tensor with it`);
    if (this.#buffer === null) {
      this.#buffer = this.backend.allocate(this.length, this.dtype);
      if (this.#host) this.backend.write(this.#buffer, valuesOf(this.#host));
      this.#host = null;
      this.#parked?.restore(this.#buffer);
      this.#letGoOfParked();
    }
    return this.#buffer;
  }

  /** A copy of the content. */
  async read(): Promise<TypedArray> {
    if (this.#parked) return this.#parked.read();
    return this.#host ? valuesOf(this.#host).slice() : this.backend.read(this.buffer);
  }

  /** The same at once, or null on a backend that can't. */
  readSync(): TypedArray | null {
    if (this.#host) return valuesOf(this.#host).slice();
    return this.backend.readSync?.(this.buffer) ?? null;
  }

  /** Returns the buffer to the pool now. `values` is its content, or a function that returns it: the next use uploads it again. */
  evict(values: TypedArray | (() => TypedArray)): void {
    if (this.#buffer === null || this.#version > 0) return; // changed in place, so `values` may be out of date
    this.backend.free(this.#buffer);
    this.#buffer = null;
    this.#host = values;
  }

  /** Returns the buffer of a single number to the pool now, and puts the number aside until it is used. */
  putAside(): void {
    if (this.#buffer === null || this.#version > 0) return;
    const value = this.backend.readSync?.(this.#buffer);
    if (value) this.evict(value);
    if (value || !this.backend.park) return;
    this.#parked = this.backend.park(this.#buffer);
    this.backend.free(this.#buffer);
    this.#buffer = null;
  }

  #letGoOfParked(): void {
    this.#parked?.release();
    this.#parked = null;
  }

  /** New memory of the same type and length on the same backend, its content undefined. */
  sibling(): Storage {
    return Storage.allocate(this.backend, this.dtype, this.length);
  }

  /** New memory with the same content. */
  copy(): Storage {
    const copy = this.sibling();
    copy.copyFrom(this);
    return copy;
  }

  /** Takes over the content of `other`, of the same type and length on the same backend. */
  copyFrom(other: Storage): void {
    if (other === this) return;
    const { length } = this;
    this.backend.kernels.cat.forward(this.buffer, other.buffer, { outer: 1, length, total: length, offset: 0 });
  }

  /** Adds the content of `other`, of the same length, to this. */
  add(other: Storage): void {
    const elementwise = { shape: [this.length], aStrides: [1], bStrides: [1] };
    this.backend.kernels.add.forward(this.buffer, this.buffer, other.buffer, elementwise);
  }

  /** How often the content was changed in place. backward() compares it with what it was when an operation read the content. */
  get version(): number {
    return this.#version;
  }

  /** Notes that the content was changed in place. */
  changed(): void {
    this.#version++;
  }

  /** One more holder. */
  hold(): this {
    this.#holders++;
    return this;
  }

  /** One holder fewer. */
  release(): void {
    this.#holders--;
    if (this.#holders > 0) return;
    if (this.#buffer) this.backend.free(this.#buffer);
    this.#buffer = null;
    this.#host = null;
    this.#letGoOfParked();
  }
}

function valuesOf(host: TypedArray | (() => TypedArray)): TypedArray {
  return typeof host === 'function' ? host() : host;
}
