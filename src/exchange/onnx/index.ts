/** The public namespace `onnx`: what runs on every platform. */
export { load, metadata } from './load.js';
export type { OnnxInput, OnnxModule } from './module.js';
export { type SaveOptions, save } from './save.js';
