/**
 * The contract for backends. A backend brings
 *   - `kernels`: every operation of `ops/index.ts`, forward and backward, over buffers of its own. The compiler holds the
 *     list complete, and `receptive/testing` holds each kernel equal to the maths.
 *   - memory: create, destroy, write, read. Buffers that are given back are pooled here by type and length, so that from
 *     its second step on a training loop creates none. A loop whose sizes change would fill the pool with sizes that never
 *     come again; so the pool is emptied before all that is held is twice the most that was in use at once.
 *
 * The optional methods, with a question mark, are for backends whose device works on its own.
 *
 * A kernel call may return before the work is done (a GPU queue, say), as long as the calls take effect in their order.
 * `read` waits for the calls before it. `readSync` is for backends that can answer without waiting; a training step doesn't
 * need it. In `add.forward(y, a, b)`, y may be a: gradients are summed that way.
 */
import type { Kernels, OperationName } from '../ops/index.js';
import { requireOptions } from '../ops/options.js';
import { formatOption, formatShape, numel, type Shape, ShapeError } from '../ops/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor, type TensorOptions } from '../tensor/tensor.js';
import {
  type DeviceBuffer,
  type DType,
  type Parked,
  type TensorBackend,
  type TypedArray,
  typedArray,
} from '../tensor/tensorBackend.js';
import type { PeakKernels } from './peakKernels.js';

export interface MemoryReport {
  /** Bytes of live tensors. */
  readonly allocated: number;
  /** Bytes held from the device: live tensors and the pool. */
  readonly reserved: number;
  /** Buffers created since the backend was. A training loop that reuses its memory leaves it unchanged. */
  readonly created: number;
}

/** The device is gone (a driver reset, an unplugged card), and with it the content of all its buffers. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

/** Images as bytes, and which number each byte stands for in each channel. */
export interface ByteImages {
  /** (N, C, H, W) */
  readonly bytes: Uint8Array;
  /** Of one image: (C, H, W). */
  readonly shape: Shape;
  /** values[c · 256 + byte] */
  readonly values: Float32Array;
}

const bytesOf: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4 };

/** Bytes that a backend may always hold, however little is in use: 64 MiB. */
const smallPool = 2 ** 26;

/**
 * Where tensors lie, and who computes with them: `createBackend` makes one. It has a pool, from which a training loop takes the
 * same memory again in each step.
 */
export abstract class Backend implements TensorBackend {
  abstract readonly name: string;
  abstract readonly kernels: Kernels<DeviceBuffer>;
  /** The types that this backend stores. */
  abstract readonly dtypes: readonly DType[];

  /** How far one operation in f32 rounds, relatively: 2⁻²⁴ to nearest, 2⁻²³ where the device may round either way. */
  readonly unitRoundoff: number = 2 ** -24;

  /** Elements `from` (a multiple of 64) to `from + length` of a buffer, as a buffer that isn't freed. For tests, which put
   *  sentinels around what a kernel is given. */
  view?(whole: DeviceBuffer, from: number, length: number): DeviceBuffer;

  /** Whether a kernel computes other sums than its operation's for these sizes, as Winograd's convolution does: its rounding
   *  errors then have another bound. */
  rearranges?(operation: OperationName, sizes: unknown): boolean;

  /** What it can do at best, for measuring. */
  readonly peakKernels?: PeakKernels;

  protected abstract create(length: number, dtype: DType): DeviceBuffer;
  protected abstract destroy(buffer: DeviceBuffer): void;
  abstract write(buffer: DeviceBuffer, values: TypedArray): void;
  abstract read(buffer: DeviceBuffer): Promise<TypedArray>;
  readSync?(buffer: DeviceBuffer): TypedArray;

  park?(buffer: DeviceBuffer): Parked;

  takeBallast?(): ArrayBuffer | null;

  /** Resolves when the device isn't far behind. A loop that never reads waits here; otherwise it would run out of memory. */
  ready?(): Promise<void>;

  /** After a DeviceLostError: the same backend on a fresh device. Its tensors live on, with undefined content. */
  recover?(): Promise<void>;

  /** Uploads images, and returns the function that makes batches of them on the device; null if they are too large. */
  imagesOnDevice?(images: ByteImages): ((indices: Int32Array) => Tensor) | null;

