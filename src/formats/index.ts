export { type Cifar10Batch, parseCifar10 } from './cifar10.js';
export { type DecodeImageOptions, decodeImage } from './decodeImage.js';
export { FormatError } from './error.js';
export { gunzip, isGzip } from './gzip.js';
export { type Idx, parseIdx, readIdx } from './idx.js';
export {
  attributeTypes,
  decodeOnnx,
  EXTERNAL,
  encodeOnnx,
  FLOAT,
  INT64,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  type ReadOnnxAttribute,
  type ReadOnnxGraph,
  type ReadOnnxModel,
  type ReadOnnxNode,
  type ReadOnnxTensor,
  type ReadOnnxValue,
} from './onnx.js';
export type { Pixels } from './pixels.js';
export { decodePng, encodePng } from './png.js';
export {
  parseSafetensors,
  type Safetensors,
  type SafetensorsEntry,
  serializeSafetensors,
  withData,
} from './safetensors.js';
export {
  isDtype,
  LENGTH_BYTES,
  parseHeader,
  parseHeaderLength,
  quote,
  type SafetensorsDtype,
} from './safetensorsHeader.js';
export {
  checkInt32,
  defaultDtype,
  entryOf,
  type SafetensorsValues,
  valuesOf,
} from './safetensorsValues.js';
export { sha256 } from './sha256.js';
export { isTorchFile, parseTorchFile } from './torchFile.js';
