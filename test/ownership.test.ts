/** What a user made stays the user's: backward() and noGrad() release what the graph made, and no function may hand it anything else. */
import { expect, test } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import * as F from '../src/nn/functional/index.js';
import { noGrad } from '../src/tensor/gradMode.js';
import type { Tensor } from '../src/tensor/tensor.js';

/** Makes a tensor of that shape, which may learn. */
type Own = (...shape: number[]) => Tensor;
type Use = (own: Own) => Tensor;

const functions: Record<keyof typeof F, Use[]> = {
  relu: [(own) => F.relu(own(2, 3))],
  sigmoid: [(own) => F.sigmoid(own(2, 3))],
  tanh: [(own) => F.tanh(own(2, 3))],
  softmax: [(own) => F.softmax(own(2, 3), 1)],
  logSoftmax: [(own) => F.logSoftmax(own(2, 3), 0)],
  dropout: [0, 0.5, 1].flatMap((p) =>
    [true, false].map((training) => (own: Own) => F.dropout(own(9), p, { training })),
  ),
  conv2d: [
    (own) => F.conv2d(own(2, 2, 4, 4), own(3, 2, 3, 3), own(3)),
    (own) => F.conv2d(own(1, 2, 4, 4), own(2, 1, 3, 3), null, { padding: 'same', groups: 2 }),
    (own) => F.conv2d(own(1, 1, 4, 4), own(1, 1, 3, 3), own(1), { padding: 1, paddingMode: 'reflect' }),
    (own) => F.conv2d(own(1, 1, 4, 4), own(1, 1, 3, 3), null, { padding: 0, paddingMode: 'circular' }),
  ],
  linear: [(own) => F.linear(own(2, 3), own(4, 3), own(4)), (own) => F.linear(own(3), own(4, 3), null)],
  maxPool2d: [
    (own) => F.maxPool2d(own(1, 2, 4, 4), 2),
    (own) => {
      const [y, indices] = F.maxPool2d(own(1, 2, 4, 4), 2, { returnIndices: true });
      return y.add(indices.numel);
    },
  ],
  avgPool2d: [(own) => F.avgPool2d(own(1, 2, 4, 4), 3, { padding: 1, ceilMode: true })],
  adaptiveAvgPool2d: [(own) => F.adaptiveAvgPool2d(own(1, 2, 4, 4), [3, null])],
  batchNorm2d: [
    (own) => F.batchNorm2d(own(2, 3, 2, 2), null, null, own(3), own(3), { training: true }),
    (own) => F.batchNorm2d(own(2, 3, 2, 2), own(3), own(3), null, null, { training: false }),
    (own) => F.batchNorm2d(own(2, 3, 2, 2), own(3), own(3), null, null, { training: true, momentum: 0 }),
    (own) => F.batchNorm2d(own(0, 3, 2, 2), null, null, own(3), own(3), { training: true }),
  ],
  localResponseNorm: [(own) => F.localResponseNorm(own(1, 4, 2, 2), 3)],
  crossEntropy: [
    (own) => F.crossEntropy(own(2, 3), [0, 2]),
    (own) => F.crossEntropy(own(2, 3), [0, 2], { weight: own(3), labelSmoothing: 0.1, reduction: 'none' }),
    (own) => F.crossEntropy(own(2, 3), own(2, 3)),
    (own) => F.crossEntropy(own(2, 3), own(2, 3), { weight: own(3), labelSmoothing: 0.1, reduction: 'sum' }),
    (own) => F.crossEntropy(own(1, 3), [0.2, 0.3, 0.5], { weight: [1, 2, 3] }),
  ],
  nllLoss: [
    (own) => F.nllLoss(own(2, 3), [0, 2]),
    (own) => F.nllLoss(own(2, 3), [0, 2], { weight: own(3), reduction: 'none' }),
  ],
  mseLoss: [
    (own) => F.mseLoss(own(2, 3), own(2, 3)),
    (own) => F.mseLoss(own(3), [1, 2, 3], { reduction: 'none' }),
    (own) => {
      const x = own(3);
      return F.mseLoss(x, x);
    },
  ],
  cat: [
    (own) => F.cat([own(2, 1), own(2, 3)], 1),
    (own) => {
      const x = own(2);
      return F.cat([x, x]);
    },
    (own) => F.cat([own(2)]),
  ],
  pad: [
    (own) => F.pad(own(1, 1, 3, 3), [1, 1]),
    (own) => F.pad(own(1, 1, 3, 3), [0, 0, 0, 0]),
    (own) => F.pad(own(1, 1, 3, 3), [1, 1, 1, 1], { mode: 'reflect' }),
  ],
};

const methods: Record<string, Use[]> = {
  add: [(own) => own(2, 3).add(own(3)), (own) => own(3).add(1)],
  sub: [(own) => own(3).sub(own(2, 3)), (own) => own(3).sub(1)],
  mul: [(own) => own(2, 3).mul(own(3)), (own) => own(3).mul(2)],
  div: [(own) => own(2, 3).div(own(3)), (own) => own(3).div(2)],
  matmul: [(own) => own(2, 3).matmul(own(3, 4)), (own) => own(3).matmul(own(3))],
  sum: [(own) => own(2, 3).sum(), (own) => own(2, 3).sum(0, { keepdim: true })],
  mean: [(own) => own(2, 3).mean(), (own) => own(2, 3).mean([0, 1])],
  reshape: [(own) => own(2, 3).reshape([3, 2])],
  flatten: [(own) => own(2, 3).flatten(), (own) => own(3).flatten()],
};

const valuesFor = (size: number) => Float32Array.from({ length: size }, (_, i) => ((i * 7) % 5) + 0.5);

/** Runs it forward, backward twice, and in noGrad(), and expects all tensors that it asked for to be there, with their values. `learner`:
 *  the only one that learns, or −1 for all. Gives their number. */
async function expectKept(use: Use, learner: number): Promise<number> {
  const backend = new ReferenceBackend();
  const given: Tensor[] = [];
  let asked = 0;
  const own: Own = (...shape) => {
    const requiresGrad = learner < 0 || learner === asked;
    given[asked] ??= backend.tensor(valuesFor(shape.reduce((a, b) => a * b, 1)), shape, { requiresGrad });
    return given[asked++];
  };
  const expectAll = async (when: string) => {
    for (const tensor of given) {
      const values = await tensor.data().catch((error) => error);
      expect(values, `${when}, learner ${learner}`).toEqual(valuesFor(tensor.numel));
    }
  };
  const y = use(own);
  await expectAll('after forward');
  if (y.requiresGrad) {
    const dy = backend.tensor(valuesFor(y.numel), y.shape);
    given.push(dy);
    y.backward(dy, { retainGraph: true });
    await expectAll('after backward with retainGraph');
    y.backward(dy);
    await expectAll('after backward');
  }
  const count = asked;
  asked = 0; // the same tensors again
  noGrad(() => use(own));
  await expectAll('after noGrad');
  return count;
}

test.each(Object.entries({ ...functions, ...methods }))('%s keeps what it was given', async (_, uses) => {
  for (const use of uses) {
    const count = await expectKept(use, -1);
    for (let learner = 0; learner < count; learner++) await expectKept(use, learner);
  }
});
