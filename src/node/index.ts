/** `receptive` in Node: everything that runs anywhere, files, and threads. */
export * from '../index.js';
export { backendNames, createBackend } from './backends.js';
export { FolderStore, loadCheckpoint } from './folderStore.js';
export { openLog, type TrainingLog } from './log.js';
export * as safetensors from './safetensors.js';
