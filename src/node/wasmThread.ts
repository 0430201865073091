/** A thread of the WASM backend in Node: `tools/embed.mjs` makes a text of this, with which `wasm.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerStart } from '../backends/wasm/platform.js';
import { Tasks } from '../backends/wasm/tasks.js';

const { module, memory, thread, threads } = workerData as WorkerStart;
WebAssembly.instantiate(module, { env: { memory } }).then((instance) => {
  parentPort!.postMessage('ready');
  new Tasks(memory, instance.exports, thread, threads).work();
});
