/**
 * A backend on which a gradient says what was seen, and not how much: it is above 0 exactly where an output depends on an input.
 *
 * The gradients of `src/ops` do so by themselves where all that they read is positive: a sum of positive products is never 0. So all
 * numbers are 1 here, weights, too, or sums of ones, and forward passes compute nothing. Where a gradient depends on more than on
 * which numbers meet, another operation stands in: a maximum pays one pixel of its window, but has seen all of them, as a sum has.
 */
import { ReferenceBackend } from '../backends/reference/index.js';
import { conv2dBackward } from '../ops/conv2d.js';
import { type Kernels, type OperationName, ops } from '../ops/index.js';
import { forEachRow } from '../ops/softmax.js';
import type { DeviceBuffer, DType, TypedArray } from '../tensor/tensorBackend.js';

type Values = Float32Array | Float64Array;

const ones = (y: DeviceBuffer) => {
  (y as Values).fill(1);
};

/** The operation's own backward pass. */
const own = <Name extends OperationName>(name: Name) => ({
  ...ops[name],
  forward: ones,
});

/** Each number sees the one in its own place. */
const itself = { forward: ones, backward: (dx: DeviceBuffer | null, dy: DeviceBuffer) => copy(dx, dy) };

function copy(dx: DeviceBuffer | null, dy: DeviceBuffer): void {
  (dx as Values | null)?.set(dy as Values);
}

/** Each number of a row sees the whole row. */
function wholeRows(dx: DeviceBuffer, dy: DeviceBuffer, rows: Parameters<typeof forEachRow>[0]): void {
  const [to, from] = [dx as Values, dy as Values];
  forEachRow(rows, (start) => {
    let sum = 0;
    for (let c = 0; c < rows.C; c++) sum += from[start + c * rows.inner];
    for (let c = 0; c < rows.C; c++) to[start + c * rows.inner] = sum;
  });
}

const row = {
  forward: ones,
  backward: (dx: DeviceBuffer, dy: DeviceBuffer, _: DeviceBuffer, s: Parameters<typeof forEachRow>[0]) =>
    wholeRows(dx, dy, s),
};

const noLayer = (name: string) => {
  const refuse = () => {
    throw new Error(
      `receptiveField: ${name} compares scores with targets, or changes weights, and is no part of a layer`,
    );
  };
  return { forward: refuse, backward: refuse };
};

const kernels: Kernels<DeviceBuffer> = {
  conv2d: own('conv2d'),
  maxPool2d: {
    forward: ones,
    // The windows are those of a convolution whose kernels have one channel each.
    backward: (dx, dy, _, s) => {
      const weight = new Float64Array(s.C * s.K_h * s.K_w).fill(1);
      conv2dBackward(dx as Values, null, null, dy as Values, weight, weight, { ...s, C_in: s.C, C_out: s.C, G: s.C });
    },
  },
  avgPool2d: own('avgPool2d'),
  adaptiveAvgPool2d: own('adaptiveAvgPool2d'),
  linear: own('linear'),
  matmul: own('matmul'),
  batchNorm2d: {
    forward: ones,
    backward: (dx, _, __, dy, ___, ____, _____, ______, s) => {
      if (!s.training || dx === null) copy(dx, dy);
      else wholeRows(dx, dy, { outer: s.C, C: s.pixels, inner: 1 }); // of the one image that there is
    },
  },
  localResponseNorm: {
    forward: ones,
    // With beta = −1 it is x · (1 + Σ x² / size), whose gradient subtracts nothing.
    backward: (dx, dy, x, s) =>
      ops.localResponseNorm.backward(dx as Values, dy as Values, x as Values, { ...s, alpha: 1, beta: -1, k: 1 }),
  },
  relu: own('relu'),
  sigmoid: itself,
  tanh: itself,
  softmax: row,
  logSoftmax: row,
  crossEntropy: noLayer('crossEntropy'),
  nllLoss: noLayer('nllLoss'),
  mseLoss: noLayer('mseLoss'),
  cat: ops.cat, // gradients are copied by it
  pad: own('pad'),
  dropout: itself,
  add: ops.add, // and added up by this one
  sub: { forward: ones, backward: ops.add.backward },
  mul: own('mul'),
  div: { forward: ones, backward: ops.mul.backward },
  sum: own('sum'),
  mean: own('mean'),
  sgd: noLayer('sgd'),
  adam: noLayer('adam'),
  rmsprop: noLayer('rmsprop'),
  adagrad: noLayer('adagrad'),
  gradNorm: noLayer('gradNorm'),
  clipGrad: noLayer('clipGrad'),
};

export class SeenBackend extends ReferenceBackend {
  override readonly kernels = kernels;

  protected override create(length: number, dtype: DType): DeviceBuffer {
    const values = super.create(length, dtype);
    ones(values);
    return values;
  }

  /** All that isn't 0 is 1. */
  override write(buffer: DeviceBuffer, values: TypedArray): void {
    const to = buffer as TypedArray;
    for (let i = 0; i < to.length; i++) to[i] = values[i] === 0 ? 0 : 1;
  }
}
