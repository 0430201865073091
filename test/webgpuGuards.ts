/** Sentinels around buffers in the memory of the WebGPU backend. */
import type { WebGPUBuffer } from '../src/backends/webgpu/buffer.js';
import type { GPUBackend } from '../src/backends/webgpu/index.js';
import { newArray } from '../src/tensor/tensorBackend.js';
import type { Guards } from '../src/testing/index.js';

/** Elements on each side: a binding begins at a multiple of 256 bytes. */
const margin = 64;
const sentinel = -8765432;

export function webgpuGuards(backend: GPUBackend): Guards {
  const wholes = new Map<unknown, WebGPUBuffer>();
  return {
    allocate(length, dtype) {
      const whole = backend.allocate(length + 2 * margin, dtype) as WebGPUBuffer;
      backend.write(whole, newArray(dtype, whole.length).fill(sentinel));
      const buffer = backend.view(whole, margin, length);
      wholes.set(buffer, whole);
      return buffer;
    },
    free(buffer) {
      backend.free(wholes.get(buffer)!);
      wholes.delete(buffer);
    },
    async damage(buffer) {
      const values = await backend.read(wholes.get(buffer)!);
      const end = values.length - margin;
      for (let i = 0; i < margin; i++) {
        if (values[margin - 1 - i] !== sentinel) return `${i + 1} elements before its beginning`;
        if (values[end + i] !== sentinel) return `${i + 1} elements past its end`;
      }
      return null;
    },
  };
}
