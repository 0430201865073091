/** The engine under the WASM kernels: memory, threads, and running a kernel on them. */
import type { Address } from './buffer.js';
import { Heap } from './heap.js';
import type { WasmPlatform, WasmWorker } from './platform.js';
import { alone, type KernelArguments, type KernelName, write } from './signatures.js';
import { type KernelFunction, structs, Tasks } from './tasks.js';

const page = 65536;
/** 4 GiB: all that 32 bits can address. */
const maximumPages = 65536;

export interface EngineOptions {
  readonly threads: number;
  readonly shared: boolean;
}

export class Engine {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Readonly<Record<string, KernelFunction>>;
  readonly #heap: Heap;
  readonly #tasks: Tasks;
  readonly #workers: WasmWorker[] = [];
  readonly #canWait: boolean;
  #workspace = { address: 0, bytes: 0 };
  readonly #writeStruct = (fields: readonly number[]) => this.#write(structs.address, fields);
  #death: string | null = null;
  /** Frees the buffers that the backend has pooled. */
  reclaim: () => void = () => {};

  private constructor(instance: WebAssembly.Instance, memory: WebAssembly.Memory, threads: number, canWait: boolean) {
    this.#memory = memory;
    this.#exports = instance.exports as Record<string, KernelFunction>;
    this.#canWait = canWait;
    this.#tasks = new Tasks(memory, this.#exports, 0, threads);
    const { heapBase } = instance.exports as { heapBase: () => number };
    this.#heap = new Heap(heapBase(), (end) => this.#grow(end));
  }

  /** Makes the memory and starts the threads. `shared`: the module takes a shared memory. */
  static async start(
    module: WebAssembly.Module,
    { threads, shared }: EngineOptions,
    platform: WasmPlatform,
  ): Promise<Engine> {
    const memory = newMemory(shared);
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    const engine = new Engine(instance, memory, threads, platform.canWait);
    try {
      for (let thread = 1; thread < threads; thread++) {
        const worker = platform.startWorker({ module, memory, thread, threads });
        engine.#workers.push(worker);
        worker.onDeath((reason) => {
          engine.#death ??= `thread ${thread} died: ${reason}`;
        });
      }
      await Promise.all(engine.#workers.map((worker) => worker.ready));
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  get threads(): number {
    return this.#workers.length + 1;
  }

  /** Bytes of the workspace. */
  get workspace(): number {
    return this.#workspace.bytes;
  }

  allocate(bytes: number): Address {
    return this.#heap.allocate(bytes) as Address;
  }

  free(address: Address): void {
    this.#heap.free(address);
  }

  /** The memory as it is now: growing replaces it. */
  get bytes(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /**
   * Memory for intermediate results: an address for each size in bytes. The next caller gets the same memory, so a kernel's call
   * asks for it once, and keeps nothing there. It only grows, so a training loop's second step finds all it needs.
   */
  scratch(...sizes: readonly number[]): Address[] {
    const rounded = sizes.map((bytes) => Math.ceil(bytes / 64) * 64);
    const total = rounded.reduce((sum, bytes) => sum + bytes, 0);
    if (total > this.#workspace.bytes) {
      const { address, bytes } = this.#workspace;
      this.#workspace = { address: 0, bytes: 0 };
      if (bytes > 0) this.#heap.free(address);
      try {
        this.#workspace = { address: this.#allocateOrReclaim(total), bytes: total };
      } catch (error) {
        const reason = error instanceof Error ? error.message : error;
        throw new Error(`backend 'wasm' has no room for ${total} bytes of intermediate results: ${reason}`, {
          cause: error,
        });
      }
    }
    let { address } = this.#workspace;
    return rounded.map((bytes) => {
      address += bytes;
      return (address - bytes) as Address;
    });
  }

  /** Allocates; if there is no room, frees what nobody uses and tries again. */
  #allocateOrReclaim(bytes: number): number {
    try {
      return this.#heap.allocate(bytes);
    } catch {
      this.reclaim();
      return this.#heap.allocate(bytes);
    }
  }

  /** Writes whole numbers, for kernels that take a list of them. */
  writeIntegers(address: Address, values: readonly number[]): void {
    this.#write(address, values);
  }

  #write(address: number, values: readonly number[]): number {
    new Int32Array(this.bytes, address, values.length).set(values);
    return address;
  }

  /**
   * Runs a kernel of `assembly` once for each task, on all threads, and returns when all is done. Arguments have the names of the
   * kernel's parameters. The kernel's last three (task, tasks, thread) come from here. An object that is spread into them comes last, and alone: in any
   * other place it takes V8 six microseconds instead of a tenth of one, as long as a small kernel.
   */
  run<Name extends KernelName>(kernel: Name, tasks: number, named: KernelArguments[Name]): void {
    if (this.#death !== null)
      throw new Error(`backend 'wasm': ${this.#death}; its tensors live on in a new backend only`);
    if (tasks > 1 && this.#workers.length > 0) {
      try {
        const count = write[kernel](this.#tasks.args, named, this.#writeStruct);
        this.#tasks.run(kernel, tasks, count, this.#canWait);
      } catch (error) {
        this.#death = (error as Error).message; // what the thread has left half-written is unknown
        throw new Error(`backend 'wasm': ${this.#death}`, { cause: error });
      }
    } else {
      alone[kernel](this.#exports[kernel], tasks, named, this.#writeStruct);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #grow(end: number): number {
    const has = this.#memory.buffer.byteLength;
    if (end <= has) return has;
    if (end > maximumPages * page) {
      throw new Error(
        `it would need ${gib(end)}, and 32-bit WebAssembly ends at 4 GiB. Tensors that nobody uses give their memory back at the end of noGrad(), by release(), or when JavaScript collects them, which takes an await now and then`,
      );
    }
    try {
      this.#memory.grow(Math.ceil((end - has) / page));
    } catch {
      throw new Error(`its memory couldn't grow from ${gib(has)} to ${gib(end)}`);
    }
    return this.#memory.buffer.byteLength;
  }
}

/** V8 reserves addresses for all that 32 bits can address, and a guard behind it. */
function newMemory(shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum: maximumPages, shared });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(
      `backend 'wasm': this process gets no memory for WebAssembly (${reason}), perhaps for a limit of its address space (ulimit -v): node --disable-wasm-trap-handler needs less of it`,
      { cause: error },
    );
  }
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
