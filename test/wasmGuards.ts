/** Sentinels around buffers in the memory of the WASM backend. */
import { behind, type WasmBuffer } from '../src/backends/wasm/buffer.js';
import type { WasmBackend } from '../src/backends/wasm/index.js';
import { newArray } from '../src/tensor/tensorBackend.js';
import type { Guards } from '../src/testing/index.js';

/** Elements on each side: more than a tile's row, and a cache line on its own. */
const margin = 32;
const sentinel = -8765432;

export function wasmGuards(backend: WasmBackend): Guards {
  const wholes = new Map<unknown, WasmBuffer>();
  return {
    allocate(length, dtype) {
      const whole = backend.allocate(length + 2 * margin, dtype) as WasmBuffer;
      backend.write(whole, newArray(dtype, whole.length).fill(sentinel));
      const buffer: WasmBuffer = { ...whole, address: behind(whole, 4 * margin), length, byteLength: 4 * length };
      wholes.set(buffer, whole);
      return buffer;
    },
    free(buffer) {
      backend.free(wholes.get(buffer)!);
      wholes.delete(buffer);
    },
    async damage(buffer) {
      const values = backend.readSync(wholes.get(buffer)!);
      const end = values.length - margin;
      for (let i = 0; i < margin; i++) {
        if (values[margin - 1 - i] !== sentinel) return `${i + 1} elements before its beginning`;
        if (values[end + i] !== sentinel) return `${i + 1} elements past its end`;
      }
      return null;
    },
  };
}
