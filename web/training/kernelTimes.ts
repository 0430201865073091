/** How long each kernel has taken. */
import type { AnyBackend } from 'receptive';
import type { KernelShare } from './messages.js';

/** From now on. WebGPU's are the device's own times, which it has only where it was created with `profile`. */
export function kernelTimes(backend: AnyBackend): () => KernelShare[] {
  const times = backend.name === 'webgpu' ? null : timed(backend);
  return () => {
    const found: [string, number][] =
      backend.name === 'webgpu'
        ? Object.entries(backend.stats().kernels).map(([kernel, { milliseconds }]) => [kernel, milliseconds])
        : [...times!];
    return found
      .map(([kernel, milliseconds]) => ({ kernel, milliseconds }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  };
}

type Kernel = (...parameters: unknown[]) => unknown;

/** Puts a clock around every kernel. These backends have computed when the call returns. */
function timed(backend: AnyBackend): Map<string, number> {
  const times = new Map<string, number>();
  const around =
    (name: string, kernel: Kernel): Kernel =>
    (...parameters) => {
      const began = performance.now();
      const result = kernel(...parameters);
      times.set(name, (times.get(name) ?? 0) + performance.now() - began);
      return result;
    };
  const operations = Object.entries(backend.kernels as unknown as Record<string, Record<string, Kernel>>);
  const kernels = operations.map(([operation, passes]) => {
    const clocked = Object.entries(passes).map(([pass, kernel]) => [
      pass,
      typeof kernel === 'function' ? around(`${operation}.${pass}`, kernel.bind(passes)) : kernel,
    ]);
    return [operation, Object.fromEntries(clocked)];
  });
  Object.assign(backend, { kernels: Object.fromEntries(kernels) });
  return times;
}
