/**
 * `receptive/measure`: how fast kernels and training steps are on this machine, as rows of numbers, in Node and in a browser.
 * Nothing is printed, and every row is plain JSON.
 */
export type { KernelStats, WebGPUStats } from '../backends/webgpuBackend.js';
export { type Contender, isReference, peakOf } from './contender.js';
export { totalOf } from './deviceWork.js';
export { type KernelOptions, type KernelResult, type KernelRow, measureKernels } from './kernels.js';
export { estimate, type GPU, gpuFrom, gpus } from './roofline.js';
export { measureStep, networkStep, type StepProblem, type StepRow } from './steps.js';
export type { TimingOptions } from './timing.js';
