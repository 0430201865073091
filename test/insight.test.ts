/** Looking inside a network finds what PyTorch finds, on every backend, and leaves the network as it was. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { AnyBackend } from '../src/backends/create.js';
import { host, ReferenceBackend } from '../src/backends/reference/index.js';
import {
  features,
  gradCam,
  layerGradients,
  layerOutputs,
  magnitude,
  nearest,
  RecordingBackend,
  receptiveField,
  saliency,
} from '../src/insight/index.js';
import { inceptionNet, mlp, mnistNet, residualNet } from '../src/models/index.js';
import { backendNames, createBackend } from '../src/node/backends.js';
import { functional as F, nn, optim } from '../src/node/index.js';
import { Generator, manualSeed } from '../src/tensor/random.js';
import { Storage } from '../src/tensor/storage.js';
import { Tensor } from '../src/tensor/tensor.js';
import type { TensorBackend } from '../src/tensor/tensorBackend.js';
import { type Classifier, trainingStep } from '../src/training/index.js';
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

  it('gives the gradient of the loss at every layer: a bias adds its own up', async () => {
    manualSeed(0);
    const model = residualNet().to(backend);
    const x = images(backend, 2, 3);
    const { loss, dx, layers } = layerGradients(model, x, [1, 0, 9]);
    const own = F.crossEntropy(model.forward(x.detach().requiresGrad_()), Int32Array.of(1, 0, 9));
    own.backward();
    expect(await loss.item()).toBe(await own.item());
    expect(layers.map(({ name }) => name)).toEqual(layerOutputs(model, x).layers.map(({ name }) => name));
    expect(dx.shape).toEqual(x.shape);
    const biases = new Map(model.namedParameters().filter(([name]) => name.endsWith('bias')));
    for (const { name, type, gradient } of layers) {
      if (type !== 'Conv2d' && type !== 'Linear') continue;
      const dbias = gradient!.sum(gradient!.shape.flatMap((_, d) => (d === 1 ? [] : [d])));
      expectClose(await dbias.data(), await biases.get(`${name}.bias`)!.grad!.data(), TOLERANCE, name);
    }
  });
});

describe('a receptive field', () => {
  it('is what the lecture’s net sees of a digit', () => {
    const fields = receptiveField(mnistNet(), [1, 1, 28, 28], 'pooling', [3, 1, 2]);
    expect(fields.map(({ seen, ...field }) => ({ ...field, count: seen.reduce((sum, one) => sum + one, 0) }))).toEqual([
      { name: '', call: -1, shape: [1, 28, 28], top: 4, left: 8, height: 16, width: 16, count: 256 },
      { name: 'conv1', call: 0, shape: [10, 24, 24], top: 4, left: 8, height: 12, width: 12, count: 1440 },
      { name: 'pooling', call: 1, shape: [10, 12, 12], top: 2, left: 4, height: 6, width: 6, count: 360 },
      { name: 'conv2', call: 2, shape: [20, 8, 8], top: 2, left: 4, height: 2, width: 2, count: 4 },
      { name: 'pooling', call: 3, shape: [20, 4, 4], top: 1, left: 2, height: 1, width: 1, count: 1 },
    ]);
    const [image] = receptiveField(mnistNet(), [1, 1, 28, 28], 1, [0, 11, 0]); // the first call of `pooling`
    expect(image).toMatchObject({ top: 22, left: 0, height: 6, width: 6 });
  });

  /** Windows and functions of every kind. */
  class Zoo extends nn.Module {
    conv = new nn.Conv2d(2, 4, 3, { stride: 2, padding: 1, dilation: 2, groups: 2 });
    norm = new nn.BatchNorm2d(4);
    pool = new nn.MaxPool2d(2, { stride: 1, padding: 1, dilation: 2 });
    last = new nn.Linear(25, 3);
    forward(x: Tensor): Tensor {
      const a = F.sigmoid(this.norm.forward(this.conv.forward(x)));
      const b = F.localResponseNorm(F.tanh(a).sub(a), 3).div(a.mul(a).mul(-1).add(2));
      const c = this.pool.forward(F.avgPool2d(F.pad(b, [1, 1, 1, 1]), 2, { stride: 1 }));
      const d = F.cat([c, F.pad(F.adaptiveAvgPool2d(c, 3), [1, 1, 1, 1])], 1).sum(1, { keepdim: true });
      return this.last.forward(F.softmax(F.maxPool2d(d.add(d), 1, { ceilMode: true }).reshape([x.shape[0], -1]), 1));
    }
  }

  /** Numbers of x (C, H, W) that have a gradient in one of many networks and images. A ReLU that is closed, or a maximum that is
   *  elsewhere, hides one in most. */
  async function withGradient(make: () => Classifier, image: readonly number[], layer: string, place: number[]) {
    const seen = new Uint8Array(image.reduce((a, b) => a * b));
    const N = 4;
    for (let seed = 0; seed < 8; seed++) {
      manualSeed(seed);
      const model = make().eval();
      for (const parameter of model.parameters()) parameter.requiresGrad = false;
      let output: Tensor;
      const module = model.namedModules().find(([name]) => name === layer)![1];
      const hook = module.registerForwardHook((_, __, given) => {
        output = given as Tensor;
      });
      const values = new Generator(seed).fillUniform(new Float32Array(N * seen.length), -3, 3);
      const x = host.tensor(values, [N, ...image], { requiresGrad: true });
      model.forward(x);
      hook.remove();
      const { shape } = output!;
      const gradient = new Float32Array(output!.numel);
      const at = place.reduce((index, one, d) => index * shape[d + 1] + one, 0);
      for (let n = 0; n < N; n++) gradient[n * (gradient.length / N) + at] = 1;
      output!.backward(host.tensor(gradient, shape));
      const dx = await x.grad!.data();
      dx.forEach((value, i) => {
        if (value !== 0) seen[i % seen.length] = 1;
      });
    }
    return seen;
  }

  it.each<[string, () => Classifier, number[], string, number[]]>([
    ['the MNIST net', mnistNet, [1, 28, 28], 'conv2', [4, 3, 0]],
    ['the MNIST net', mnistNet, [1, 28, 28], 'pooling', [19, 3, 0]],
    ['an Inception module', inceptionNet, [1, 28, 28], 'incep1.branch3x3_3', [2, 1, 11]],
    ['a residual block', residualNet, [1, 28, 28], 'rblock1.conv2', [5, 0, 7]],
    ['a layer behind a shortcut', residualNet, [1, 28, 28], 'conv2', [1, 7, 0]],
    ['a convolution that is dilated and grouped', () => new Zoo(), [2, 9, 9], 'conv', [3, 1, 2]],
    ['functions of every kind', () => new Zoo(), [2, 9, 9], 'pool', [1, 2, 4]],
    ['softmax', () => new Zoo(), [2, 9, 9], 'last', [2]],
  ])('of %s is where the gradient isn’t 0', async (_, make, image, layer, place) => {
    const [{ seen }] = receptiveField(make(), [1, ...image], layer, place);
    expect(seen).toEqual(await withGradient(make, image, layer, place));
  });

  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    [
      'what is normalised by its own statistics',
      (x) => F.batchNorm2d(x, null, null, null, null, { training: true }),
      [3, 4, 5],
    ],
    ['logSoftmax', (x) => F.logSoftmax(x, 1), [2, 5]],
    ['what cancels out', (x) => x.mul(-1).add(x), [5]],
  ])('of %s has all that had a part in it', (_, f, expected) => {
    class Through extends nn.Module {
      last = new nn.MaxPool2d(1);
      forward(x: Tensor): Tensor {
        return this.last.forward(f(x));
      }
    }
    const [{ seen }] = receptiveField(new Through(), [1, 2, 1, 3], 'last', [1, 0, 2]);
    expect([...seen.keys()].filter((i) => seen[i])).toEqual(expected);
  });

  it('says which layers and places there are', () => {
    const of = (layer: string | number, place: number[], shape = [1, 1, 28, 28]) =>
      receptiveField(mnistNet(), shape, layer, place);
    expect(() => of('conv3', [0])).toThrow("receptiveField: MnistNet has no layer 'conv3'; it has conv1, conv2");
    expect(() => of(5, [0])).toThrow('receptiveField: there is no call 5 of 5 layers, which are 0 to 4');
    expect(() => of('conv1', [0, 24, 0])).toThrow(
      "receptiveField: (0, 24, 0) is no place in what 'conv1' gives of an image, (10, 24, 24)",
    );
    expect(() => of('fc', [0, 0])).toThrow("is no place in what 'fc' gives of an image, (10)");
    expect(() => of('fc', [0], [2, 1, 28, 28])).toThrow('inputShape (2, 1, 28, 28) must be (1, C, H, W), of one image');
  });
});

