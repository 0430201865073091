/** What of `receptive` runs anywhere: the trunk. The entries are `node/` and `browser/`, which add what a platform brings. */
export { Backend, type MemoryReport } from './backends/backend.js';
export type { AnyBackend, BackendName, BackendOptions } from './backends/create.js';
export type { WasmBackend, WasmOptions } from './backends/wasm/index.js';
export type {
  KernelStats,
  Shader,
  ShaderCall,
  WebGPUBackend,
  WebGPUOptions,
  WebGPUStats,
} from './backends/webgpuBackend.js';
export * as safetensors from './exchange/index.js';
export * as onnx from './exchange/onnx/index.js';
export * as torch from './exchange/torch.js';
export { FormatError } from './formats/index.js';
export * as models from './models/index.js';
export * as functional from './nn/functional/index.js';
export * as nn from './nn/index.js';
export { type OperationName, operationNames, ops } from './ops/index.js';
export { type Pair, type Shape, ShapeError } from './ops/shape.js';
export * as optim from './optim/index.js';
export { isGradEnabled, noGrad } from './tensor/gradMode.js';
export { defaultGenerator, Generator, manualSeed } from './tensor/random.js';
export { type ReduceOptions, Tensor, type TensorOptions } from './tensor/tensor.js';
export type { DType, TensorBackend, TypedArray } from './tensor/tensorBackend.js';
export * from './training/index.js';
