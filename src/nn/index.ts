/** `torch.nn`: modules. */
export type { RemovableHandle } from './hooks.js';
export * as init from './init.js';
export { type AnyModule, type LoadOptions, Module } from './module.js';
export * from './modules/containers.js';
export * from './modules/layers.js';
export * from './modules/sequential.js';
export * from './modules/stateless.js';
export { Buffer, Parameter } from './parameter.js';
export { formatSummary, type LayerSummary, type Summary, summary } from './summary.js';
