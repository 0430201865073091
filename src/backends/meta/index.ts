/** The meta backend: its tensors have sizes and no content, and its kernels compute nothing. So it tells at once what a network
 *  would cost. Reading gives zeros. */
import { type Kernels, type OperationName, operationNames } from '../../ops/index.js';
import { type DeviceBuffer, type DType, newArray, type TypedArray } from '../../tensor/tensorBackend.js';
import { Backend } from '../backend.js';

const BYTES = { float32: 4, float64: 8, int32: 4 };

interface Size extends DeviceBuffer {
  readonly dtype: DType;
}

const nothing = { forward() {}, backward() {} };
const kernels = Object.fromEntries(operationNames.map((name) => [name, nothing])) as Record<
  OperationName,
  typeof nothing
>;

export class MetaBackend extends Backend {
  override readonly name = 'meta';
  override readonly dtypes = ['float32', 'float64', 'int32'] as const;
  override readonly kernels: Kernels<DeviceBuffer> = kernels;

  protected override create(length: number, dtype: DType): Size {
    return { length, byteLength: length * BYTES[dtype], dtype };
  }

  protected override destroy(): void {}

  override write(): void {}

  override async read(buffer: DeviceBuffer): Promise<TypedArray> {
    return this.readSync(buffer);
  }

  override readSync(buffer: DeviceBuffer): TypedArray {
    return newArray((buffer as Size).dtype, buffer.length);
  }
}
