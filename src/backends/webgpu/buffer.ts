/** Memory of the WebGPU backend. */
import type { DeviceBuffer, DType } from '../../tensor/tensorBackend.js';

export interface WebGPUBuffer extends DeviceBuffer {
  readonly id: number;
  /** Replaced by another one when the device is lost. */
  gpu: GPUBuffer;
  /** Bytes from the beginning of `gpu`: 0, but for buffers with guards around them. */
  readonly offset: number;
  /** Bytes that a shader sees: whole vectors, and at least one. */
  readonly bindingBytes: number;
  readonly dtype: DType;
  /** For messages: the name that the first kernel that used it has for it. */
  purpose: string | null;
}
