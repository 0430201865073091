/** `receptive` in a browser: everything that runs anywhere. */
export * from '../index.js';
export { backendNames, createBackend } from './backends.js';
