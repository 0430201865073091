/** Calls of the kernels that compute each element from the elements at the same place, with a thread for each. */
import { adagradFactors } from '../../ops/adagrad.js';
import { adamFactors } from '../../ops/adam.js';
import type { Kernels } from '../../ops/index.js';
import { rmspropLeast } from '../../ops/rmsprop.js';
import { sgdLeast } from '../../ops/sgd.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Dispatch, Engine } from './engine.js';

export function pointwise(engine: Engine) {
  /** One thread for each element of `output`. */
  function run(
    shader: string,
    entry: string,
    output: WebGPUBuffer,
    buffers: Dispatch['buffers'],
    sizes?: Dispatch['sizes'],
  ) {
    const count = output.length;
    engine.run({ shader, entry, buffers, sizes: { count, ...sizes }, threads: count });
  }

  /** y of x, and dx of dy and y. */
  function activation(shader: string) {
    return {
      forward: (y: WebGPUBuffer, x: WebGPUBuffer) => run(shader, 'forward', y, { y, x }),
      backward: (dx: WebGPUBuffer, dy: WebGPUBuffer, y: WebGPUBuffer) =>
        run(shader, 'backward', dx, { dx, dy, result: y }),
    };
  }

  return {
    relu: activation('relu'),
    sigmoid: activation('sigmoid'),
    tanh: activation('tanh'),
    dropout: {
      forward: (y, x, mask, { p }) => run('dropout', 'forward', y, { y, x, mask }, { scale: 1 / (1 - p) }),
      // dx is made from dy as y is from x.
      backward: (dx, dy, mask, { p }) => run('dropout', 'forward', dx, { y: dx, x: dy, mask }, { scale: 1 / (1 - p) }),
    },

    sgd: {
      forward(param, momentumBuffer, dparam, s) {
        const { lr, momentum, dampening, nesterov, weightDecay, first } = s;
        const hasMomentum = momentumBuffer !== null;
        const sizes = { lr, momentum, gain: 1 - dampening, weightDecay, nesterov, first, hasMomentum, ...sgdLeast(s) };
        run('sgd', 'forward', param, { param, momentumBuffer, dparam }, sizes);
      },
    },
    adam: {
      forward: (param, expAvg, expAvgSq, dparam, s) =>
        run('adam', 'forward', param, { param, expAvg, expAvgSq, dparam }, { ...adamFactors(s) }),
    },
    rmsprop: {
      forward(param, squareAvg, gradAvg, momentumBuffer, dparam, s) {
        const { lr, alpha, eps, weightDecay, momentum } = s;
        const has = { centered: gradAvg !== null, hasMomentum: momentumBuffer !== null };
        const sizes = { lr, alpha, gain: 1 - alpha, eps, weightDecay, momentum, ...has, ...rmspropLeast(s) };
        run('rmsprop', 'forward', param, { param, squareAvg, gradAvg, momentumBuffer, dparam }, sizes);
      },
    },
    adagrad: {
      forward: (param, sum, dparam, s) =>
        run('adagrad', 'forward', param, { param, sum, dparam }, { ...adagradFactors(s) }),
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
