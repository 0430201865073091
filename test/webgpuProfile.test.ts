/** What kernels take on the device, measured and estimated. */
import { describe, expect, it } from 'vitest';
import { estimate, gpuFrom } from '../src/measure/index.js';
import * as F from '../src/nn/functional/index.js';
import { createBackend } from '../src/node/backends.js';

describe('a profile', () => {
  /** The kernels' statistics after 600 dispatches in one go, which are more than one submit. */
  const kernelsOf = async (profile: boolean) => {
    const own = await createBackend('webgpu', { profile });
    const x = own.tensor(Float32Array.from({ length: 5000 }, Math.sin), [5000]);
    for (let i = 0; i < 300; i++) {
      F.relu(x).release();
      F.tanh(x).release();
    }
    await x.data();
    const stats = own.stats();
    await own.close();
    expect(stats.submits).toBeGreaterThan(1);
    return stats.kernels;
  };

  it('has the time of every kernel whose results have been read', async () => {
    const kernels = await kernelsOf(true);
    expect(Object.keys(kernels)).toEqual(['relu.forward', 'tanh.forward']);
    for (const { dispatches, milliseconds } of Object.values(kernels)) {
      expect(dispatches).toBe(300);
      expect(milliseconds).toBeGreaterThan(0);
      expect(milliseconds).toBeLessThan(60_000);
    }
  });

  it('is not made unless it is asked for', async () => {
    for (const { milliseconds } of Object.values(await kernelsOf(false))) expect(milliseconds).toBe(0);
  });
});

describe('the roofline estimate', () => {
  const gpu = gpuFrom('2,100,10'); // 2 TFLOP/s, 100 GB/s, 10 µs

  it('is limited by arithmetic or by memory, whichever takes longer, for each kernel', () => {
    const computes = { dispatches: 1, flops: 8e9, bytes: 1e8, milliseconds: 0 }; // 4 ms, 1 ms
    const moves = { dispatches: 5, flops: 2e9, bytes: 3e8, milliseconds: 0 }; // 1 ms, 3 ms
    expect(estimate([computes, moves], gpu)).toBeCloseTo(4 + 3 + 0.06, 12);
    expect(estimate([], gpu)).toBe(0);
  });

  it('knows GPUs by name, and says what is wrong with others', () => {
    expect(gpuFrom('rtx 4090').tflops).toBe(82.6);
    for (const text of ['RTX', '1,2', '1,2,', '1,0,3', '1,2,3,4']) {
      expect(() => gpuFrom(text)).toThrow(`GPU '${text}': it should be TFLOP/s, GB/s and µs of a launch`);
    }
  });
});
