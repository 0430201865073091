/** What the machine can do at best with WASM SIMD. */
import type { Engine } from './engine.js';

/** Bytes of pixels and weights, and of one task's sums; operations of one iteration. As in `assembly/peak.ts`. */
const operands = 768;
const sums = 128;
const operations = 1024;

/** GFLOP/s of all threads together: the best of many short attempts, because whatever else runs only slows them down. */
export function peak(engine: Engine): number {
  const tasks = 16 * engine.threads;
  const iterations = 16_000; // about a third of a millisecond
  const [scratch] = engine.scratch(operands + tasks * sums);
  new Float32Array(engine.bytes, scratch, operands / 4).fill(1);
  let best = 0;
  for (let attempt = 0; attempt < 40; attempt++) {
    const start = performance.now();
    engine.run('peak', tasks, scratch, iterations);
    best = Math.max(best, (tasks * iterations * operations) / (performance.now() - start) / 1e6);
  }
  return best;
}
