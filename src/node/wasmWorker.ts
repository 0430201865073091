/** A thread of the WASM backend in Node. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerStart } from '../backends/wasm/platform.js';
import { Tasks } from '../backends/wasm/tasks.js';

const { module, memory, thread, threads } = workerData as WorkerStart;
const instance = await WebAssembly.instantiate(module, { env: { memory } });
parentPort!.postMessage('ready');
new Tasks(memory, instance.exports, thread, threads).work();
