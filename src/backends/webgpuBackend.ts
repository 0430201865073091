/** The WebGPU backend as seen from outside its room, without the GPU's types: its options and its statistics. The class is in
 *  `webgpu/index.ts`. */
import { flag, type Known } from '../ops/options.js';
import type { DeviceBuffer } from '../tensor/tensorBackend.js';
import type { Backend } from './backend.js';
import type { AdapterDescription } from './environment.js';

export interface WebGPUOptions {
  /** Have the threads of a workgroup work together through its memory, on tiles of matrices and on long sums. Default: true on a
   *  GPU; false on adapters that compute on the CPU (SwiftShader, WARP, llvmpipe), which are slower with it. */
  shareMemory?: boolean;
  /** Measure how long each kernel takes on the device, for `stats()`. When a `read` is done, the times of all that it has waited
   *  for are there. Each dispatch then has a compute pass of its own, which takes a little longer. Without the adapter's feature
   *  timestamp-query the times stay 0. Default false. */
  profile?: boolean;
}

export const webgpuOptions: Known<WebGPUOptions> = { shareMemory: flag, profile: flag };

/** What a kernel does, counted when it is dispatched. For products of matrices, their tiling gives it. For all others, which are
 *  limited by memory, each buffer counts once, and flops are 0. */
export interface Work {
  /** Multiplications and additions. */
  readonly flops: number;
  /** Bytes that its threads read from and write to global memory, as if there were no cache. */
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

/** What the device's clock said of what it did since `resetStats()`, in milliseconds. It may be coarse, stand still, or count in
 *  other units, so whoever takes it for the truth holds it to another clock first. */
export interface DeviceClock {
  /** From the beginning of the first dispatch to the end of the last one. */
  readonly span: number;
  /** The shortest time between two readings that differ, since the backend was created: its step, or more. */
  readonly step: number;
  /** Dispatches that ended before they began. */
  readonly backwards: number;
}

/** What a shader of one's own is called with. */
export interface ShaderCall {
  /** Buffers of the backend by the names that the shader has for them, in `@group(0)`. null: not given, and not to be read. */
  readonly buffers: Readonly<Record<string, DeviceBuffer | null>>;
  /** The fields of the shader's `struct Sizes`, which is `@binding(0) var<uniform>`; a boolean is 0 or 1. What it has no field for
   *  is left out. Default: none. */
  readonly sizes?: Readonly<Record<string, number | boolean | readonly number[]>>;
  /** So many threads, in workgroups of 256 along x. More than 65,535 workgroups lie in rows: the thread's number is then
   *  `id.y * groups.x * 256 + id.x`. */
  readonly threads?: number;
  /** Or so many workgroups, of a size that the shader chooses. */
  readonly groups?: readonly [number, number, number];
}

/** A compute shader of one's own. */
export interface Shader {
  /** Runs an entry point, after all that was asked of the backend before. Throws at once if a buffer or a size isn't what the
   *  shader names; that it doesn't compile is an error of the next call, or of the next read. */
  run(entry: string, call: ShaderCall): void;
}

/** What `createBackend('webgpu')` gives. */
export interface WebGPUBackend extends Backend {
  readonly name: 'webgpu';
  /** What the adapter calls itself. */
  readonly adapter: string;
  /** The same in full. */
  readonly adapterInfo: AdapterDescription;
  /** Whether dispatches are timed on the device, each in a pass of its own. It may be switched while nothing is under way, on a
   *  backend that was created with `profile: true`; on others it is false, and stays so. */
  profiling: boolean;
  /** null if nothing was timed. */
  deviceClock(): DeviceClock | null;
  /** What was asked of the device since the backend was created, or since `resetStats()`. */
  stats(): WebGPUStats;
  resetStats(): void;
  /** A shader in WGSL. Its fields of `Sizes` are u32, i32, f32 or vec4u. `name` is what messages and `stats()` call it; default
   *  `own`. `examples/own-kernel-wgsl.ts` holds one to the laws. */
  shader(code: string, name?: string): Shader;
}
