/** What the WebGPU backend is to those who have no GPU types: its options, and what it tells of itself. The class that does it
 *  is in `webgpu/index.ts`. */
import type { Backend } from './backend.js';
import { flag, type Rules } from './options.js';

export interface WebGPUOptions {
  /** Let the threads of a workgroup share what they have in its memory: tiles of matrices, and parts of long sums. Default:
   *  on every GPU, but not on adapters that compute on the CPU (SwiftShader, WARP, llvmpipe), which only lose by it. */
  shareMemory?: boolean;
  /** Measure how long each kernel takes on the device, for `stats()`: the times of what a `read` waits for are there when it
   *  is done. Each dispatch has a pass of its own then, which takes a little longer. An adapter that can't tell the time
   *  (without the feature timestamp-query) leaves them at 0. Default: false. */
  profile?: boolean;
}

export const webgpuOptions: Rules<WebGPUOptions> = { shareMemory: flag, profile: flag };

/** What a kernel does, counted when it is dispatched: for products of matrices by their tiling; for all others, which memory
 *  limits anyway, each buffer is counted once, and operations aren't. */
export interface Work {
  /** Multiplications and additions. */
  readonly flops: number;
  /** Bytes that its threads ask of global memory, before any cache. */
  readonly bytes: number;
}

export interface KernelStats extends Work {
  readonly dispatches: number;
  /** Milliseconds on the device; 0 unless the backend was created with `profile: true`. */
  readonly milliseconds: number;
}

export interface WebGPUStats {
  readonly dispatches: number;
  readonly submits: number;
  readonly bytesUploaded: number;
  readonly bytesRead: number;
  readonly buffersCreated: number;
  readonly bytesAllocated: number;
  /** By name: `conv2d.forward`. */
  readonly kernels: Readonly<Record<string, KernelStats>>;
}

/** What `createBackend('webgpu')` gives. */
export interface WebGPUBackend extends Backend {
  readonly name: 'webgpu';
  /** What the adapter calls itself. */
  readonly adapter: string;
  /** What was asked of the device since the backend was created, or since `resetStats()`. */
  stats(): WebGPUStats;
  resetStats(): void;
}
