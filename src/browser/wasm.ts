/** WASM in a browser: files by fetch, threads from Web Workers. */
import type { WasmBuild, WasmPlatform } from '../backends/wasm/platform.js';

// Each URL is written out: only then do bundlers find the file and copy it.
const files: Readonly<Record<WasmBuild, () => URL>> = {
  simd: () => new URL('../../dist/wasm/simd.wasm', import.meta.url),
  'simd-threads': () => new URL('../../dist/wasm/simd-threads.wasm', import.meta.url),
  relaxed: () => new URL('../../dist/wasm/relaxed.wasm', import.meta.url),
  'relaxed-threads': () => new URL('../../dist/wasm/relaxed-threads.wasm', import.meta.url),
};

export const browserWasm: WasmPlatform = {
  cores: navigator.hardwareConcurrency,
  canShare: globalThis.crossOriginIsolated === true,
  // Workers may sleep; the main thread of a page may not.
  canWait: typeof document === 'undefined',

  async load(build) {
    const response = await fetch(files[build]());
    if (!response.ok) throw new Error(`${response.url} can't be loaded: ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  },

  startWorker(start) {
    const worker = new Worker(new URL('./wasmWorker.js', import.meta.url), { type: 'module' });
    const deaths: ((reason: string) => void)[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => {
        const reason = event.message || 'its script failed';
        reject(new Error(`a thread can't start: ${reason}`));
        for (const callback of deaths) callback(reason);
      };
    });
    worker.postMessage(start);
    return {
      ready,
      onDeath: (callback) => void deaths.push(callback),
      terminate: async () => worker.terminate(),
    };
  },
};
