/** Right at any magnitude: small inputs at which a sum, a difference or a product goes wrong that is right for usual numbers,
 *  on every backend. What is expected is computed in f64, from the same f32 numbers. */
import { describe, expect, test } from 'vitest';
import type { Backend } from '../src/backends/backend.js';
import * as F from '../src/nn/functional/index.js';
import { createBackend } from '../src/node/backends.js';
import { wrongLargeResponse } from './largeResponses.js';

const backends: Record<string, Backend> = {
  reference: await createBackend('reference'),
  wasm: await createBackend('wasm', { threads: 1, relaxedSimd: false }),
  webgpu: await createBackend('webgpu'),
  'webgpu, sharing memory': await createBackend('webgpu', { shareMemory: true }),
};

describe.each(Object.entries(backends))('%s', (where, backend) => {
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
      for (let c = 0; c < 4; c++) expect(gradient[c]).toBeCloseTo(c === 2 ? -0.75 : 0.25, 6);
    }
  });

  test('sums of a million equal numbers lose no digits, whatever sums them', async () => {
    const n = 1_000_000;
    const tenth = Math.fround(0.1);
    const x = backend.tensor(new Float32Array(n).fill(tenth), [n]);
    expect(relative(await x.sum().item(), n * tenth)).toBeLessThan(1e-7);
    expect(relative(await x.mean().item(), tenth)).toBeLessThan(2e-7);
    const [mean] = await values(F.adaptiveAvgPool2d(x.reshape([1, 1, 1000, 1000]), 1));
    expect(relative(mean, tenth)).toBeLessThan(2e-7);
    const loss = F.mseLoss(x, backend.tensor(new Float32Array(n), [n]), { reduction: 'sum' });
    expect(relative(await loss.item(), n * tenth * tenth)).toBeLessThan(2e-7);
  });

  test('gradients of weight and bias over many rows or pixels lose no digits', async () => {
    const rows = 200_000;
    const tenth = Math.fround(0.1);
    const x = backend.tensor(new Float32Array(2 * rows).fill(tenth), [rows, 2]);
    const weight = backend.tensor([1, 2, 3, 4, 5, 6], [3, 2], { requiresGrad: true });
    const bias = backend.tensor([0, 0, 0], [3], { requiresGrad: true });
    F.linear(x, weight, bias).backward(backend.tensor(new Float32Array(3 * rows).fill(tenth), [rows, 3]));
    for (const value of await values(bias.grad!)) expect(relative(value, rows * tenth)).toBeLessThan(1e-7);
    for (const value of await values(weight.grad!)) expect(relative(value, rows * tenth * tenth)).toBeLessThan(1e-4);

    const image = backend.tensor(new Float32Array(400 * 500), [1, 1, 400, 500]);
    const kernel = backend.tensor([1, 2, 3, 4], [4, 1, 1, 1], { requiresGrad: true });
    const shift = backend.tensor([0, 0, 0, 0], [4], { requiresGrad: true });
    const dy = backend.tensor(new Float32Array(4 * rows).fill(tenth), [1, 4, 400, 500]);
    F.conv2d(image, kernel, shift).backward(dy);
    for (const value of await values(shift.grad!)) expect(relative(value, rows * tenth)).toBeLessThan(1e-7);
  });

  test.each([
    [1e10, 0, 100],
    [16777217, 0, 1024],
    [100, 0, 9],
    [1e4, 0.1, 1024],
    [-3e5, 0.1, 1024],
    [3e4, 0.2, 400_000],
  ])('batch norm of %d ± %d, %d pixels', async (centre, spread, pixels) => {
    let state = 1;
    const x = Float32Array.from({ length: pixels }, () => {
      state = (state * 48271) % 2147483647;
      return centre + spread * ((2 * state) / 2147483647 - 1);
    });
    const mean = x.reduce((sum, value) => sum + value, 0) / pixels;
    const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const runningMean = backend.tensor(new Float32Array(1), [1]);
    const runningVar = backend.tensor(new Float32Array(1), [1]);
    const image = backend.tensor(x, [1, 1, 1, pixels]);
    const y = await values(F.batchNorm2d(image, runningMean, runningVar, null, null, { training: true, momentum: 1 }));
    const invStd = 1 / Math.sqrt(squares / pixels + 1e-5);
    const worst = y.reduce((most, value, i) => Math.max(most, Math.abs(value - (x[i] - mean) * invStd)), 0);
    expect(worst).toBeLessThan(1e-3);
    expect(relative(await runningMean.item(), mean)).toBeLessThan(2e-7);
    if (spread > 0) expect(relative(await runningVar.item(), squares / (pixels - 1))).toBeLessThan(1e-5);
    else expect(await runningVar.item()).toBe(0);
  });

  test.each([
    [1e4, 0.1, 1024],
    [-3e5, 0.1, 1024],
    [16777217, 4, 100],
    [3e4, 0.2, 400_000],
  ])('gradients through batch norm of %d ± %d, %d pixels', async (centre, spread, pixels) => {
    const x = Float32Array.from({ length: pixels }, (_, i) => centre + spread * Math.sin(i));
    const dy = Float32Array.from({ length: pixels }, (_, i) => 1 + Math.sin(i) + Math.cos(5 * i));
    const mean = x.reduce((sum, value) => sum + value, 0) / pixels;
    const invStd = 1 / Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels + 1e-5);
    const xhat = Array.from(x, (value) => (value - mean) * invStd);
    const sumDy = dy.reduce((sum, value) => sum + value, 0);
    const sumXhatDy = dy.reduce((sum, value, i) => sum + value * xhat[i], 0);

    const image = backend.tensor(x, [1, 1, 1, pixels], { requiresGrad: true });
    const weight = backend.tensor([1], [1], { requiresGrad: true });
    const y = F.batchNorm2d(image, null, null, weight, null, { training: true });
    y.backward(backend.tensor(dy, y.shape));
    expect(relative((await values(weight.grad!))[0], sumXhatDy)).toBeLessThan(1e-5);
    const dx = await values(image.grad!);
    const worst = dx.reduce((most, value, i) => {
      const expected = invStd * (dy[i] - sumDy / pixels - (xhat[i] * sumXhatDy) / pixels);
      return Math.max(most, Math.abs(value - expected));
    }, 0);
    expect(worst).toBeLessThan(1e-5 * invStd);
  });

  test('averages and momentum without gradients become 0 before they are denormal', async () => {
    const zeros = backend.tensor(new Float32Array(5), [5]);
    const tiny = () => backend.tensor(new Float32Array(5).fill(2 ** -90), [5]);
    const [param, expAvg, buffer] = [backend.tensor([1, 2, 3, 4, 5], [5]), tiny(), tiny()];
    const expAvgSq = backend.tensor(new Float32Array(5).fill(2 ** -126), [5]);
    const step = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decoupled: false, step: 912 };
    backend.kernels.adam.forward(param.buffer, expAvg.buffer, expAvgSq.buffer, zeros.buffer, step);
    expect(await values(expAvg)).toEqual([0, 0, 0, 0, 0]);
    expect(await values(expAvgSq)).toEqual([0, 0, 0, 0, 0]);
    const square = backend.tensor(new Float32Array(5).fill(2 ** -126), [5]);
    const [mean, going] = [backend.tensor(new Float32Array(5).fill(2 ** -56), [5]), tiny()];
    const rms = { lr: 1e-3, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0.9, step: 912 };
    backend.kernels.rmsprop.forward(param.buffer, square.buffer, mean.buffer, going.buffer, zeros.buffer, rms);
    for (const state of [square, mean, going]) expect(await values(state)).toEqual([0, 0, 0, 0, 0]);
    const decaying = backend.tensor([1, 2 ** -91, -(2 ** -91), 2 ** -20, 0], [5]);
    const sum = backend.tensor(new Float32Array(5).fill(1), [5]);
    const ada = { lr: 0.1, lrDecay: 0, eps: 1e-10, weightDecay: 0.1, step: 912 };
    backend.kernels.adagrad.forward(decaying.buffer, sum.buffer, zeros.buffer, ada);
    expect((await values(decaying)).map((value) => value === 0)).toEqual([false, true, true, false, true]);
    const sgd = { lr: 0.1, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0.1, first: false, step: 912 };
    const small = backend.tensor([1, 2 ** -90, 2 ** -89, Number.NaN, -(2 ** -91)], [5]);
    backend.kernels.sgd.forward(small.buffer, buffer.buffer, zeros.buffer, sgd);
    const after = await values(small);
    expect([after[1], after[4]]).toEqual([0, 0]);
    expect(after[0]).toBeCloseTo(0.99, 6);
    expect(after[2]).toBeGreaterThan(0);
    if (!backend.name.startsWith('webgpu')) expect(after[3]).toBeNaN();
  });

  test('a product of 70,000 matrices, and its gradients', async () => {
    const count = 70_000;
    // A software adapter that shares memory takes half a minute for each. The gradients are the same call.
    const requiresGrad = where !== 'webgpu, sharing memory';
    const a = backend.tensor(
      Float32Array.from({ length: 2 * count }, (_, i) => i % 7),
      [count, 1, 2],
      { requiresGrad },
    );
    const b = backend.tensor(
      Float32Array.from({ length: 2 * count }, (_, i) => i % 5),
      [count, 2, 1],
      { requiresGrad },
    );
    const y = a.matmul(b).retain();
    const expected = Array.from({ length: count }, (_, i) => {
      const term = (k: number) => ((2 * i + k) % 7) * ((2 * i + k) % 5);
      return term(0) + term(1);
    });
    expect(await values(y)).toEqual(expected);
    if (!requiresGrad) return;
    y.sum().backward();
    expect((await values(a.grad!)).at(-1)).toBe((2 * count - 1) % 5);
    expect((await values(b.grad!)).at(-1)).toBe((2 * count - 1) % 7);
  });
});

