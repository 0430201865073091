/** The WebGPU backend's own promises: one submit a step, nothing new after the second, and what it says when something fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceLostError } from '../src/backends/backend.js';
import { setGroupsAcross } from '../src/backends/groupsAcross.js';
import type { WebGPUBuffer } from '../src/backends/webgpu/buffer.js';
import type { GPUBackend } from '../src/backends/webgpu/index.js';
import type { ShaderCall } from '../src/backends/webgpuBackend.js';
import { DataLoader } from '../src/data/loader.js';
import type { Targets } from '../src/data/targets.js';
import { inceptionNet, mlp, mnistNet, residualNet } from '../src/models/index.js';
import * as F from '../src/nn/functional/index.js';
import type { Module } from '../src/nn/module.js';
import { createBackend } from '../src/node/backends.js';
import { mnist } from '../src/node/data.js';
import { conv2dSizes } from '../src/ops/conv2d.js';
import { SGD } from '../src/optim/index.js';
import { manualSeed } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { fit, type StepRecord } from '../src/training/index.js';
import { wrongImageOnDevice } from './imagesOnDevice.js';
import { openWebGPU } from './openWebGPU.js';

let backend: GPUBackend;
beforeAll(async () => {
  backend = await openWebGPU();
});
afterAll(() => backend.close());

/** Takes training steps on drawn images, and gives the losses' tensors. */
function trainer(on: GPUBackend, model: Module<[Tensor], Tensor>, N: number) {
  const optimizer = new SGD(model.to(on).parameters(), { lr: 0.01, momentum: 0.5 });
  const images = Float32Array.from({ length: N * 784 }, (_, i) => Math.sin(i));
  const labels = Int32Array.from({ length: N }, (_, i) => i % 10);
  return async () => {
    using x = on.tensor(images, [N, 1, 28, 28]);
    const loss = F.crossEntropy(model.forward(x), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    await null; // JavaScript pauses, and what the step asked for is sent
    return loss;
  };
}

describe('a training step', () => {
  it('of the MNIST net is one submit of at most 30 dispatches, and creates and reads nothing', async () => {
    const step = trainer(backend, mnistNet(), 64);
    const losses = [await step(), await step()];
    await losses[1].item();
    const { created } = backend.memory();
    backend.resetStats();
    losses.push(await step());
    const { dispatches, submits, buffersCreated, bytesRead, bytesUploaded } = backend.stats();
    expect(dispatches).toBeLessThanOrEqual(30);
    expect({ submits, buffersCreated, bytesRead }).toEqual({ submits: 1, buffersCreated: 0, bytesRead: 0 });
    expect(bytesUploaded).toBe(4 * (64 * 784 + 64 + 1)); // the images, the labels, and the gradient of the loss
    for (let i = 0; i < 20; i++) losses.push(await step());
    expect(backend.memory().created).toBe(created);
    const values = await Promise.all(losses.map((loss) => loss.item())); // every loss is still there
    expect(values.every((value, i) => i === 0 || value < values[i - 1])).toBe(true);
  });

  it('gives the same bits every time', async () => {
    const run = async () => {
      manualSeed(5);
      const step = trainer(backend, residualNet(), 4);
      const losses: Tensor[] = [];
      for (let i = 0; i < 3; i++) losses.push(await step());
      return Promise.all(losses.map((loss) => loss.item()));
    };
    expect(await run()).toEqual(await run());
  });
});

describe('training', () => {
  /** Steps on MNIST, from the same seed. */
  const losses = async (
    name: 'webgpu' | 'reference',
    make: () => Module<[Tensor], Tensor>,
    N: number,
    steps: number,
  ) => {
    manualSeed(0);
    const on = await createBackend(name);
    const model = make().to(on);
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
    const set = (await mnist({ train: true })).take(N * steps);
    const found: number[] = [];
    const onStep = ({ loss }: StepRecord) => void found.push(loss);
    await fit(model, optimizer, new DataLoader(set, { batchSize: N, shuffle: true, backend: on }), { onStep });
    await on.close();
    return found;
  };

  it.each([
    ['mnistNet', mnistNet],
    ['inceptionNet', inceptionNet],
    ['residualNet', residualNet],
  ])('%s has the losses of the reference', async (_, make) => {
    const [ours, theirs] = [await losses('webgpu', make, 4, 20), await losses('reference', make, 4, 20)];
    expect(ours.length).toBe(20);
    ours.forEach((loss, i) => {
      expect(Math.abs(loss - theirs[i]) / theirs[i], `step ${i + 1}`).toBeLessThan(1e-3);
    });
  });

  it('goes on after the device is lost, as if nothing had happened', async () => {
    const set = (await mnist({ train: true })).take(160);
    const run = async (loseAfter: number | null) => {
      manualSeed(3);
      const own = await openWebGPU();
      const model = mlp().to(own);
      const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
      const loader = new DataLoader(set, { batchSize: 16, shuffle: true, backend: own });
      const records: StepRecord[] = [];
      const lost: number[] = [];
      const { epochs } = await fit(model, optimizer, loader, {
        epochs: 2,
        onStep: (record) => {
          records.push(record);
          if (record.step === loseAfter) own.device.destroy();
        },
        onDeviceLost: (_, step) => lost.push(step),
      });
      const weights = await Promise.all(model.parameters().map((parameter) => parameter.data()));
      await own.close();
      return { records, epochs, weights, lost };
    };
    const { lost: never, ...undisturbed } = await run(null);
    const { lost, ...disturbed } = await run(14);
    expect([never, lost]).toEqual([[], [10]]); // from the beginning of the second epoch on
    expect(disturbed).toEqual(undisturbed);
  });

  it('gives up when devices are lost again and again', async () => {
    manualSeed(3);
    const own = await openWebGPU();
    const model = mlp().to(own);
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const loader = new DataLoader((await mnist({ train: true })).take(64), { batchSize: 8, backend: own });
    let losses = 0;
    const training = fit(model, optimizer, loader, {
      maxRecoveries: 2,
      onStep: () => own.device.destroy(),
      onDeviceLost: () => {
        losses++;
        own.device.destroy();
      },
    });
    await expect(training).rejects.toThrow(DeviceLostError);
    expect(losses).toBe(2);
    await own.close();
  });
});

describe('data on the device', () => {
  it('has every channel, wherever an image begins, and on several rows of workgroups', async () => {
    for (const groups of [Number.POSITIVE_INFINITY, 3]) {
      setGroupsAcross(groups);
      expect(await wrongImageOnDevice(backend)).toBeNull();
    }
    setGroupsAcross(Number.POSITIVE_INFINITY);
  });

  it('is uploaded once, and makes the very batches of the host', async () => {
    const own = await openWebGPU();
    const set = (await mnist({ train: false })).take(50);
    manualSeed(1);
    const there = new DataLoader(set, { batchSize: 16, shuffle: true, backend: own });
    const batches: [Float32Array, Targets][] = [];
    for await (const [x, y] of there) batches.push([(await x.data()) as Float32Array, y]);
    own.resetStats();
    for await (const [x] of there) await x.data();
    expect(own.stats().bytesUploaded).toBe(4 * 50);
    manualSeed(1);
    let i = 0;
    for await (const [x, y] of new DataLoader(set, { batchSize: 16, shuffle: true })) {
      expect(batches[i++]).toEqual([await x.data(), y]);
    }
    await own.close();
  });
});

describe('errors', () => {
  it('a buffer larger than any names the operation and its result', () => {
    const x = backend.tensor([1], [1, 1]);
    const wide = 2 ** 40;
    expect(() => F.pad(x.reshape([1, 1, 1, 1]), [0, wide, 0, 0])).toThrow(
      /^pad: there is no room for its result \(1, 1, 1, 1099511627777\): .*buffers end at \d+/,
    );
  });

  it('memory that runs out is told, and who wanted it', async () => {
    const own = await openWebGPU();
    // What a driver without memory answers: the buffer that it returns is invalid, and the error is in the scope.
    const { device } = own;
    const pop = device.popErrorScope.bind(device);
    const create1 = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      device.createBuffer = create1;
      device.popErrorScope = async () => {
        device.popErrorScope = pop;
        await pop();
        return new Error('out of device memory') as unknown as GPUError;
      };
      return create1(descriptor);
    };
    const y = F.relu(own.tensor([1, 2, 3]));
    await expect(y.data()).rejects.toThrow(/relu\.forward: x needs 16 bytes \(3 float32\): out of device memory/);
    expect(() => F.relu(y)).toThrow(/out of device memory/); // and again: nobody knows what else it has left undone
    await own.recover();
    expect([...(await F.relu(own.tensor([-1, 2])).data())]).toEqual([0, 2]);
    await own.close();
  });

  it('a shader that does not compile is told with its name and line', async () => {
    const own = await openWebGPU();
    const { shaders } = await import('../src/backends/webgpu/shaders.js');
    const writable = shaders as Record<string, string>;
    const before = writable.relu;
    writable.relu = before.replace('fn forward(', 'fn forward(nonsense ');
    try {
      const y = F.relu(own.tensor([1, 2]));
      await expect(y.data()).rejects.toThrow(/the shader relu\.wgsl doesn't compile \(forward\): line \d+: /);
      expect(() => F.relu(own.tensor([1, 2]))).toThrow(/relu\.wgsl/);
    } finally {
      writable.relu = before;
      await own.close();
    }
  });

  it('more workgroups than the adapter has name the kernel and the limit', () => {
    const s = conv2dSizes([1, 1, 1, 1], [2 ** 22, 1, 1, 1], null);
    const [y, x] = [backend.allocate(1, 'float32'), backend.allocate(1, 'float32')];
    expect(() => backend.kernels.conv2d.forward(y, x, x, null, s)).toThrow(
      /^conv2dForward\.forward: .* workgroups are more than this adapter's 65535/,
    );
  });

  it('a lost device is a DeviceLostError in everything that follows', async () => {
    const own = await openWebGPU();
    const x = own.tensor([1, 2]);
    own.device.destroy();
    await expect(x.data()).rejects.toThrow(DeviceLostError);
    expect(() => F.relu(x)).toThrow(DeviceLostError);
    await own.recover();
    const y = F.relu(own.tensor([-1, 2]));
    expect([...(await y.data())]).toEqual([0, 2]);
    await own.close();
  });

  it('what can only be read by waiting says so', () => {
    const x = backend.tensor([1, 2]);
    expect(() => x.valuesAtOnce('to')).toThrow(/to: 'webgpu' can only be read asynchronously/);
  });
});

describe('a shader of one’s own', () => {
  const doubling = `
    struct Sizes { count: u32, by: f32 }
    @group(0) @binding(0) var<uniform> s: Sizes;
    @group(0)
    @binding(1) var<storage,read_write> y: array<f32>;
    @group(0) @binding(2) var<storage, read> x: array<f32>;
    @compute @workgroup_size(256) fn scale(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < s.count) { y[id.x] = s.by * x[id.x]; }
    }`;
  const buffers = (length: number) => {
    const [y, x] = [0, 1].map(() => backend.allocate(length, 'float32') as WebGPUBuffer);
    backend.write(
      x,
      Float32Array.from({ length }, (_, i) => i),
    );
    return { y, x };
  };

  it('is called by the names in it, takes its turn, and is counted', async () => {
    const shader = backend.shader(doubling, 'double');
    const { y, x } = buffers(1000);
    backend.resetStats();
    shader.run('scale', { buffers: { y, x }, sizes: { count: 1000, by: 2, unknown: 1 }, threads: 1000 });
    shader.run('scale', { buffers: { y: x, x: y }, sizes: { count: 300, by: 3 }, groups: [2, 1, 1] });
    expect(Array.from(await backend.read(x))).toEqual(Array.from({ length: 1000 }, (_, i) => (i < 300 ? 6 * i : i)));
    expect(backend.stats()).toMatchObject({ submits: 1, kernels: { 'double.scale': { dispatches: 2 } } });
  });

  it('says at once what a call lacks', () => {
    const shader = backend.shader(doubling);
    const { y, x } = buffers(4);
    const sizes = { count: 4, by: 1 };
    const run = (call: Partial<ShaderCall>) => () => shader.run('scale', { buffers: { y, x }, sizes, ...call });
    expect(run({})).toThrow('own.scale: say how many threads, or how many groups');
    expect(run({ threads: 4, groups: [1, 1, 1] })).toThrow('own.scale: say how many threads, or how many groups');
    expect(run({ threads: 4, buffers: { z: y } })).toThrow("own.wgsl has no binding 'z'");
    expect(run({ threads: 4, sizes: { count: 4 } })).toThrow("own.wgsl: Sizes.by isn't given");
    expect(() => backend.shader('struct Sizes { flag: bool }')).toThrow('own.wgsl: Sizes.flag is a bool');
  });
});

describe('accounting', () => {
  it.each([
    ['64 → 64, 3x3 on 56x56', [32, 64, 56, 56], 64],
    ['256 → 256, 3x3 on 14x14', [32, 256, 14, 14], 256],
  ] as const)('tiles of %s do at least 16 operations for a byte', async (_, x, C) => {
    const own = await openWebGPU({ shareMemory: true });
    const s = conv2dSizes(x, [C, C, 3, 3], [C], { padding: 1 });
    // Counted when it is asked for; what the numbers are doesn't matter, nor that nobody waits for them.
    const [image, weight, bias] = [x[0] * C * x[2] * x[3], C * C * 9, C].map((length) =>
      own.allocate(length, 'float32'),
    );
    const [y, dx, dweight, dbias] = [image.length, image.length, weight.length, C].map((length) =>
      own.allocate(length, 'float32'),
    );
    own.device.destroy(); // so that nothing is computed
    own.kernels.conv2d.forward(y, image, weight, bias, s);
    own.kernels.conv2d.backward(dx, dweight, dbias, y, image, weight, s);
    const { kernels } = own.stats();
    for (const name of [
      'conv2dForward.forward',
      'conv2dBackwardInput.backwardInput',
      'conv2dBackwardWeight.backwardWeight',
    ]) {
      const { flops, bytes } = kernels[name];
      expect(flops / bytes, name).toBeGreaterThanOrEqual(16);
    }
    await own.close();
  });
});
