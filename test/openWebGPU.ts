/** The WebGPU backend as its own room knows it, with its device, which `createBackend('webgpu')` doesn't show. */
import { GPUBackend } from '../src/backends/webgpu/index.js';
import type { WebGPUOptions } from '../src/backends/webgpuBackend.js';
import { nodeWebGPU } from '../src/node/webgpu.js';

export const openWebGPU = (options: WebGPUOptions = {}) => GPUBackend.create(options, nodeWebGPU);
