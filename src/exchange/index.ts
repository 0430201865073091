/** The public namespace `safetensors`, as far as it runs anywhere. */
export { load, metadata, type SafetensorsDtype, type SaveOptions, save } from './safetensors.js';
