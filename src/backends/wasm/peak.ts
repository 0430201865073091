/** What the machine can do at best with WASM SIMD. */
import type { Engine } from './engine.js';
import { PEAK_OPERAND_BYTES, PEAK_OPERATIONS, PEAK_SUM_BYTES } from './signatures.js';

/** GFLOP/s of all threads together: the best of many short attempts, since other programs can only slow an attempt down. */
export function peak(engine: Engine): number {
  const tasks = 16 * engine.threads;
  const iterations = 16_000; // about a third of a millisecond
  const [scratch] = engine.scratch(PEAK_OPERAND_BYTES + tasks * PEAK_SUM_BYTES);
  new Float32Array(engine.bytes, scratch, PEAK_OPERAND_BYTES / 4).fill(1);
  let best = 0;
  for (let attempt = 0; attempt < 40; attempt++) {
    const start = performance.now();
    engine.run('peak', tasks, { scratch, iterations });
    best = Math.max(best, (tasks * iterations * PEAK_OPERATIONS) / (performance.now() - start) / 1e6);
  }
  return best;
}
