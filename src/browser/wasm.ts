/** WASM in a browser: threads from Web Workers. */
import script from '../../dist/wasm/browserThread.embedded.js';
import type { WasmPlatform } from '../backends/wasm/platform.js';

export const browserWasm: WasmPlatform = {
  // Servers that render pages may load this module, too, and some have no navigator.
  cores: globalThis.navigator?.hardwareConcurrency ?? 1,
  canShare: globalThis.crossOriginIsolated === true,
  // Workers may sleep; the main thread of a page may not.
  canWait: typeof document === 'undefined',

  startWorker(start) {
    // A blob has the page's own origin, wherever the page has its scripts from.
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = newWorker(address);
    const deaths: ((reason: string) => void)[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      worker.onmessage = () => {
        URL.revokeObjectURL(address);
        resolve();
      };
      worker.onerror = (event) => {
        const reason = event.message || refused;
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

const refused = "the page doesn't let its script in; a Content-Security-Policy must have worker-src blob:";

function newWorker(address: string): Worker {
  try {
    return new Worker(address);
  } catch (error) {
    URL.revokeObjectURL(address);
    throw new Error(`a thread can't start: ${refused}`, { cause: error });
  }
}
