/** The calls that make.py's cases are of: for an operation's inputs and the options that are written there, its outputs. */
import * as F from '../../src/nn/functional/index.js';
import type { OperationName, Ops } from '../../src/ops/index.js';
import { manualSeed } from '../../src/tensor/random.js';
import type { Tensor } from '../../src/tensor/tensor.js';

export type Differentiable = {
  [Name in OperationName]: Ops[Name] extends { backward: unknown } ? Name : never;
}[OperationName];
export type Tensors = Readonly<Record<string, Tensor>>;
/** The operation on a case's inputs: its output, and other results by name. */
// biome-ignore lint/suspicious/noExplicitAny: each reads the options that make.py wrote for it.
export type Run = (t: Tensors, options: any) => Tensor | [y: Tensor, extra: Tensors];

export const runs: Record<Differentiable | 'reshape' | 'flatten', Run> = {
  conv2d: ({ x, weight, bias }, o) => F.conv2d(x, weight, bias ?? null, o),
  maxPool2d: ({ x }, { kernelSize, ...o }) => {
    const [y, indices] = F.maxPool2d(x, kernelSize, { ...o, returnIndices: true });
    return [y, { indices }];
  },
  avgPool2d: ({ x }, { kernelSize, ...o }) => F.avgPool2d(x, kernelSize, o),
  adaptiveAvgPool2d: ({ x }, o) => F.adaptiveAvgPool2d(x, o.outputSize),
  linear: ({ x, weight, bias }) => F.linear(x, weight, bias ?? null),
  matmul: ({ a, b }) => a.matmul(b),
  batchNorm2d: ({ x, runningMean = null, runningVar = null, weight = null, bias = null }, o) => {
    const y = F.batchNorm2d(x, runningMean, runningVar, weight, bias, o);
    const running: Tensors = runningMean && runningVar ? { runningMean, runningVar } : {};
    return [y, running];
  },
  localResponseNorm: ({ x }, { size, ...o }) => F.localResponseNorm(x, size, o),
  relu: ({ x }) => F.relu(x),
  sigmoid: ({ x }) => F.sigmoid(x),
  tanh: ({ x }) => F.tanh(x),
  softmax: ({ x }, o) => F.softmax(x, o.dim),
  logSoftmax: ({ x }, o) => F.logSoftmax(x, o.dim),
  crossEntropy: ({ x, weight }, { target, ...o }) => F.crossEntropy(x, target, { ...o, weight }),
  nllLoss: ({ x, weight }, { target, ...o }) => F.nllLoss(x, target, { ...o, weight }),
  mseLoss: ({ x, target }, o) => F.mseLoss(x, target, o),
  cat: (xs, o) => F.cat(Object.values(xs), o.dim),
  pad: ({ x }, { padding, ...o }) => F.pad(x, padding, o),
  dropout: ({ x }, { p, seed, ...o }) => {
    manualSeed(seed);
    return F.dropout(x, p, o);
  },
  add: ({ a, b }, o) => a.add(o.number ?? b),
  sub: ({ a, b }, o) => a.sub(o.number ?? b),
  mul: ({ a, b }, o) => a.mul(o.number ?? b),
  div: ({ a, b }, o) => a.div(o.number ?? b),
  sum: ({ x }, { dim, ...o }) => x.sum(dim, o),
  mean: ({ x }, { dim, ...o }) => x.mean(dim, o),
  reshape: ({ x }, o) => x.reshape(o.shape),
  flatten: ({ x }, o) => x.flatten(...o.dims),
};
