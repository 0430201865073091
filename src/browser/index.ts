/** `receptive` in a browser: everything that runs anywhere. */
export * as safetensors from '../exchange/index.js';
export * from '../index.js';
export { backendNames, createBackend } from './backends.js';