test('a recorded step says what was called, and with which numbers', async () => {
  manualSeed(0);
  const backend = new RecordingBackend();
  const model = mnistNet().to(backend);
  const weight = model.fc.weight.buffer;
  const first = await model.fc.weight.data();
  const x = images(backend, 0, 1);
  backend.calls.length = 0;
  const { loss } = trainingStep(model, new optim.SGD(model.parameters(), { lr: 0.01 }), [x, Int32Array.of(7)]);
  const forward = ['conv2d', 'maxPool2d', 'relu', 'conv2d', 'maxPool2d', 'relu', 'linear', 'crossEntropy'];
  const calls = backend.calls.filter(({ operation }) => operation !== 'cat');
  expect(calls.map(({ operation, pass }) => `${operation} ${pass}`)).toEqual([
    ...forward.map((name) => `${name} forward`),
    ...forward.toReversed().map((name) => `${name} backward`),
    ...model.parameters().map(() => 'sgd forward'),
  ]);
  expect((calls[7].after[0] as Float32Array)[0]).toBe(await loss.item());
  const pooled = calls.find(({ operation }) => operation === 'maxPool2d')!;
  expect([pooled.before[1], pooled.after[1]]).not.toContain(pooled.passed[1]); // the indices are copied, too
  const step = calls.find(({ operation, passed }) => operation === 'sgd' && passed[0] === weight)!;
  expect(step.before[0]).toEqual(first);
  expect(step.after[0]).toEqual(await model.fc.weight.data());
  expect(step.after[0]).not.toEqual(first);
});

test('the magnitude of numbers', () => {
  expect(magnitude([3, -4])).toEqual({ norm: 5, mean: 3.5, largest: 4 });
  expect(magnitude([])).toEqual({ norm: 0, mean: 0, largest: 0 });
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
  layerGradients(model, x, 1);
  receptiveField(model, [1, 1, 28, 28], 'fc', [0]);
  const weights = await model.conv1.weight.data();
  expect(() => layerGradients(model, x, 10)).toThrow('layerGradients: 10 is no class of 10');
  expect(() => receptiveField(model, [1, 1, 28, 28], 'fc', [10])).toThrow('(10) is no place');
  expect(await model.conv1.weight.data()).toEqual(weights);
  expect(() => saliency(model, x, -1)).toThrow('-1 is no class');
  expect(() => gradCam(model, x, -1)).toThrow('-1 is no class');
  expect(calls).toBe(10);
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
  const { loss, dx, layers } = layerGradients(model, x, 3);
  for (const tensor of [loss, dx, ...layers.map(({ gradient }) => gradient)]) tensor?.release();
  receptiveField(model, [1, 1, 28, 28], 'conv2', [0, 0, 0]);
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
