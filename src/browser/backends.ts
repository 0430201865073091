/** The backends in a browser. */
import { createBackendOn } from '../backends/create.js';
import { GPUBackend } from '../backends/webgpu/index.js';
import { browserWasm } from './wasm.js';
import { browserWebGPU } from './webgpu.js';

export { backendNames } from '../backends/create.js';

export const createBackend = createBackendOn({
  wasm: browserWasm,
  webgpu: (options, unasked) => GPUBackend.create(options, browserWebGPU, { onGpuOnly: unasked }),
});
