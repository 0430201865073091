/** What a platform provides for WASM: the kernels' files, and threads. See `node/wasm.ts` and `browser/wasm.ts`. */

/** The builds of `assembly/`, by what they need from the engine: relaxed SIMD, threads. */
export type WasmBuild = 'simd' | 'simd-threads' | 'relaxed' | 'relaxed-threads';

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 1 for the first worker. Thread 0 is the caller, which works, too. */
  readonly thread: number;
  /** How many there are, the caller included. */
  readonly threads: number;
}

export interface WasmWorker {
  /** Settles once the worker waits for work; rejects if it can't start. */
  readonly ready: Promise<void>;
  /** Called if the worker ends by itself. */
  onDeath(callback: (reason: string) => void): void;
  terminate(): Promise<void>;
}

export interface WasmPlatform {
  load(build: WasmBuild): Promise<Uint8Array<ArrayBuffer>>;
  startWorker(start: WorkerStart): WasmWorker;
  /** Cores to use by default. */
  readonly cores: number;
  /** Whether memory can be shared with workers: in a page, only with cross-origin isolation. */
  readonly canShare: boolean;
  /** Whether this thread may sleep while workers finish. A page's main thread may not: it spins. */
  readonly canWait: boolean;
}
