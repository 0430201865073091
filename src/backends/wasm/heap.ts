/**
 * Allocates blocks in a WebAssembly.Memory: the first free block that is large enough, and free neighbours are joined.
 *
 *   |· control ·|■■■■■■|······|■■■|····················|
 *   0           start   free          free            size
 *
 * The lists are JavaScript's, on one thread: kernels never allocate, on any number of threads, and so need no lock.
 */

/** Blocks begin and end at cache lines. */
const line = 64;

export class Heap {
  readonly #free: { at: number; bytes: number }[] = []; // by address; never two that touch
  readonly #used = new Map<number, number>();
  #end: number;

  /**
   * `start`: the first address to hand out. `grow`: makes the memory reach up to an address, and returns where it then ends; it
   * throws if there isn't that much.
   */
  constructor(
    start: number,
    private readonly grow: (end: number) => number,
  ) {
    this.#end = Math.ceil(start / line) * line;
  }

  /** The address of a new block. */
  allocate(bytes: number): number {
    const size = Math.max(line, Math.ceil(bytes / line) * line);
    let block = this.#free.find((free) => free.bytes >= size);
    if (!block) {
      const last = this.#free.at(-1);
      const tail = last && last.at + last.bytes === this.#end ? last.bytes : 0;
      const end = this.grow(this.#end + size - tail);
      this.#release(this.#end, end - this.#end);
      this.#end = end;
      block = this.#free.at(-1)!;
    }
    const { at } = block;
    block.at += size;
    block.bytes -= size;
    if (block.bytes === 0) this.#free.splice(this.#free.indexOf(block), 1);
    this.#used.set(at, size);
    return at;
  }

  free(at: number): void {
    const bytes = this.#used.get(at);
    if (bytes === undefined) throw new Error(`heap: there is no block at ${at}`);
    this.#used.delete(at);
    this.#release(at, bytes);
  }

  #release(at: number, bytes: number): void {
    const next = this.#free.findIndex((free) => free.at > at);
    const i = next < 0 ? this.#free.length : next;
    this.#free.splice(i, 0, { at, bytes });
    this.#join(i);
    this.#join(i - 1);
  }

  /** Joins free block i with the one behind it, if they touch. */
  #join(i: number): void {
    const [block, next] = [this.#free[i], this.#free[i + 1]];
    if (!block || !next || block.at + block.bytes !== next.at) return;
    block.bytes += next.bytes;
    this.#free.splice(i + 1, 1);
  }
}
