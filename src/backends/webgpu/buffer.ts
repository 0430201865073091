/** Memory of the WebGPU backend. */
import type { DeviceBuffer, DType } from '../../tensor/tensorBackend.js';

export interface WebGPUBuffer extends DeviceBuffer {
  readonly id: number;
  /** Another one after the device was lost. */
  gpu: GPUBuffer;
  /** Bytes from the beginning of `gpu`: 0, but for buffers with guards around them. */
  readonly offset: number;
  /** Bytes that a shader sees: whole vectors, and never none. */
  readonly bindingBytes: number;
  readonly dtype: DType;
  /** What the first kernel that got it calls it, for messages. */
  purpose: string | null;
}
