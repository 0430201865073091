/** The public namespace `onnx`: what runs on every platform. */
export { type SaveOptions, save } from './save.js';
