/** What a backend asks of its device. */
import type { Backend } from '../backends/backend.js';
import type { KernelStats, WebGPUBackend, WebGPUStats } from '../backends/webgpuBackend.js';

type Counting = Pick<WebGPUBackend, 'stats' | 'resetStats'>;

/** The backend, if it counts what it asks of its device, as WebGPU's does. */
export function countingOf(backend: Backend): Counting | null {
  return 'stats' in backend && 'resetStats' in backend ? (backend as Backend & Counting) : null;
}

/** Of so many equal calls, what one of them does. */
export function ofOneCall({ kernels, ...counts }: WebGPUStats, calls: number): WebGPUStats {
  const ofOne = Object.entries(kernels).map(([name, kernel]) => [name, divided(kernel, calls)]);
  return { ...divided(counts, calls), kernels: Object.fromEntries(ofOne) };
}

function divided<Counts extends object>(counts: Counts, divisor: number): Counts {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / divisor])) as Counts;
}

/** What kernels do together. */
export function totalOf(kernels: Iterable<KernelStats>): KernelStats {
  const total = { dispatches: 0, flops: 0, bytes: 0, milliseconds: 0 };
  for (const { dispatches, flops, bytes, milliseconds } of kernels) {
    total.dispatches += dispatches;
    total.flops += flops;
    total.bytes += bytes;
    total.milliseconds += milliseconds;
  }
  return total;
}
