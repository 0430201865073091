/** Looking inside a network finds what PyTorch finds, on every backend, and leaves the network as it was. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { AnyBackend } from '../src/backends/create.js';
import { host, ReferenceBackend } from '../src/backends/reference/index.js';
import { features, gradCam, layerOutputs, nearest, saliency } from '../src/insight/index.js';
import { inceptionNet, mlp, mnistNet, residualNet } from '../src/models/index.js';
import { backendNames, createBackend } from '../src/node/backends.js';
import { nn } from '../src/node/index.js';
import { Generator, manualSeed } from '../src/tensor/random.js';
import { Storage } from '../src/tensor/storage.js';
import { Tensor } from '../src/tensor/tensor.js';
import type { TensorBackend } from '../src/tensor/tensorBackend.js';
import { expectClose, readGolden } from './golden/golden.js';

interface InsightCase {
  model: keyof typeof models;
  labels: number[];
  imageSeed: number;
  layers: string[];
}

const models = { mnistNet, inceptionNet, residualNet };
const TOLERANCE = 1e-4;

/** (N, 1, 28, 28), drawn as PyTorch draws them. */
function images(backend: TensorBackend, seed: number, N: number): Tensor {
  const values = new Generator(seed).fillUniform(new Float32Array(N * 784), -1, 2);
  return new Tensor(Storage.of(backend, 'float32', values), [N, 1, 28, 28]);
}

describe.each(backendNames)('on %s', (name) => {
  let backend: AnyBackend;
  beforeAll(async () => {
    backend = await createBackend(name);
  });
  afterAll(() => backend.close());

  it.each(readGolden<InsightCase>('insight').map((one) => [one.options.model, one] as const))(
    'a %s gives PyTorch’s outputs, gradients, maps and features',
    async (_, { options: { model: named, labels, imageSeed, layers: chosen }, tensors }) => {
      manualSeed(0);
      const model = models[named]().to(backend);
      const x = images(backend, imageSeed, 2);
      const expectTensor = async (key: string, actual: Tensor) => {
        const { shape, values } = tensors.get(key)!;
        expect(actual.shape).toEqual(shape);
        expectClose(await actual.data(), values, TOLERANCE, key);
      };

      const { layers, scores } = layerOutputs(model, x);
      expect(layers.map(({ name }) => name)).toEqual(nn.summary(model, [1, 1, 28, 28]).layers.map(({ name }) => name));
      expect(await layers.at(-1)!.output.data()).toEqual(await scores.data());
      const lastCalls = new Map(layers.map(({ name, output }) => [name, output]));
      for (const [name, output] of lastCalls) {
        const first = (await output.data()).slice(0, output.numel / 2).filter((_, i) => i % 7 === 0);
        const key = `output/${name}`;
        expectClose(first, tensors.get(key)!.values, TOLERANCE, key);
      }

      await expectTensor('saliency', saliency(model, x, labels));
      for (const layer of chosen) {
        const cam = gradCam(model, x, labels, { layer });
        expect(cam.layer).toBe(layer);
        await expectTensor(`cam/${layer}`, cam.map);
      }

      const rows = features(model, x);
      await expectTensor('features', rows);
      const values = (await rows.data()) as Float32Array;
      const [first, second] = [values.subarray(0, values.length / 2), values.subarray(values.length / 2)];
      const distances = (['cosine', 'l2'] as const).map((metric) => nearest(first, second, { metric })[0].distance);
      expectClose(distances, tensors.get('distances')!.values, TOLERANCE, 'distances');
    },
  );
});

