/** A buffer of the WASM backend: an address in its memory. */
import type { DeviceBuffer, DType } from '../../tensor/tensorBackend.js';

declare const inBytes: unique symbol;

/** Where something lies in the memory, in bytes. Its type differs from number's, so that a size can't be passed for it. */
export type Address = number & { readonly [inBytes]: true };

export interface WasmBuffer extends DeviceBuffer {
  readonly address: Address;
  readonly dtype: DType;
}

/** What a kernel call takes for an array: its address, or an object that has one. */
export type Place = Address | { readonly address: Address };

/** The address as a number; 0 for an array that isn't given. */
export function at(place: Place | null): number {
  if (place === null) return 0;
  return typeof place === 'number' ? place : place.address;
}

/** The address `bytes` behind another. */
export function behind(place: Place, bytes: number): Address {
  return (at(place) + bytes) as Address;
}
