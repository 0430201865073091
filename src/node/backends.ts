/** The backends that run in Node. */
import type { Backend } from '../backends/backend.js';
import { type BackendFactories, type BackendOptions, createBackendFrom } from '../backends/create.js';
import { ReferenceBackend } from '../backends/reference/index.js';
import { WasmBackend } from '../backends/wasm/index.js';
import { WebGPUBackend } from '../backends/webgpu/index.js';
import { nodeWasm } from './wasm.js';
import { nodeWebGPU } from './webgpu.js';

const factories: BackendFactories = {
  webgpu: (options, unasked) => WebGPUBackend.create(options, nodeWebGPU, { onGpuOnly: unasked }),
  wasm: (options) => WasmBackend.create(options, nodeWasm),
  reference: async () => new ReferenceBackend(),
};

/** The backends of this version, the preferred first. */
export const backendNames = Object.keys(factories);

/** A new backend: 'wasm', 'reference', or 'auto' for the first that runs here. Throws if it can't run, and says why. */
export function createBackend(name = 'auto', options: BackendOptions = {}): Promise<Backend> {
  return createBackendFrom(factories, name, options);
}
