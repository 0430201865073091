/** `receptive` in Node: everything that runs anywhere, and files. */
export * from '../index.js';
export { FolderStore, loadCheckpoint } from './folderStore.js';
export { openLog, type TrainingLog } from './log.js';
