/** A buffer of the WASM backend: an address in its memory. */
import type { DeviceBuffer, DType } from '../../tensor/tensorBackend.js';

export interface WasmBuffer extends DeviceBuffer {
  readonly address: number;
  readonly dtype: DType;
}

/** The address, or 0 for an array that isn't given. */
export function address(buffer: WasmBuffer | null): number {
  return buffer === null ? 0 : buffer.address;
}
