/** What a platform brings for WASM: threads. `node/wasm.ts` and `browser/wasm.ts` do. */

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 1 for the first: the thread that asks for the work is thread 0, and works too. */
  readonly thread: number;
  /** Of all, the caller included. */
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
  startWorker(start: WorkerStart): WasmWorker;
  /** Cores to use by default. */
  readonly cores: number;
  /** Memory can be shared with workers; in a page, only with cross-origin isolation. */
  readonly canShare: boolean;
  /** This thread may sleep while workers finish. A page's main thread may not, and spins. */
  readonly canWait: boolean;
}