  /** Of each kind, the buffer that was created first goes out first (it is kept last). So equal training steps get the same
   *  buffers, and WebGPU's bind groups are found again. */
  readonly #pool = new Map<string, DeviceBuffer[]>();
  readonly #number = new WeakMap<DeviceBuffer, number>();
  readonly #live = new Map<DeviceBuffer, string>(); // each with its place in the pool
  #allocated = 0;
  #mostAllocated = 0;
  #reserved = 0;
  #created = 0;
  #closed = false;

  /**
   * A tensor of this shape on this backend, filled row by row; without a shape, one dimension of all the values.
   * Throws a ShapeError if the values don't fill the shape exactly.
   */
  tensor(values: ArrayLike<number>, shape: Shape = [values.length], options: TensorOptions = {}): Tensor {
    requireOptions('tensor', options, { dtype: true, requiresGrad: true });
    const { dtype = 'float32', requiresGrad = false } = options;
    this.#check(dtype);
    if (requiresGrad && dtype === 'int32') throw new TypeError('tensor: int32 has no gradient');
    if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new ShapeError(`tensor: shape ${formatOption(shape)} must be an array of whole numbers ≥ 0`);
    }
    if (values.length !== numel(shape)) {
      throw new ShapeError(
        `tensor: ${values.length} values don't fill shape ${formatShape(shape)}, which has ${numel(shape)} elements`,
      );
    }
    if (Array.isArray(values) && !values.every((value) => typeof value === 'number')) {
      throw new TypeError('tensor: values must be numbers, row by row; flatten nested arrays, and give the shape');
    }
    return new Tensor(Storage.of(this, dtype, typedArray(dtype, values)), [...shape], requiresGrad);
  }

  allocate(length: number, dtype: DType): DeviceBuffer {
    this.#check(dtype);
    const place = `${dtype} ${length}`;
    const buffer = this.#pool.get(place)?.pop() ?? this.#create(length, dtype);
    this.#live.set(buffer, place);
    this.#allocated += buffer.byteLength;
    this.#mostAllocated = Math.max(this.#mostAllocated, this.#allocated);
    return buffer;
  }

  #check(dtype: DType): void {
    if (this.#closed) throw new Error(`backend '${this.name}' is closed`);
    if (!this.dtypes.includes(dtype)) {
      throw new TypeError(`backend '${this.name}' has no ${dtype}: it stores ${this.dtypes.join(', ')}`);
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  #create(length: number, dtype: DType): DeviceBuffer {
    const bytes = length * bytesOf[dtype];
    const most = Math.max(smallPool, 2 * Math.max(this.#mostAllocated, this.#allocated + bytes));
    if (this.#reserved + bytes > most) this.emptyCache();
    const buffer = this.#createOrThrow(length, dtype);
    this.#number.set(buffer, this.#created++);
    this.#reserved += buffer.byteLength;
    return buffer;
  }

  #createOrThrow(length: number, dtype: DType): DeviceBuffer {
    try {
      return this.create(length, dtype);
    } catch (error) {
      if (this.#pool.size > 0) {
        this.emptyCache();
        return this.#createOrThrow(length, dtype);
      }
      const reason = error instanceof Error ? error.message : error;
      throw new Error(`backend '${this.name}' can't allocate ${length} ${dtype}: ${reason}`, { cause: error });
    }
  }

  free(buffer: DeviceBuffer): void {
    const place = this.#live.get(buffer);
    if (place === undefined) return; // freed with the backend
    this.#live.delete(buffer);
    this.#allocated -= buffer.byteLength;
    const pooled = this.#pool.get(place);
    if (!pooled) {
      this.#pool.set(place, [buffer]);
      return;
    }
    const number = this.#number.get(buffer)!;
    const behind = pooled.findLastIndex((other) => this.#number.get(other)! > number);
    pooled.splice(behind + 1, 0, buffer);
  }

  /** Every buffer that somebody holds. */
  protected get live(): Iterable<DeviceBuffer> {
    return this.#live.keys();
  }

  memory(): MemoryReport {
    return { allocated: this.#allocated, reserved: this.#reserved, created: this.#created };
  }

  /** Gives the pool back to the device. Useful after work of other sizes than the work to come. */
  emptyCache(): void {
    for (const buffers of this.#pool.values()) {
      for (const buffer of buffers) {
        this.#reserved -= buffer.byteLength;
        this.destroy(buffer);
      }
    }
    this.#pool.clear();
  }

  /** Gives everything back to the device. Its tensors can't be used any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    for (const buffer of [...this.#live.keys()]) this.free(buffer);
    this.emptyCache();
    this.#closed = true;
  }
}
