/** Calls of the kernels that normalise a channel by its statistics. */
import type { BatchNormSizes } from '../../ops/batchNorm2d.js';
import type { Kernels } from '../../ops/index.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Dispatch, Engine } from './engine.js';
import { gridOf, partsFor } from './parts.js';

type Buffers = Dispatch['buffers'];

export function normalization(engine: Engine) {
  /** `Sizes`, with which of the optional buffers are given; and into how many parts a channel is divided among workgroups. */
  function sizesOf({ N, C, pixels, training, momentum, eps }: BatchNormSizes, optional: Buffers) {
    const { parts, share } = partsFor(N * pixels, engine.sumThreads, C);
    const has = (name: string) => Boolean(optional[name]);
    const sizes = {
      ...{ N, C, pixels, share, training, momentum, rest: 1 - momentum, eps },
      ...{ hasRunning: has('runningMean'), hasWeight: has('weight'), hasBias: has('bias') },
      ...{ hasDweight: has('dweight'), hasDbias: has('dbias') },
    };
    return { parts, sizes };
  }

  return {
    batchNorm2d: {
      forward(y, mean, invStd, runningMean, runningVar, x, weight, bias, s) {
        const { parts, sizes } = sizesOf(s, { runningMean, weight, bias });
        const run = (entry: string, buffers: Buffers, extent: Pick<Dispatch, 'threads' | 'groups'>) =>
          engine.run({ shader: 'batchNorm2d', entry, buffers: { mean, invStd, ...buffers }, sizes, ...extent });

        if (!s.training) {
          const buffers = { y, runningMean, runningVar, x, weight, bias };
          run('evaluate', buffers, { threads: Math.max(x.length, s.C) });
          return;
        }
        engine.temporary(3 * parts * s.C, (moments) => {
          const moved = { runningMean, runningVar, moments };
          run('statistics', { ...moved, x }, { groups: gridOf(s.C, parts, engine.groupsAcross) });
          if (parts > 1) run('combine', moved, { groups: gridOf(s.C, 1, engine.groupsAcross) });
          run('normalize', { y, x, weight, bias, moments }, { threads: x.length });
        });
      },

      backward(dx, dweight, dbias, dy, x, weight, mean, invStd, s) {
        const { parts, sizes } = sizesOf(s, { weight, dweight, dbias });
        engine.temporary(6 * parts * s.C, (gradients) => {
          const run = (entry: string, buffers: Buffers, extent: Pick<Dispatch, 'threads' | 'groups'>) =>
            engine.run({ shader: 'batchNorm2d', entry, buffers: { gradients, ...buffers }, sizes, ...extent });

          if (s.training || dweight || dbias) {
            const buffers = { dweight, dbias, mean, invStd, x, dy };
            run('backwardSums', buffers, { groups: gridOf(s.C, parts, engine.groupsAcross) });
            if (parts > 1) run('combineSums', { dweight, dbias }, { groups: gridOf(s.C, 1, engine.groupsAcross) });
          }
          if (dx) run('backward', { dx, mean, invStd, x, weight, dy }, { threads: dx.length });
        });
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
