/** Arrays in the memory of a WASM module, where its kernels find them. */
import type { TypedArray } from '../tensor/tensorBackend.js';

/** What the kit asks of a `WebAssembly.Memory`. */
export interface WasmMemory {
  /** Another after every growth. */
  readonly buffer: ArrayBufferLike;
  /** By pages of 64 KiB; gives how many there were before. Throws if it can't. */
  grow(pages: number): number;
}

const pageBytes = 2 ** 16;
/** What any lane may be loaded from. */
const alignment = 16;

/** A part at the memory's end, which grows with what it must hold. The module must not take memory for itself meanwhile. */
export class WasmRoom {
  #begin = 0;
  #bytes = 0;

  constructor(private readonly memory: WasmMemory) {}

  /** Copies arrays into the memory, one behind the other, and gives what shows them there: called again after a kernel, it
   *  shows what that left, even if the memory has grown in between. */
  place(arrays: readonly TypedArray[]): () => TypedArray[] {
    const starts: number[] = [];
    let end = 0;
    for (const { byteLength } of arrays) {
      starts.push(end);
      end += Math.ceil(byteLength / alignment) * alignment;
    }
    this.#reserve(end);
    const { memory } = this;
    const begin = this.#begin;
    const shown = () => arrays.map((array, i) => viewLike(array, memory.buffer, begin + starts[i]));
    for (const [i, there] of shown().entries()) there.set(arrays[i]);
    return shown;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes) return;
    const pages = Math.ceil(bytes / pageBytes);
    this.#begin = this.memory.grow(pages) * pageBytes;
    this.#bytes = pages * pageBytes;
  }
}

function viewLike(array: TypedArray, buffer: ArrayBufferLike, from: number): TypedArray {
  const Constructor = array.constructor as new (buffer: ArrayBufferLike, from: number, length: number) => TypedArray;
  return new Constructor(buffer, from, array.length);
}
