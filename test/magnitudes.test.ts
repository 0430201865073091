/** Right at any magnitude: small inputs at which a sum, a difference or a product goes wrong that is right for usual numbers,
 *  on every backend. What is expected is computed in f64, from the same f32 numbers. */
import { describe, expect, test } from 'vitest';
import type { Backend } from '../src/backends/backend.js';
import * as F from '../src/nn/functional/index.js';
import { createBackend } from '../src/node/backends.js';

const backends: Record<string, Backend> = {
  reference: await createBackend('reference'),
  wasm: await createBackend('wasm', { threads: 1, relaxedSimd: false }),
  webgpu: await createBackend('webgpu'),
  'webgpu, sharing memory': await createBackend('webgpu', { shareMemory: true }),
};

describe.each(Object.entries(backends))('%s', (_, backend) => {
  test('softmax of equal scores of any size is uniform, and of a larger one is 1', async () => {
    for (const large of [3.4e38, -3.4e38, 1e10, 16777217]) {
      const x = backend.tensor([large, large, large, -large], [2, 2]);
      const certain = large > 0 ? [1, 0] : [0, 1];
      expect(await values(F.softmax(x, 1))).toEqual([0.5, 0.5, ...certain]);
      const [first, second] = await values(F.logSoftmax(x, 1));
      expect(first).toBeCloseTo(-Math.LN2, 6);
      expect(second).toBeCloseTo(-Math.LN2, 6);
    }
  });

  test('cross-entropy of equal scores of any size is the logarithm of their number, and so is its gradient', async () => {
    for (const large of [3.4e38, -3.4e38, 1e10]) {
      const x = backend.tensor([large, large, large, large], [1, 4], { requiresGrad: true });
      const loss = F.crossEntropy(x, [2]);
      expect(await loss.item()).toBeCloseTo(Math.log(4), 6);
      loss.backward();
      const gradient = [...(await x.grad!.data())];
      [0.25, 0.25, -0.75, 0.25].forEach((expected, c) => expect(gradient[c]).toBeCloseTo(expected, 6));
    }
  });
});

async function values(t: { data(): Promise<ArrayLike<number>> }): Promise<number[]> {
  return Array.from(await t.data());
}
