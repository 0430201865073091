/** Calls of the kernels that normalise images. A task is a channel, or a plane. */
import type { Kernels } from '../../ops/index.js';
import type { WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { tasksFor } from './taskCount.js';

export function normalization(engine: Engine) {
  return {
    batchNorm2d: {
      forward(y, mean, invStd, runningMean, runningVar, x, weight, bias, s) {
        const tasks = tasksFor(x.length, s.C);
        engine.run('batchNorm2dForward', tasks, {
          y,
          mean,
          invStd,
          runningMean,
          runningVar,
          x,
          weight,
          bias,
          ...s,
        });
      },
      backward(dx, dweight, dbias, dy, x, weight, mean, invStd, s) {
        const tasks = tasksFor(x.length, s.C);
        engine.run('batchNorm2dBackward', tasks, { dx, dweight, dbias, dy, x, weight, mean, invStd, ...s });
      },
    },

    localResponseNorm: {
      forward(y, x, { N, C, pixels, size, alpha, beta, k }) {
        const tasks = tasksFor(x.length, N * C);
        engine.run('localResponseNormForward', tasks, { y, x, N, C, pixels, size, ratio: alpha / size, beta, k });
      },
      backward(dx, dy, x, { N, C, pixels, size, alpha, beta, k }) {
        const tasks = tasksFor(x.length, N * C);
        const [through] = engine.scratch(x.byteLength);
        const both = { dx, through, dy, x, N, C, pixels, size, ratio: alpha / size, beta, k };
        engine.run('localResponseNormBackwardDirect', tasks, both);
        engine.run('localResponseNormBackwardThrough', tasks, both);
      },
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}
