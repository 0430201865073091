/** What the device can do at best, through shaders of its own. */
import type { PeakKernels } from '../peakKernels.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';

/** More than the largest GPUs have at work at once. */
const threads = 2 ** 18;
/** Of a thread in a round of the shader's loop: eight vectors of four, each multiplied and added. */
const operations = 64;
/** Rounds of an iteration, so that starting the threads is little beside it. */
const rounds = 32;

export function peakKernels(engine: Engine): PeakKernels<WebGPUBuffer> {
  return {
    multiplyAdd(iterations) {
      engine.temporary(4 * threads, (y) => {
        const sizes = { count: threads, rounds: rounds * iterations, factor: 0.999, term: 0.001 };
        engine.run({ shader: 'peak', entry: 'multiplyAdd', buffers: { y }, sizes, threads });
      });
      return threads * rounds * iterations * operations;
    },
    copy(y, x) {
      const count = y.length / 4;
      const sizes = { count, rounds: 0, factor: 0, term: 0 };
      engine.run({ shader: 'peak', entry: 'copy', buffers: { y, x }, sizes, threads: count });
    },
  };
}
