/** Calls of the kernels that go through arrays element by element. */
import { adamFactors } from '../../ops/adam.js';
import { type BroadcastSizes, broadcastStrides } from '../../ops/broadcast.js';
import type { Kernels } from '../../ops/index.js';
import { broadcasting } from './broadcast.js';
import { address, type WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { maximumTasks, shares } from './shares.js';

/** An exponential takes about as long as eight additions. */
const exponential = 8;

export function pointwise(engine: Engine) {
  const { combine, sum, gradient } = broadcasting(engine);
  const forward = (kernel: string) => (y: WasmBuffer, a: WasmBuffer, b: WasmBuffer, s: BroadcastSizes) =>
    combine(kernel, y, a, s.aStrides, b, s.bStrides, s.shape);

  return {
    relu: {
      forward: (y, x) => engine.run('reluForward', shares(y.length), y.address, x.address, y.length),
      backward: (dx, dy, y) =>
        engine.run('reluBackward', shares(dx.length), dx.address, dy.address, y.address, dx.length),
    },
    sigmoid: {
      forward: (y, x) => engine.run('sigmoidForward', shares(exponential * y.length), y.address, x.address, y.length),
      backward: (dx, dy, y) =>
        engine.run('sigmoidBackward', shares(dx.length), dx.address, dy.address, y.address, dx.length),
    },
    tanh: {
      forward: (y, x) => engine.run('tanhForward', shares(exponential * y.length), y.address, x.address, y.length),
      backward: (dx, dy, y) =>
        engine.run('tanhBackward', shares(dx.length), dx.address, dy.address, y.address, dx.length),
    },
    dropout: {
      forward: (y, x, mask, { p }) =>
        engine.run('dropoutForward', shares(y.length), y.address, x.address, mask.address, y.length, 1 / (1 - p)),
      // What it does to x in the forward pass, it does to dy.
      backward: (dx, dy, mask, { p }) =>
        engine.run('dropoutForward', shares(dx.length), dx.address, dy.address, mask.address, dx.length, 1 / (1 - p)),
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
        const tasks = shares(length);
        if (reduction === 'none') {
          engine.run('mseLossForward', tasks, loss.address, x.address, target.address, length);
          return;
        }
        const [partials] = engine.scratch(8 * maximumTasks);
        engine.run('mseLossSum', tasks, partials, x.address, target.address, length);
        engine.run('addPartials', 1, loss.address, partials, tasks, reduction === 'mean' ? length : 1);
      },
      backward(dx, dtarget, dloss, x, target, { reduction }) {
        const { length } = x;
        engine.run(
          'mseLossBackward',
          shares(length),
          ...[address(dx), address(dtarget), dloss.address, x.address, target.address, length],
          reduction === 'mean' ? 2 / length : 2,
          reduction === 'none' ? 1 : 0,
        );
      },
    },

    sgd: {
      forward(param, momentumBuffer, dparam, s) {
        engine.run(
          'sgdForward',
          shares(param.length),
          param.address,
          address(momentumBuffer),
          dparam.address,
          param.length,
          s.lr,
          s.momentum,
          1 - s.dampening,
          Number(s.nesterov),
          s.weightDecay,
          Number(s.first),
        );
      },
    },
    adam: {
      forward(param, expAvg, expAvgSq, dparam, s) {
        const f = adamFactors(s);
        engine.run(
          'adamForward',
          shares(param.length),
          param.address,
          expAvg.address,
          expAvgSq.address,
          dparam.address,
          param.length,
          f.beta1,
          f.gain1,
          f.beta2,
          f.gain2,
          f.weightDecay,
          f.shrink,
          f.stepSize,
          f.rootScale,
          f.eps,
        );
      },
    },
    gradNorm: {
      forward(squares, dparam) {
        const tasks = shares(dparam.length);
        const [partials] = engine.scratch(8 * maximumTasks);
        engine.run('gradNormSum', tasks, partials, dparam.address, dparam.length);
        engine.run('gradNormForward', 1, squares.address, partials, tasks);
      },
    },
    clipGrad: {
      forward: (dparam, squares, { maxNorm }) =>
        engine.run('clipGradForward', shares(dparam.length), dparam.address, squares.address, dparam.length, maxNorm),
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}
