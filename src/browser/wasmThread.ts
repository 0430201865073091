/** A thread of the WASM backend in a browser: `tools/embed.mjs` makes a text of this, with which `wasm.ts` starts it. */
import type { WorkerStart } from '../backends/wasm/platform.js';
import { Tasks } from '../backends/wasm/tasks.js';

self.onmessage = async ({ data }: MessageEvent<WorkerStart>) => {
  const { module, memory, thread, threads } = data;
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  self.postMessage('ready');
  new Tasks(memory, instance.exports, thread, threads).work();
};
