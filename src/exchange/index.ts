/** The public namespace `safetensors`: what runs on every platform. */
export { load, metadata, type SafetensorsDtype, type SaveOptions, save } from './safetensors.js';
