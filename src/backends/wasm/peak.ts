/** What the machine can do at best with WASM SIMD. */
import type { PeakKernels } from '../peakKernels.js';
import type { WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { PEAK_OPERAND_BYTES, PEAK_OPERATIONS, PEAK_SUM_BYTES } from './signatures.js';
import { maximumTasks } from './taskCount.js';

export function peakKernels(engine: Engine): PeakKernels<WasmBuffer> {
  const tasks = 16 * engine.threads;
  return {
    multiplyAdd(iterations) {
      const [scratch] = engine.scratch(PEAK_OPERAND_BYTES + tasks * PEAK_SUM_BYTES);
      new Float32Array(engine.bytes, scratch, PEAK_OPERAND_BYTES / 4).fill(1);
      engine.run('peak', tasks, { scratch, iterations });
      return tasks * iterations * PEAK_OPERATIONS;
    },
    copy: (y, x) => engine.run('peakCopy', maximumTasks, { y, x, length: y.length }),
  };
}

/** GFLOP/s of all threads together: the best of many short attempts, since other programs can only slow an attempt down. */
export function peak({ multiplyAdd }: PeakKernels<WasmBuffer>): number {
  let best = 0;
  for (let attempt = 0; attempt < 40; attempt++) {
    const start = performance.now();
    const operations = multiplyAdd(16_000); // about a third of a millisecond for each of a thread's tasks
    best = Math.max(best, operations / (performance.now() - start) / 1e6);
  }
  return best;
}
