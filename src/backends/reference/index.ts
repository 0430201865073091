/** The reference backend: the operations of `ops/` as they stand, over plain arrays. Clean, minimal, slow: the other
 *  backends specialise it, and are held equal to it. */
import { type Kernels, ops } from '../../ops/index.js';
import { type DeviceBuffer, type DType, newArray, type TypedArray } from '../../tensor/tensorBackend.js';
import { Backend } from '../backend.js';

export class ReferenceBackend extends Backend {
  override readonly name = 'reference';
  override readonly dtypes = ['float32', 'float64', 'int32'] as const;
  // A buffer of this backend is an array, so the operations are its kernels.
  override readonly kernels: Kernels<DeviceBuffer> = ops;

  protected override create(length: number, dtype: DType): DeviceBuffer {
    return newArray(dtype, length);
  }

  protected override destroy(): void {
    // JavaScript collects arrays.
  }

  override view(whole: DeviceBuffer, from: number, length: number): DeviceBuffer {
    return (whole as TypedArray).subarray(from, from + length);
  }

  override write(buffer: DeviceBuffer, values: TypedArray): void {
    (buffer as TypedArray).set(values);
  }

  override async read(buffer: DeviceBuffer): Promise<TypedArray> {
    return this.readSync(buffer);
  }

  override readSync(buffer: DeviceBuffer): TypedArray {
    return (buffer as TypedArray).slice();
  }
}

/** Where tensors live until they are moved: a model's parameters, a file's content, a batch of data. */
export const host = new ReferenceBackend();