describe.each(Object.entries(backends).filter(([name]) => !name.startsWith('webgpu')))('%s', (_, backend) => {
  /** 16 channels on both sides: what takes Winograd's way on wasm. */
  const problem = (fill: (i: number) => number) => {
    const x = backend.tensor(
      Float32Array.from({ length: 16 * 144 }, (_, i) => fill(i)),
      [1, 16, 12, 12],
      { requiresGrad: true },
    );
    const weight = backend.tensor(new Float32Array(16 * 16 * 9).fill(1e-3), [16, 16, 3, 3], { requiresGrad: true });
    return { x, weight };
  };

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'convolution: one %d is seen by nine pixels of an image, and by the weights that meet it',
    async (special) => {
      const { x, weight } = problem((i) => (i === 5 * 12 + 5 ? special : 1));
      const y = F.conv2d(x, weight, null, { padding: 1 });
      const spoiled = (await values(y)).map((value, i) => (Number.isFinite(value) ? -1 : i)).filter((i) => i >= 0);
      expect(spoiled).toHaveLength(16 * 9);
      for (const i of spoiled) {
        const [h, w] = [Math.floor((i % 144) / 12), i % 12];
        expect(Math.max(Math.abs(h - 5), Math.abs(w - 5))).toBeLessThanOrEqual(1);
      }
      y.backward(
        backend.tensor(
          Float32Array.from({ length: 16 * 144 }, (_, i) => (i === 100 ? special : 1)),
          y.shape,
        ),
      );
      const seen = (gradient: number[]) => gradient.filter((value) => !Number.isFinite(value)).length;
      expect(seen(await values(x.grad!))).toBe(16 * 9);
      // Output channel 0 has the special dy, and input channel 0 the special x.
      expect(seen(await values(weight.grad!))).toBe((16 + 16 - 1) * 9);
    },
  );

  test('convolution of numbers near the largest, and of ∞ everywhere', async () => {
    const { x, weight } = problem(() => 1e38);
    const y = F.conv2d(x, weight, null);
    for (const value of await values(y)) expect(relative(value, 1e38 * 1e-3 * 144)).toBeLessThan(1e-5);
    y.backward(backend.tensor(new Float32Array(y.shape.reduce((a, b) => a * b)).fill(1e38), y.shape));
    for (const value of await values(x.grad!)) expect(value).toBeGreaterThan(1e36);
    for (const value of await values(F.conv2d(problem(() => Number.POSITIVE_INFINITY).x, weight, null))) {
      expect(value).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('localResponseNorm of numbers whose squares f32 has not', async () => {
    expect(await wrongLargeResponse(backend)).toBeNull();
  });

  test.each([1e15, 1e25, -3e30, 1e-22])('batchNorm2d of numbers about %d, whose squares f32 has not', async (size) => {
    const pixels = 7;
    const x = Float32Array.from({ length: 3 * pixels }, (_, i) => size * (1 + 0.3 * Math.sin(i)));
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const normalized = F.batchNorm2d(backend.tensor(x, [3, 1, 1, pixels]), null, null, null, null, {
      training: true,
    });
    (await values(normalized)).forEach((value, i) => {
      expect(value).toBeCloseTo((x[i] - mean) / Math.sqrt(variance + 1e-5), 4);
    });
  });
});

function relative(got: number, expected: number): number {
  return Math.abs(got - expected) / Math.abs(expected);
}

async function values(t: { data(): Promise<ArrayLike<number>> }): Promise<number[]> {
  return Array.from(await t.data());
}
