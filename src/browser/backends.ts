/** The backends in a browser. */
import { createBackendOn } from '../backends/create.js';
import { GPUBackend } from '../backends/webgpu/index.js';
import { browserWasm } from './wasm.js';
import { browserWebGPU } from './webgpu.js';

export { backendNames } from '../backends/create.js';

/**
 * A new backend: `'webgpu'`, `'wasm'`, `'reference'`, or `'auto'` (the default) for the first of these that runs here; `backend.name`
 * says which it is. `threads` is an option of wasm. If something better was there and can't be used, `console.warn` says so, and why.
 * Throws if there is no backend of that name, if an option is wrong, or if the backend can't run here, and says what is missing.
 */
export const createBackend = createBackendOn({
  wasm: browserWasm,
  mayHaveGpu: () => true,
  webgpu: (options, unasked) => GPUBackend.create(options, browserWebGPU, { onGpuOnly: unasked }),
});
