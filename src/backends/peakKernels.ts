import type { DeviceBuffer } from '../tensor/tensorBackend.js';

/** What a backend does at its best, for measuring. Calls may return before the work is done, as those of other kernels. */
export interface PeakKernels<Buffer extends DeviceBuffer = DeviceBuffer> {
  /** Multiplies and adds alone, over operands that never leave registers or the first cache. Returns the number of operations,
   *  which grows with `iterations` (≥ 1). */
  multiplyAdd(iterations: number): number;
  /** y = x, f32. The length is a multiple of 4. */
  copy(y: Buffer, x: Buffer): void;
}
