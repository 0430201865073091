/** Calls of the kernels that go along rows: softmax and the losses of classifiers, sums and means. */
import { crossEntropyShares } from '../../ops/crossEntropy.js';
import type { Kernels } from '../../ops/index.js';
import { ignoredTarget, type NllLossSizes } from '../../ops/nllLoss.js';
import type { SoftmaxSizes } from '../../ops/softmax.js';
import { broadcasting } from './broadcast.js';
import { address, type WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { maximumTasks, shares } from './shares.js';

/** An exponential, and fetching numbers from four rows, take about as long as sixteen additions. */
const exponential = 16;

export function rows(engine: Engine) {
  const { sum, spread } = broadcasting(engine);

  /** Runs a kernel whose tasks take four rows at a time. */
  function alongRows(kernel: string, arrays: readonly WasmBuffer[], { outer, C, inner }: SoftmaxSizes): void {
    const count = outer * inner;
    const tasks = shares(exponential * C * count, Math.ceil(count / 4));
    engine.run(kernel, tasks, ...arrays.map((array) => array.address), count, C, inner);
  }

  /** The partial sums of losses: two f64 for each task. */
  const partialSums = () => engine.scratch(16 * maximumTasks)[0];

  /** loss, from its partial sums, unless every loss was written by itself. */
  function reduce(loss: WasmBuffer, partials: number, tasks: number, { reduction }: NllLossSizes): void {
    if (reduction !== 'none') {
      engine.run('reduceLoss', 1, loss.address, partials, tasks, reduction === 'mean' ? 1 : 0);
    }
  }

  /** The partial sums that the gradient of a mean is divided by. Gives how many there are: none if it isn't one. */
  function weigh(partials: number, target: WasmBuffer, weight: WasmBuffer | null, s: NllLossSizes): number {
    if (s.reduction !== 'mean') return 0;
    const tasks = shares(target.length);
    engine.run('targetWeights', tasks, partials, target.address, address(weight), target.length, ignoredTarget(s));
    return tasks;
  }

  return {
    softmax: {
      forward: (y, x, s) => alongRows('softmaxForward', [y, x], s),
      backward: (dx, dy, y, s) => alongRows('softmaxBackward', [dx, dy, y], s),
    },
    logSoftmax: {
      forward: (y, x, s) => alongRows('logSoftmaxForward', [y, x], s),
      backward: (dx, dy, y, s) => alongRows('logSoftmaxBackward', [dx, dy, y], s),
    },

    crossEntropy: {
      forward(loss, x, target, weight, s) {
        const { spread, peak } = crossEntropyShares(s);
        const tasks = shares(exponential * x.length, Math.ceil(target.length / 4));
        const partials = partialSums();
        engine.run(
          'crossEntropyForward',
          tasks,
          s.reduction === 'none' ? loss.address : 0,
          partials,
          x.address,
          target.address,
          address(weight),
          target.length,
          s.C,
          s.inner,
          ignoredTarget(s),
          spread,
          peak,
        );
        reduce(loss, partials, tasks, s);
      },
      backward(dx, dloss, x, target, weight, s) {
        const { spread, peak } = crossEntropyShares(s);
        const partials = partialSums();
        const count = weigh(partials, target, weight, s);
        engine.run(
          'crossEntropyBackward',
          shares(exponential * x.length, Math.ceil(target.length / 4)),
          dx.address,
          dloss.address,
          partials,
          x.address,
          target.address,
          address(weight),
          target.length,
          s.C,
          s.inner,
          ignoredTarget(s),
          spread,
          peak,
          s.reduction === 'none' ? 1 : 0,
          count,
        );
      },
    },
    nllLoss: {
      forward(loss, x, target, weight, s) {
        const tasks = shares(target.length);
        const partials = partialSums();
        engine.run(
          'nllLossForward',
          tasks,
          s.reduction === 'none' ? loss.address : 0,
          partials,
          x.address,
          target.address,
          address(weight),
          target.length,
          s.C,
          s.inner,
          ignoredTarget(s),
        );
        reduce(loss, partials, tasks, s);
      },
      backward(dx, dloss, target, weight, s) {
        const partials = partialSums();
        const count = weigh(partials, target, weight, s);
        engine.run(
          'nllLossBackward',
          shares(dx.length, s.N),
          dx.address,
          dloss.address,
          partials,
          target.address,
          address(weight),
          s.N,
          s.C,
          s.inner,
          ignoredTarget(s),
          s.reduction === 'none' ? 1 : 0,
          count,
        );
      },
    },

    sum: {
      forward: (y, x, s) => sum(y, x, s.yStrides, s.shape),
      backward: (dx, dy, s) => spread(dx, dy, s.yStrides, s.shape),
    },
    mean: {
      forward: (y, x, s) => sum(y, x, s.yStrides, s.shape, { count: s.count }),
      backward: (dx, dy, s) => spread(dx, dy, s.yStrides, s.shape, s.count),
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}
