/** Every operation gives PyTorch's values and PyTorch's gradients, for the cases that golden/make.py made. */
import { describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import * as F from '../src/nn/functional/index.js';
import { type OperationName, type Ops, operationNames, ops } from '../src/ops/index.js';
import { manualSeed } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { expectClose, type GoldenCase, readGolden } from './golden/golden.js';

type Differentiable = {
  [Name in OperationName]: Ops[Name] extends { backward: unknown } ? Name : never;
}[OperationName];
type Tensors = Readonly<Record<string, Tensor>>;
/** The operation on a case's inputs: its output, and other results by name. */
// biome-ignore lint/suspicious/noExplicitAny: each reads the options that make.py wrote for it.
type Run = (t: Tensors, options: any) => Tensor | [y: Tensor, extra: Tensors];

const TOLERANCE = 1e-6;

const runs: Record<Differentiable | 'reshape' | 'flatten', Run> = {
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

/** What has no gradient changes its inputs: optim.test.ts runs these files. */
const inPlace: Record<Exclude<OperationName, Differentiable>, { file: string; optimizers?: readonly string[] }> = {
  sgd: { file: 'optimizers', optimizers: ['SGD'] },
  adam: { file: 'optimizers', optimizers: ['Adam', 'AdamW'] },
  rmsprop: { file: 'optimizers', optimizers: ['RMSprop'] },
  adagrad: { file: 'optimizers', optimizers: ['Adagrad'] },
  gradNorm: { file: 'clipGradNorm' },
  clipGrad: { file: 'clipGradNorm' },
};

describe.each(operationNames)('%s', (name) => {
  if (!('backward' in ops[name])) {
    const { file, optimizers } = inPlace[name as keyof typeof inPlace];
    const cases = readGolden(file).filter(({ options }) => !optimizers || optimizers.includes(options.optimizer));
    it('has golden cases', () => expect(cases.length).toBeGreaterThanOrEqual(10));
  } else {
    checkCases(name as Differentiable);
  }
});

describe.each(['reshape', 'flatten'] as const)('%s', checkCases);

function checkCases(name: keyof typeof runs): void {
  const cases = readGolden(name);
  it('has golden cases', () => expect(cases.length).toBeGreaterThanOrEqual(10));
  cases.forEach((golden, i) => {
    it(`case ${i}: ${JSON.stringify(golden.options)}`, () => check(name, golden));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: see Run.
async function check(name: keyof typeof runs, { options, tensors }: GoldenCase<any>): Promise<void> {
  const backend = new ReferenceBackend();
  const inputs: Record<string, Tensor> = {};
  for (const [key, { values, shape }] of tensors) {
    const [, input] = key.split('in/');
    if (input) inputs[input] = backend.tensor(values, shape, { requiresGrad: tensors.has(`grad/${input}`) });
  }
  const outputs = runs[name](inputs, options);
  const [y, extra] = Array.isArray(outputs) ? outputs : [outputs, {} as Tensors];
  const { shape, values } = tensors.get('y')!;
  expect(y.shape).toEqual(shape);
  expectClose(await y.data(), values, TOLERANCE, 'y');
  y.backward(backend.tensor(tensors.get('dy')!.values, shape));

  const expected = [...tensors].filter(([key]) => key.startsWith('grad/') || key.startsWith('extra/'));
  for (const [key, { values, shape }] of expected) {
    const [kind, of] = key.split('/');
    const actual = kind === 'grad' ? inputs[of].grad! : extra[of];
    expect(actual.shape).toEqual(shape);
    expectClose(await actual.data(), values, actual.dtype === 'int32' ? 0 : TOLERANCE, key);
  }
}
