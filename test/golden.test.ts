/** Every operation gives PyTorch's values and PyTorch's gradients, for the cases that golden/make.py made. */
import { describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import { type OperationName, operationNames, ops } from '../src/ops/index.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { type Differentiable, runs, type Tensors } from './golden/calls.js';
import { expectClose, type GoldenCase, readGolden } from './golden/golden.js';

const TOLERANCE = 1e-6;

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
