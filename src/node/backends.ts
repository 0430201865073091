/** The backends, on what Node brings for them. */
import { createBackendOn } from '../backends/create.js';
import { GPUBackend } from '../backends/webgpu/index.js';
import { nodeWasm } from './wasm.js';
import { mayHaveGpu, nodeWebGPU } from './webgpu.js';

export { backendNames } from '../backends/create.js';

export const createBackend = createBackendOn({
  wasm: nodeWasm,
  mayHaveGpu,
  webgpu: (options, unasked) => GPUBackend.create(options, nodeWebGPU, { onGpuOnly: unasked }),
});
