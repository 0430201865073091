/** Calls of the kernels that go through arrays element by element. */
import { adagradFactors } from '../../ops/adagrad.js';
import { adamFactors } from '../../ops/adam.js';
import { type BroadcastSizes, broadcastStrides } from '../../ops/broadcast.js';
import type { Kernels } from '../../ops/index.js';
import { rmspropLeast } from '../../ops/rmsprop.js';
import { sgdLeast } from '../../ops/sgd.js';
import { type BroadcastKernel, broadcasting } from './broadcast.js';
import type { WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { maximumTasks, tasksFor } from './taskCount.js';

/** An exponential takes about as long as eight additions. */
const exponential = 8;

export function pointwise(engine: Engine) {
  const { combine, sum, gradient } = broadcasting(engine);
  const drop: Kernels<WasmBuffer>['dropout']['forward'] = (y, x, mask, { p }) =>
    engine.run('dropoutForward', tasksFor(y.length), { y, x, mask, length: y.length, scale: 1 / (1 - p) });
  const forward = (kernel: BroadcastKernel) => (y: WasmBuffer, a: WasmBuffer, b: WasmBuffer, s: BroadcastSizes) =>
    combine(kernel, y, a, s.aStrides, b, s.bStrides, s.shape);

  return {
    relu: {
      forward: (y, x) => engine.run('reluForward', tasksFor(y.length), { y, x, length: y.length }),
      backward: (dx, dy, y) => engine.run('reluBackward', tasksFor(y.length), { dx, dy, y, length: y.length }),
    },
    sigmoid: {
      forward: (y, x) => engine.run('sigmoidForward', tasksFor(exponential * y.length), { y, x, length: y.length }),
      backward: (dx, dy, y) => engine.run('sigmoidBackward', tasksFor(y.length), { dx, dy, y, length: y.length }),
    },
    tanh: {
      forward: (y, x) => engine.run('tanhForward', tasksFor(exponential * y.length), { y, x, length: y.length }),
      backward: (dx, dy, y) => engine.run('tanhBackward', tasksFor(y.length), { dx, dy, y, length: y.length }),
    },
    dropout: {
      forward: drop,
      // dx is made from dy as y is from x.
      backward: drop,
    },

    add: {
      forward: forward('addForward'),
      backward(da, db, dy, { shape, aStrides, bStrides }) {
        if (da) sum(da, dy, aStrides, shape);
        if (db) sum(db, dy, bStrides, shape);
      },
    },
    sub: {
      forward: forward('subForward'),
      backward(da, db, dy, { shape, aStrides, bStrides }) {
        if (da) sum(da, dy, aStrides, shape);
        if (db) sum(db, dy, bStrides, shape, { sign: -1 });
      },
    },
    mul: {
      forward: forward('mulForward'),
      backward(da, db, dy, a, b, { shape, aStrides, bStrides }) {
        const own = broadcastStrides(shape, shape);
        gradient(da, aStrides, dy, shape, 1, (terms, scratch) =>
          combine('mulForward', terms, dy, own, b, bStrides, shape, scratch),
        );
        gradient(db, bStrides, dy, shape, 1, (terms, scratch) =>
          combine('mulForward', terms, dy, own, a, aStrides, shape, scratch),
        );
      },
    },
    div: {
      forward: forward('divForward'),
      backward(da, db, dy, a, b, { shape, aStrides, bStrides }) {
        const own = broadcastStrides(shape, shape);
        gradient(da, aStrides, dy, shape, 1, (terms, scratch) =>
          combine('divForward', terms, dy, own, b, bStrides, shape, scratch),
        );
        // (dy / b) · a / b, in place
        gradient(db, bStrides, dy, shape, -1, (terms, scratch) => {
          combine('divForward', terms, dy, own, b, bStrides, shape, scratch);
          combine('mulForward', terms, terms, own, a, aStrides, shape, scratch);
          combine('divForward', terms, terms, own, b, bStrides, shape, scratch);
        });
      },
    },

    mseLoss: {
      forward(loss, x, target, { reduction }) {
        const { length } = x;
        const tasks = tasksFor(length);
        if (reduction === 'none') {
          engine.run('mseLossForward', tasks, { loss, x, target, length });
          return;
        }
        const [partials] = engine.scratch(8 * maximumTasks);
        engine.run('mseLossSum', tasks, { partials, x, target, length });
        const divisor = reduction === 'mean' ? length : 1;
        engine.run('addPartials', 1, { y: loss, partials, count: tasks, divisor });
      },
      backward(dx, dtarget, dloss, x, target, { reduction }) {
        const { length } = x;
        const factor = reduction === 'mean' ? 2 / length : 2;
        const step = reduction === 'none' ? 1 : 0;
        engine.run('mseLossBackward', tasksFor(length), { dx, dtarget, dloss, x, target, length, factor, step });
      },
    },

    sgd: {
      forward(param, momentumBuffer, dparam, s) {
        const { leastMomentum, leastParam } = sgdLeast(s);
        engine.run('sgdForward', tasksFor(param.length), {
          param,
          momentumBuffer,
          dparam,
          length: param.length,
          lr: s.lr,
          momentum: s.momentum,
          gain: 1 - s.dampening,
          nesterov: s.nesterov,
          weightDecay: s.weightDecay,
          isFirst: s.first,
          leastMomentum,
          leastParam,
        });
      },
    },
    adam: {
      forward(param, expAvg, expAvgSq, dparam, s) {
        const f = adamFactors(s);
        engine.run('adamForward', tasksFor(param.length), {
          param,
          expAvg,
          expAvgSq,
          dparam,
          length: param.length,
          beta1: f.beta1,
          gain1: f.gain1,
          beta2: f.beta2,
          gain2: f.gain2,
          weightDecay: f.weightDecay,
          shrink: f.shrink,
          stepSize: f.stepSize,
          rootScale: f.rootScale,
          eps: f.eps,
          leastMean: f.leastMean,
          leastSquare: f.leastSquare,
          leastParam: f.leastParam,
        });
      },
    },
    rmsprop: {
      forward(param, squareAvg, gradAvg, momentumBuffer, dparam, s) {
        const { leastSquare, leastMean, leastMomentum, leastParam } = rmspropLeast(s);
        engine.run('rmspropForward', tasksFor(param.length), {
          param,
          squareAvg,
          gradAvg,
          momentumBuffer,
          dparam,
          length: param.length,
          lr: s.lr,
          alpha: s.alpha,
          gain: 1 - s.alpha,
          eps: s.eps,
          weightDecay: s.weightDecay,
          momentum: s.momentum,
          leastSquare,
          leastMean,
          leastMomentum,
          leastParam,
        });
      },
    },
    adagrad: {
      forward(param, sum, dparam, s) {
        const { rate, eps, weightDecay, leastParam } = adagradFactors(s);
        const { length } = param;
        engine.run('adagradForward', tasksFor(length), {
          param,
          sum,
          dparam,
          length,
          rate,
          eps,
          weightDecay,
          leastParam,
        });
      },
    },
    gradNorm: {
      forward(squares, dparam) {
        const tasks = tasksFor(dparam.length);
        const [partials] = engine.scratch(8 * maximumTasks);
        engine.run('gradNormSum', tasks, { partials, dparam, length: dparam.length });
        engine.run('gradNormForward', 1, { squares, partials, count: tasks });
      },
    },
    clipGrad: {
      forward: (dparam, squares, { maxNorm }) =>
        engine.run('clipGradForward', tasksFor(dparam.length), { dparam, squares, length: dparam.length, maxNorm }),
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}
