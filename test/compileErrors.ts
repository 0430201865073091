/**
 * What must not compile. Nobody runs this file: `npm run check` compiles it, and fails where `@ts-expect-error` finds none.
 */
import { behind } from '../src/backends/wasm/buffer.js';
import type { Engine } from '../src/backends/wasm/engine.js';
import type { WebGPUBuffer } from '../src/backends/webgpu/buffer.js';
import type { GPUBackend } from '../src/backends/webgpu/index.js';
import { createBackend as createInBrowser } from '../src/browser/backends.js';
import { createBackend } from '../src/node/index.js';
import type { Kernels } from '../src/ops/index.js';
import type { DeviceBuffer } from '../src/tensor/tensorBackend.js';

/** Kernels over a backend's own buffers are a backend's kernels, if none is missing. */
export function kernelsOfABackend({ relu, ...others }: Kernels<WebGPUBuffer>): Kernels<DeviceBuffer>[] {
  return [
    { ...others, relu },
    // @ts-expect-error relu is left out
    { ...others },
    // @ts-expect-error relu has no backward
    { ...others, relu: { forward: relu.forward } },
    // @ts-expect-error relu is another operation
    { ...others, relu: others.add },
  ];
}

/** A name gives the backend of that name, and takes its options. */
export async function backends(): Promise<unknown[]> {
  const webgpu = await createBackend('webgpu', { profile: true, shareMemory: true });
  const wasm = await createInBrowser('wasm', { threads: 2, relaxedSimd: false });
  const reference = await createBackend('reference');
  const any = await createBackend('auto', { threads: 2, profile: true });
  const first = await createBackend();
  return [
    [webgpu.stats().submits, webgpu.adapter, wasm.threads, wasm.build, reference.readSync, any.name, first.name],
    any.name === 'webgpu' ? any.stats() : any.readSync,
    // @ts-expect-error there is no such backend
    createBackend('wsam'),
    // @ts-expect-error nor in a browser
    createInBrowser('wsam'),
    // @ts-expect-error WebGPU has no threads
    createBackend('webgpu', { threads: 2 }),
    // @ts-expect-error WASM has no profile
    createBackend('wasm', { profile: true }),
    // @ts-expect-error the reference has no options
    createBackend('reference', { threads: 1 }),
    // @ts-expect-error a slip
    createBackend('auto', { thread: 2 }),
    // @ts-expect-error WASM has no stats
    wasm.stats(),
    // @ts-expect-error it may be another backend
    any.stats(),
    // @ts-expect-error rooms without GPU types don't see the device; the class shows it
    webgpu.device,
  ];
}

/** The class has what `createBackend('webgpu')` promises, and its device. */
export const deviceOf = (backend: GPUBackend) => backend.device;

/** Kernels are called by the names of their parameters. */
export function callsOfKernels(engine: Engine, scratch: ReturnType<Engine['allocate']>): void {
  const y = { address: scratch };
  // @ts-expect-error a misspelt kernel
  engine.run('reluFoward', 1, { y, x: y, length: 1 });
  // @ts-expect-error two arguments swapped
  engine.run('reluForward', 1, { y, x: 1, length: y });
  // @ts-expect-error a missing argument
  engine.run('reluForward', 1, { y, x: y });
  // @ts-expect-error one too many
  engine.run('reluForward', 1, { y, x: y, length: 1, slope: 0 });
  // @ts-expect-error a size where an address belongs
  engine.run('peak', 1, { scratch: 64, iterations: 1 });
  // @ts-expect-error an array that must be there
  engine.run('reluForward', 1, { y, x: null, length: 1 });
  // @ts-expect-error a field of a struct is missing
  engine.run('maxPool2dForward', 1, { y, x: y, indices: y, s: { N: 1, C: 1, H: 1, W: 1 } });
  engine.run('copy', 1, { y: behind(y, 4), x: scratch, length: 1 }); // an address, or what has one
}
