/** Calls of the kernels that go along rows: softmax, the losses of classifiers, sums and means. */
import { type CrossEntropySizes, crossEntropyShares } from '../../ops/crossEntropy.js';
import type { Kernels } from '../../ops/index.js';
import { ignoredTarget, type NllLossSizes } from '../../ops/nllLoss.js';
import { broadcasting } from './broadcast.js';
import type { Address, WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { maximumTasks, tasksFor } from './taskCount.js';

/** An exponential, and fetching numbers from four rows, take about as long as sixteen additions. */
const exponential = 16;

export function rows(engine: Engine) {
  const { sum, spread } = broadcasting(engine);

  /** softmax or logSoftmax: a task takes four rows at a time. */
  function alongRows(
    forward: 'softmaxForward' | 'logSoftmaxForward',
    backward: 'softmaxBackward' | 'logSoftmaxBackward',
  ): Kernels<WasmBuffer>['softmax'] {
    const tasks = (rows: number, C: number) => tasksFor(exponential * C * rows, Math.ceil(rows / 4));
    return {
      forward(y, x, { outer, C, inner }) {
        const rows = outer * inner;
        engine.run(forward, tasks(rows, C), { y, x, rows, C, inner });
      },
      backward(dx, dy, y, { outer, C, inner }) {
        const rows = outer * inner;
        engine.run(backward, tasks(rows, C), { dx, dy, y, rows, C, inner });
      },
    };
  }

  /** The partial sums of losses: two f64 for each task. */
  const partialSums = () => engine.scratch(16 * maximumTasks)[0];

  /** Writes the loss from its partial sums, unless the reduction is 'none': then every loss is written already. */
  function reduce(loss: WasmBuffer, partials: Address, tasks: number, { reduction }: NllLossSizes): void {
    if (reduction !== 'none') {
      engine.run('reduceLoss', 1, { loss, partials, count: tasks, isMean: reduction === 'mean' });
    }
  }

  /** Writes partial sums of the weights, by whose total the gradient of a mean is divided. Returns how many: 0 if it is no mean. */
  function weigh(partials: Address, target: WasmBuffer, weight: WasmBuffer | null, s: NllLossSizes): number {
    if (s.reduction !== 'mean') return 0;
    const tasks = tasksFor(target.length);
    engine.run('targetWeights', tasks, {
      partials,
      target,
      weight,
      rows: target.length,
      ignoreIndex: ignoredTarget(s),
    });
    return tasks;
  }

  return {
    softmax: alongRows('softmaxForward', 'softmaxBackward'),
    logSoftmax: alongRows('logSoftmaxForward', 'logSoftmaxBackward'),

    crossEntropy: {
      forward(loss, x, target, weight, s) {
        const tasks = tasksFor(exponential * x.length, Math.ceil(target.length / 4));
        const partials = partialSums();
        engine.run('crossEntropyForward', tasks, {
          loss: s.reduction === 'none' ? loss : null,
          partials,
          x,
          target,
          weight,
          ...costsOf(target, s),
        });
        reduce(loss, partials, tasks, s);
      },
      backward(dx, dloss, x, target, weight, s) {
        const partials = partialSums();
        const count = weigh(partials, target, weight, s);
        const tasks = tasksFor(exponential * x.length, Math.ceil(target.length / 4));
        engine.run('crossEntropyBackward', tasks, {
          dx,
          dloss,
          partials,
          x,
          target,
          weight,
          each: s.reduction === 'none',
          count,
          ...costsOf(target, s),
        });
      },
    },
    nllLoss: {
      forward(loss, x, target, weight, s) {
        const tasks = tasksFor(target.length);
        const partials = partialSums();
        engine.run('nllLossForward', tasks, {
          loss: s.reduction === 'none' ? loss : null,
          partials,
          x,
          target,
          weight,
          ...sizesOf(target, s),
        });
        reduce(loss, partials, tasks, s);
      },
      backward(dx, dloss, target, weight, s) {
        const partials = partialSums();
        const count = weigh(partials, target, weight, s);
        engine.run('nllLossBackward', tasksFor(dx.length, s.N), {
          dx,
          dloss,
          partials,
          target,
          weight,
          N: s.N,
          C: s.C,
          inner: s.inner,
          ignoreIndex: ignoredTarget(s),
          each: s.reduction === 'none',
          count,
        });
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

/** What the kernels of losses take of the sizes and options. */
function sizesOf({ length: rows }: WasmBuffer, s: NllLossSizes) {
  return { rows, C: s.C, inner: s.inner, ignoreIndex: ignoredTarget(s) };
}

/** The same for crossEntropy, with the shares of the classes. */
function costsOf({ length: rows }: WasmBuffer, s: CrossEntropySizes) {
  const { spread, peak } = crossEntropyShares(s);
  return { rows, C: s.C, inner: s.inner, ignoreIndex: ignoredTarget(s), spread, peak };
}