describe('Grad-CAM', () => {
  const x = () => images(host, 0, 1);

  it('takes the convolution that is called last', async () => {
    expect(gradCam(mnistNet(), x(), 3).layer).toBe('conv2');
    expect(gradCam(residualNet(), x(), 3).layer).toBe('rblock2.conv2');
    expect(gradCam(inceptionNet(), x(), 3).layer).toBe('incep2.branch_pool');
    manualSeed(0);
    const model = mnistNet();
    const [unnamed, named] = [gradCam(model, x(), 3), gradCam(model, x(), 3, { layer: 'conv2' })];
    expect(await unnamed.map.data()).toEqual(await named.map.data());
  });

  it('says which layers it can’t show', () => {
    expect(() => gradCam(mnistNet(), x(), 3, { layer: 'conv3' })).toThrow(
      "gradCam: MnistNet has no layer 'conv3'; it has conv1, conv2, pooling, fc",
    );
    expect(() => gradCam(mnistNet(), x(), 3, { layer: 'fc' })).toThrow("gradCam: 'fc' gives (1, 10), and not maps");
    expect(() => gradCam(mlp(), x(), 3)).toThrow('gradCam: Mlp calls no convolution');
    class Spare extends nn.Sequential {
      spare = new nn.Conv2d(1, 1, 1);
      protected override fields(): [string, unknown][] {
        return [...super.fields(), ['spare', this.spare]];
      }
    }
    const spare = new Spare(new nn.Flatten(), new nn.Linear(784, 10));
    expect(() => gradCam(spare, x(), 3, { layer: 'spare' })).toThrow("gradCam: Spare doesn't call 'spare'");
  });
});

it('refuses labels that are no classes', () => {
  const x = images(host, 0, 2);
  expect(() => saliency(mnistNet(), x, 10)).toThrow('saliency: 10 is no class of 10, which are 0 to 9');
  expect(() => gradCam(mnistNet(), x, [1])).toThrow('gradCam: there are 1 labels for 2 images');
  expect(() => features(new nn.Sequential(new nn.Flatten()), x)).toThrow('features: Sequential calls no Linear layer');
});

it('leaves the model as it was: mode, gradients, what is frozen, hooks; in errors, too', async () => {
  const model = mnistNet();
  const x = images(host, 0, 1);
  model.conv1.eval();
  model.conv1.weight.requiresGrad_(false);
  let calls = 0;
  model.fc.registerForwardHook(() => {
    calls++;
  });
  layerOutputs(model, x);
  features(model, x);
  saliency(model, x, 1);
  gradCam(model, x, 1);
  expect(() => saliency(model, x, -1)).toThrow('-1 is no class');
  expect(() => gradCam(model, x, -1)).toThrow('-1 is no class');
  expect(calls).toBe(6);
  expect([model.training, model.conv1.training, model.conv2.training]).toEqual([true, false, true]);
  expect(model.parameters().map(({ grad }) => grad)).toEqual(model.parameters().map(() => null));
  expect(model.parameters().map(({ requiresGrad }) => requiresGrad)).toEqual([false, ...Array(5).fill(true)]);
  expect(x.requiresGrad).toBe(false);
  expect(Object.keys(model.conv2)).not.toContain('forward');
});

it('keeps nothing but what it returns', async () => {
  const backend = new ReferenceBackend();
  const model = residualNet().to(backend);
  const x = images(backend, 0, 2);
  const { allocated } = backend.memory();
  saliency(model, x, 3).release();
  features(model, x).release();
  for (const { output } of layerOutputs(model, x).layers) output.release();
  expect(backend.memory().allocated).toBe(allocated);
});

it('looks in evaluation mode', async () => {
  const model = new nn.Sequential(new nn.Dropout(0.5), new nn.Flatten(), new nn.Linear(784, 3));
  const x = images(host, 0, 1);
  expect(await features(model, x).data()).toEqual(await x.data());
  const weight = (await (model.layers[2] as nn.Linear).weight.data()).slice(784, 2 * 784);
  expectClose(await saliency(model, x, 1).data(), weight, 1e-6, 'the gradient of a linear score');
});

describe('nearest', () => {
  const rows = [1, 0, 0, 2, 3, 0, -1, 0, 0, 0];

  test('by angle and by distance, the nearest first, of equals the first', () => {
    expect(nearest([2, 0], rows)).toEqual([
      { index: 0, distance: 0 },
      { index: 2, distance: 0 },
      { index: 1, distance: 1 },
      { index: 4, distance: 1 }, // a row of zeros has no direction
      { index: 3, distance: 2 },
    ]);
    expect(nearest([2, 0], rows, { metric: 'l2', count: 3 })).toEqual([
      { index: 0, distance: 1 },
      { index: 2, distance: 1 },
      { index: 4, distance: 2 },
    ]);
  });

  test('refuses rows of another length', () => {
    expect(() => nearest([1, 2, 3], rows)).toThrow('nearest: 10 numbers are no rows of 3');
  });
});
