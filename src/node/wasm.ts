/** WASM in Node: files from the disk, threads from worker_threads. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WasmPlatform } from '../backends/wasm/platform.js';

export const nodeWasm: WasmPlatform = {
  cores: availableParallelism(),
  canShare: true,
  canWait: true,

  async load(build) {
    const { buffer, byteOffset, length } = await readFile(new URL(`../../dist/wasm/${build}.wasm`, import.meta.url));
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
  },

  startWorker(start) {
    const worker = new Worker(new URL('../../dist/node/wasmWorker.js', import.meta.url), {
      workerData: start,
      // Without the program's own flags, such as a loader or coverage, which a worker doesn't need.
      execArgv: [],
    });
    let expected = false;
    let reason: string | null = null;
    const deaths: ((reason: string) => void)[] = [];
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', (code) => {
      if (!expected) for (const callback of deaths) callback(reason ?? `exit code ${code}`);
    });
    return {
      ready: new Promise((resolve, reject) => {
        worker.once('message', () => {
          worker.unref(); // a program that is done may end while its threads sleep
          resolve();
        });
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the thread ended before it began')));
      }),
      onDeath: (callback) => void deaths.push(callback),
      async terminate() {
        expected = true;
        await worker.terminate();
      },
    };
  },
};
