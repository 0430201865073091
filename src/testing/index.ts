/**
 * `receptive/testing`: holds kernels equal to the maths. Cases, their layers and problems are there at once; checking draws
 * problems with fast-check, which is loaded when the first check begins.
 *
 *   await checkKernel('relu', {
 *     forward(y, x) { for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? x[i] : 0; },
 *   });
 *   // LawError: relu (your kernel) breaks the law 'forward': y[4] is 0, but NaN expected exactly …
 *
 * A kernel takes outputs, inputs and sizes, as its operation does in `ops`. Outputs arrive filled with NaN, every array
 * has sentinels around it, and gradients that nobody asks for are null. Kernels in WASM and in WGSL are held likewise:
 * see `examples`.
 */
export type { OperationName } from '../ops/index.js';
export { type Budget, gamma, roundToNearest } from './budget.js';
export {
  type Argument,
  type ArrayKernel,
  type ArrayKernels,
  arrayCandidate,
  backendCandidate,
  type Candidate,
  type DeviceKernel,
  type DeviceKernels,
  type Pass,
  reference,
} from './candidate.js';
export type { Arrays, Evaluation, LawName, OperationCase, Parameters } from './case.js';
export { cases } from './cases/index.js';
export {
  type CheckAllOptions,
  type CheckDeviceKernelOptions,
  type CheckKernelOptions,
  type CheckOptions,
  checkAll,
  checkBackend,
  checkKernel,
  checkLaw,
  lawsFor,
  lawsToCheck,
  newSeed,
} from './check.js';
export { Violation } from './compare.js';
export type { LawReport } from './examine.js';
export { LawError } from './lawError.js';
export { laws } from './laws/index.js';
export { type Draft, describe, type Kind, type Problem, problem } from './problem.js';
export { type CheckReport, type CheckRow, readCheckReport, type Verdict } from './report.js';
export { backwardArguments, backwardGiven, forwardArguments, gradientNames } from './run.js';
export { type CheckReportOptions, toCheckReport } from './toCheckReport.js';
export type { WasmMemory } from './wasmMemory.js';
