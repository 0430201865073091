/** How long each kernel has taken so far. */
import { type AnyBackend, operationNames } from 'receptive';
import type { KernelShare } from './messages.js';

type Kernel = (...args: unknown[]) => void;
type KernelTable = Record<string, Record<string, Kernel>>;

/**
 * Measures all kernels of a backend from now on, which costs time. The function that it returns says what they have taken, the most
 * expensive first. WebGPU's device tells by its own clock, if the backend was created with `profile: true`.
 */
export function measureKernels(backend: AnyBackend): () => KernelShare[] {
  const times = new Map<string, number>();
  const add = (kernel: string, milliseconds: number) => times.set(kernel, (times.get(kernel) ?? 0) + milliseconds);
  if (backend.name === 'webgpu') {
    return () => {
      times.clear();
      for (const [name, { milliseconds }] of Object.entries(backend.stats().kernels)) add(passOf(name), milliseconds);
      return sorted(times);
    };
  }
  const kernels = backend.kernels as unknown as KernelTable;
  const timed = (operation: string, pass: string): Kernel => {
    return (...args) => {
      const begin = performance.now();
      kernels[operation][pass](...args);
      add(`${operation} ${pass}`, performance.now() - begin);
    };
  };
  const passes = (operation: string) =>
    Object.fromEntries(Object.keys(kernels[operation]).map((pass) => [pass, timed(operation, pass)]));
  Object.defineProperty(backend, 'kernels', {
    value: Object.fromEntries(operationNames.map((operation) => [operation, passes(operation)])),
  });
  return () => sorted(times);
}

/** `conv2dBackwardInput.backwardInput` is of `conv2d backward`. */
function passOf(shader: string): string {
  const [file] = shader.split('.');
  return `${file.replace(/(Forward|Backward).*/, '')} ${/backward/i.test(shader) ? 'backward' : 'forward'}`;
}

const sorted = (times: ReadonlyMap<string, number>): KernelShare[] =>
  [...times]
    .map(([kernel, milliseconds]) => ({ kernel, milliseconds }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
