export { type Cifar10Batch, parseCifar10 } from './cifar10.js';
export { FormatError } from './error.js';
export { gunzip, isGzip } from './gzip.js';
export { type Idx, parseIdx, readIdx } from './idx.js';
export { decodePng, encodePng, type Pixels } from './png.js';
export {
  fromFloat32,
  parseSafetensors,
  type Safetensors,
  type SafetensorsDtype,
  type SafetensorsEntry,
  serializeSafetensors,
  toFloat32,
} from './safetensors.js';
