/** Calls of the kernels that normalise images: tasks are channels, or planes. */
import type { Kernels } from '../../ops/index.js';
import { address, type WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { shares } from './shares.js';

export function normalization(engine: Engine) {
  return {
    batchNorm2d: {
      forward(y, mean, invStd, runningMean, runningVar, x, weight, bias, s) {
        const outputs = [y, mean, invStd, runningMean, runningVar].map(address);
        const inputs = [x, weight, bias].map(address);
        const options = [Number(s.training), s.momentum, s.eps];
        const tasks = shares(x.length, s.C);
        engine.run('batchNorm2dForward', tasks, ...outputs, ...inputs, s.N, s.C, s.pixels, ...options);
      },
      backward(dx, dweight, dbias, dy, x, weight, mean, invStd, s) {
        const outputs = [dx, dweight, dbias].map(address);
        const inputs = [dy, x, weight, mean, invStd].map(address);
        const tasks = shares(x.length, s.C);
        engine.run('batchNorm2dBackward', tasks, ...outputs, ...inputs, s.N, s.C, s.pixels, Number(s.training));
      },
    },

    localResponseNorm: {
      forward(y, x, { N, C, pixels, size, alpha, beta, k }) {
        const tasks = shares(x.length, N * C);
        const sizes = [N, C, pixels, size];
        engine.run('localResponseNormForward', tasks, y.address, x.address, ...sizes, alpha / size, beta, k);
      },
      backward(dx, dy, x, { N, C, pixels, size, alpha, beta, k }) {
        const tasks = shares(x.length, N * C);
        const sizes = [N, C, pixels, size];
        const ratio = alpha / size;
        const [through] = engine.scratch(x.byteLength);
        const direct = [dx.address, through, dy.address, x.address];
        engine.run('localResponseNormBackwardDirect', tasks, ...direct, ...sizes, ratio, beta, k);
        const paid = [dx.address, through, x.address];
        engine.run('localResponseNormBackwardThrough', tasks, ...paid, ...sizes, 2 * beta * ratio);
      },
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}
