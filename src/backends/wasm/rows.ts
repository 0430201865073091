/** Calls of the kernels that go along rows: softmax and the losses of classifiers, sums and means. */
import type { CrossEntropySizes } from '../../ops/crossEntropy.js';
import type { Kernels } from '../../ops/index.js';
import type { NllLossSizes } from '../../ops/nllLoss.js';
import type { SoftmaxSizes } from '../../ops/softmax.js';
import { broadcasting } from './broadcast.js';
import type { Address, WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { maximumTasks, shares } from './shares.js';

type Rows = 'softmax' | 'logSoftmax' | 'crossEntropy' | 'nllLoss' | 'sum' | 'mean';

/** An exponential, and fetching numbers from four rows, take about as long as sixteen additions. */
const exponential = 16;

export function rows(engine: Engine): Pick<Kernels<WasmBuffer>, Rows> {
  const { sum, spread } = broadcasting(engine);

  /** The partial sums of losses: two f64 for each task. */
  const partialSums = () => engine.scratch(16 * maximumTasks)[0];

  /** loss, from its partial sums, unless every loss was written by itself. */
  function reduce(loss: WasmBuffer, partials: Address, tasks: number, { reduction }: NllLossSizes): void {
    if (reduction !== 'none') {
      engine.run('reduceLoss', 1, { loss, partials, count: tasks, isMean: reduction === 'mean' });
    }
  }

  /** The partial sums that the gradient of a mean is divided by. Gives how many there are: none if it isn't one. */
  function weigh(partials: Address, target: WasmBuffer, weight: WasmBuffer | null, s: NllLossSizes): number {
    if (s.reduction !== 'mean') return 0;
    const tasks = shares(target.length);
    engine.run('targetWeights', tasks, { partials, target, weight, rows: target.length, ignoreIndex: ignored(s) });
    return tasks;
  }

  return {
    softmax: {
      forward(y, x, s) {
        const [tasks, sizes] = alongRows(s);
        engine.run('softmaxForward', tasks, { y, x, ...sizes });
      },
      backward(dx, dy, y, s) {
        const [tasks, sizes] = alongRows(s);
        engine.run('softmaxBackward', tasks, { dx, dy, y, ...sizes });
      },
    },
    logSoftmax: {
      forward(y, x, s) {
        const [tasks, sizes] = alongRows(s);
        engine.run('logSoftmaxForward', tasks, { y, x, ...sizes });
      },
      backward(dx, dy, y, s) {
        const [tasks, sizes] = alongRows(s);
        engine.run('logSoftmaxBackward', tasks, { dx, dy, y, ...sizes });
      },
    },

    crossEntropy: {
      forward(loss, x, target, weight, s) {
        const tasks = shares(exponential * x.length, Math.ceil(target.length / 4));
        const partials = partialSums();
        const losses = s.reduction === 'none' ? loss : null;
        engine.run('crossEntropyForward', tasks, { loss: losses, partials, x, target, weight, ...scores(target, s) });
        reduce(loss, partials, tasks, s);
      },
      backward(dx, dloss, x, target, weight, s) {
        const partials = partialSums();
        const count = weigh(partials, target, weight, s);
        const tasks = shares(exponential * x.length, Math.ceil(target.length / 4));
        const arrays = { dx, dloss, partials, x, target, weight };
        const each = s.reduction === 'none';
        engine.run('crossEntropyBackward', tasks, { ...arrays, ...scores(target, s), each, count });
      },
    },
    nllLoss: {
      forward(loss, x, target, weight, s) {
        const tasks = shares(target.length);
        const partials = partialSums();
        engine.run('nllLossForward', tasks, {
          loss: s.reduction === 'none' ? loss : null,
          partials,
          x,
          target,
          weight,
          rows: target.length,
          C: s.C,
          inner: s.inner,
          ignoreIndex: ignored(s),
        });
        reduce(loss, partials, tasks, s);
      },
      backward(dx, dloss, target, weight, s) {
        const partials = partialSums();
        const count = weigh(partials, target, weight, s);
        engine.run('nllLossBackward', shares(dx.length, s.N), {
          dx,
          dloss,
          partials,
          target,
          weight,
          N: s.N,
          C: s.C,
          inner: s.inner,
          ignoreIndex: ignored(s),
          each: s.reduction === 'none',
          count,
        });
      },
    },

    sum: {
      forward: (y, x, s) => sum(y, x, s.yStrides, s.shape, 1),
      backward: (dx, dy, s) => spread(dx, dy, s.yStrides, s.shape, 1),
    },
    mean: {
      forward: (y, x, s) => sum(y, x, s.yStrides, s.shape, s.count),
      backward: (dx, dy, s) => spread(dx, dy, s.yStrides, s.shape, s.count),
    },
  };
}

/** The tasks of a kernel that takes four rows at a time, and what it takes besides its arrays. */
function alongRows({ outer, C, inner }: SoftmaxSizes) {
  const rows = outer * inner;
  return [shares(exponential * C * rows, Math.ceil(rows / 4)), { rows, C, inner }] as const;
}

/** What crossEntropy's kernels take of the sizes and options. */
function scores({ length: rows }: WasmBuffer, s: CrossEntropySizes) {
  const { C, inner, labelSmoothing } = s;
  return { rows, C, inner, ignoreIndex: ignored(s), spread: labelSmoothing / C, peak: 1 - labelSmoothing };
}

/** The target to ignore as i32. Targets are classes, i32 or ignored, so one beyond i32 is none; −1 isn't either. */
function ignored({ ignoreIndex }: NllLossSizes): number {
  return Math.abs(ignoreIndex) < 2 ** 31 ? ignoreIndex : -1;
}
