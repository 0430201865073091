/** The backends in Node, and the scope with which noGrad follows an async function. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createBackendOn } from '../backends/create.js';
import { GPUBackend } from '../backends/webgpu/index.js';
import { setAsyncScope } from '../tensor/gradMode.js';
import { nodeWasm } from './wasm.js';
import { nodeWebGPU } from './webgpu.js';

setAsyncScope(new AsyncLocalStorage());

export { backendNames } from '../backends/create.js';

export const createBackend = createBackendOn({
  wasm: nodeWasm,
  webgpu: (options, unasked) => GPUBackend.create(options, nodeWebGPU, { onGpuOnly: unasked }),
});
