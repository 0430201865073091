/** `receptive`: tensors, backends, layers, optimizers, networks and training. In Node with files, and with threads of its own. */
export * from '../everywhere.js';
export { backendNames, createBackend } from './backends.js';
export { FolderStore, loadCheckpoint } from './folderStore.js';
export { openLog, type TrainingLog } from './log.js';
/** In place of the trunk's: the same, and `saveFile`, `loadFile`, `metadataFile`. */
export * as onnx from './onnx.js';
export * as safetensors from './safetensors.js';
export * as torch from './torch.js';
