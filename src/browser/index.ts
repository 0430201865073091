/** `receptive` in a browser: everything that runs anywhere. */
export * from '../everywhere.js';
export { backendNames, createBackend } from './backends.js';
