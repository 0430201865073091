/**
 * `receptive/measure`: how fast kernels and training steps are on this machine, as rows of numbers, in Node and in a browser.
 * Nothing is printed, and every row is plain JSON.
 */
export { describeBackend, timerStep } from '../backends/describe.js';
export type { AdapterDescription, BackendDescription, Environment } from '../backends/environment.js';
export type { KernelStats, WebGPUStats } from '../backends/webgpuBackend.js';
export { compareReports } from './compare.js';
export { type Contender, isReference, peakOf } from './contender.js';
export { totalOf } from './deviceWork.js';
export { type KernelOptions, type KernelResult, type KernelRow, measureKernels } from './kernels.js';
export { type BenchEvent, type BenchOptions, measureAll } from './measureAll.js';
export { type PlanOptions, plan } from './plan.js';
export { readBenchReport } from './readReport.js';
export type {
  BenchContender,
  BenchGroup,
  BenchReport,
  BenchResult,
  BenchRow,
  Change,
  Crossover,
  Growth,
  Peaks,
  Sampled,
} from './report.js';
export { estimate, type GPU, gpuFrom, gpus } from './roofline.js';
export { measureStep, networkStep, type StepProblem, type StepRow } from './steps.js';
export type { TimingOptions } from './timing.js';
export type { PreparedWork, Work } from './work.js';
