/** The networks: torchvision's keys, first weights, scores and gradients; and what the papers' variants are made of. */
import { describe, expect, it } from 'vitest';
import type { Backend } from '../src/backends/backend.js';
import { host } from '../src/backends/reference/index.js';
import * as models from '../src/models/index.js';
import * as F from '../src/nn/functional/index.js';
import * as nn from '../src/nn/index.js';
import { createBackend } from '../src/node/backends.js';
import { noGrad } from '../src/tensor/gradMode.js';
import { Generator, manualSeed } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { expectClose, readGolden, readGoldenJson } from './golden/golden.js';
import { undrawn } from './undrawn.js';

/** Of test/golden/make_models.py. */
interface ModelDescription {
  shapes: [key: string, shape: number[]][];
  /** First and last value of each parameter, and the root of the mean of its squares; seed 0. */
  ends: [first: number, last: number, rms: number][];
  /** How many images, and the seed that they are drawn from. */
  images: number;
  imageSeed: number;
}

type TorchvisionModel = nn.Module<[x: Tensor], Tensor | models.GoogLeNetOutputs>;
const torchvision: Record<string, () => TorchvisionModel> = {
  googlenet: () => models.googlenet({ dropout: 0, dropoutAux: 0 }),
  resnet18: models.resnet18,
  resnet50: models.resnet50,
  densenet121: models.densenet121,
};
const descriptions = readGoldenJson<Record<string, ModelDescription>>('models');
const [{ tensors: golden }] = readGolden('models');
const LABELS = [7, 107, 207, 307];

/** The weights that make_models.py draws, in the order of the state dict. */
function stir(model: TorchvisionModel): void {
  const generator = new Generator(1);
  const all = model.modules();
  const residualEnds = all.flatMap((module) => {
    if (module instanceof models.Bottleneck) return [module.bn3];
    return module instanceof models.BasicBlock ? [module.bn2] : [];
  });
  const modules = new Map(model.namedModules());
  for (const [key, tensor] of Object.entries(model.stateDict())) {
    if (tensor.dtype === 'int32') continue;
    const dot = key.lastIndexOf('.');
    const module = modules.get(key.slice(0, dot))!;
    const field = key.slice(dot + 1);
    const isNorm = module instanceof nn.BatchNorm2d;
    const size = isNorm && residualEnds.includes(module) ? 0.1 : 1;
    const range = (): [from: number, to: number] => {
      if (!isNorm) {
        const bound = field === 'weight' ? Math.sqrt(6 / nn.init.fans(tensor.shape).fanIn) : 0.1;
        return [-bound, bound];
      }
      if (field === 'running_mean') return [-0.2, 0.2];
      if (field === 'running_var') return [0.5, 1.5];
      return field === 'weight' ? [0.5 * size, size] : [size, 2 * size];
    };
    const values = generator.fillUniform(new Float32Array(tensor.numel), ...range());
    tensor.copyFrom(isNorm && field === 'bias' ? values.map((value, c) => (c % 2 === 0 ? -value : value)) : values);
  }
}

function images(backend: Backend, N: number, seed: number): Tensor {
  return backend.tensor(new Generator(seed).fillUniform(new Float32Array(N * 3 * 64 * 64), -1, 1), [N, 3, 64, 64]);
}

/** The largest of the absolute values. */
function largest(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

describe.each(Object.keys(torchvision))('%s', (name) => {
  const { shapes, ends, images: N, imageSeed } = descriptions[name];
  /** Drawn by the first backend, for all of them: on the host, so that training elsewhere doesn't change them. */
  let weights: Record<string, Tensor> | null = null;

  it("has torchvision's keys and shapes, in its order", () => {
    const own = Object.entries(undrawn(torchvision[name]).stateDict()).map(([key, { shape }]) => [key, [...shape]]);
    expect(own).toEqual(shapes);
  });

  it("begins with torchvision's weights, but for the last bits of normal numbers", async () => {
    manualSeed(0);
    for (const [i, [key, parameter]] of torchvision[name]().namedParameters().entries()) {
      const values = await parameter.data();
      let squares = 0;
      for (const value of values) squares += value * value;
      const rms = Math.sqrt(squares / values.length);
      const [first, last, expected] = ends[i];
      expectClose([values[0], values[values.length - 1], rms], [first, last, expected], 1e-5, key);
    }
  });

  it.each(['reference', 'wasm', 'webgpu'] as const)(
    "gives torchvision's scores and gradients on %s",
    { timeout: 300_000 },
    async (backendName) => {
      const backend = await createBackend(backendName);
      const model = undrawn(torchvision[name]);
      if (weights) model.loadStateDict(weights);
      else stir(model);
      weights ??= model.stateDict();
      model.to(backend);
      const x = images(backend, N, imageSeed);
      const scores = noGrad(() => model.eval().forward(x)) as Tensor;
      expectClose(await scores.data(), golden.get(`${name}/scores`)!.values, 1e-4, 'scores');

      const outputs = model.train().forward(x);
      const loss = models.googlenetLoss(outputs, LABELS.slice(0, N));
      const all = 'logits' in outputs ? Object.values(outputs) : [outputs];
      for (const [i, output] of all.entries()) {
        expectClose(await output.data(), golden.get(`${name}/outputs${i}`)!.values, 1e-4, `output ${i}`);
      }
      loss.backward();
      expectClose([await loss.item()], golden.get(`${name}/loss`)!.values, 1e-4, 'loss');
      const probes = golden.get(`${name}/gradients`)!;
      const width = probes.shape[1];
      const parameters = model.namedParameters();
      const gradients = await Promise.all(parameters.map(([, { grad }]) => grad!.data()));
      for (const [i, [key]] of parameters.entries()) {
        const values = gradients[i];
        const row = [...probes.values.subarray(i * width, (i + 1) * width)];
        const at = row.slice(0, -1).map((_, j) => Math.floor((j * (values.length - 1)) / (width - 2)));
        expectClose([...at.map((index) => values[index]), largest(values)], row, 1e-3, key);
      }
      await backend.close();
    },
  );
});

describe('parameters', () => {
  it.each([
    [models.googlenet, 13_004_888],
    [models.resnet18, 11_689_512],
    [models.resnet34, 21_797_672],
    [models.resnet50, 25_557_032],
    [models.resnet101, 44_549_160],
    [models.resnet152, 60_192_808],
    [models.densenet121, 7_978_856],
    [models.densenet161, 28_681_000],
    [models.densenet169, 14_149_480],
    [models.densenet201, 20_013_928],
    [models.resnet20, 269_722],
    [models.resnet56, 853_018],
    [models.plain20, 269_722],
    [models.plain56, 853_018],
    [models.mnistDenseNet, 102_298],
    [models.preactResnet, 1_727_962],
    [models.mlp, 575_050],
    [() => models.googlenet({ auxLogits: false }), 6_624_904],
  ] as const)('%o has %i', (make, expected) => {
    expect(
      undrawn<nn.Module<[x: Tensor], unknown>>(make)
        .parameters()
        .reduce((sum, { numel }) => sum + numel, 0),
    ).toBe(expected);
  });
});

it('googlenet gives three outputs in training, and one in evaluation or without auxiliary classifiers', async () => {
  const backend = await createBackend('wasm');
  const x = images(backend, 2, 2);
  const model = undrawn(() => models.googlenet({ numClasses: 5 })).to(backend);
  expect(Object.keys(model.forward(x))).toEqual(['logits', 'auxLogits1', 'auxLogits2']);
  expect((noGrad(() => model.eval().forward(x)) as Tensor).shape).toEqual([2, 5]);
  const bare = undrawn(() => models.googlenet({ numClasses: 5, auxLogits: false })).to(backend);
  expect((noGrad(() => bare.forward(x)) as Tensor).shape).toEqual([2, 5]);
  await backend.close();
});

it('transformInput is part of googlenet’s normalisation', async () => {
  const options = { numClasses: 2, auxLogits: false, transformInput: true };
  const model = undrawn(() => models.googlenet(options)).eval();
  stir(model);
  const plain = undrawn(() => models.googlenet({ ...options, transformInput: false })).eval();
  plain.loadStateDict(model.stateDict());
  const [mean, std] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const pixel = (i: number) => Math.abs(Math.sin(i));
  const shape = [1, 3, 32, 32];
  const image = (value: (i: number, c: number) => number) =>
    host.tensor(
      Float32Array.from({ length: 3 * 1024 }, (_, i) => value(i, Math.floor(i / 1024))),
      shape,
    );
  const usual = image((i, c) => (pixel(i) - mean[c]) / std[c]);
  const halves = image((i) => (pixel(i) - 0.5) / 0.5);
  const [a, b] = noGrad(() => [model.forward(usual), plain.forward(halves)]) as Tensor[];
  expectClose(await a.data(), await b.data(), 1e-5, 'scores');
  expect(() => models.googlenet({ inChannels: 1, transformInput: true })).toThrow('3 channels, not 1');
});

it('zeroInitResidual makes each block of a resnet its shortcut alone', async () => {
  for (const make of [models.resnet18, models.resnet50]) {
    const model = make({ zeroInitResidual: true, numClasses: 2 });
    const blocks = model
      .modules()
      .filter((module) => module instanceof models.BasicBlock || module instanceof models.Bottleneck);
    for (const block of blocks) {
      const { downsample, conv1 } = block;
      const x = F.relu(random([2, conv1.weight.shape[1], 2, 2]));
      const [y, past] = noGrad(() => [block.forward(x), downsample ? F.relu(downsample.forward(x)) : x]);
      expect(await y.data()).toEqual(await past.data());
    }
  }
});

function random(shape: number[]): Tensor {
  const numel = shape.reduce((product, size) => product * size, 1);
  return host.tensor(new Generator(numel).fillNormal(new Float32Array(numel), 0, 1), shape);
}

/** Weights such that convolutions give 0, so that a branch gives 0, or what its last BatchNorm2d adds. */
function silence(model: nn.Module): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) module.weight.copyFrom(new Float32Array(module.weight.numel));
  }
}

describe('identity shortcuts', () => {
  const x = random([2, 3, 5, 6]);

  it('take every second pixel, and add channels of zeros', async () => {
    const block = new models.CifarBlock(3, 7, 2, true);
    silence(block);
    const y = noGrad(() => block.forward(x));
    expect(y.shape).toEqual([2, 7, 3, 3]);
    const [from, to] = [await x.data(), await y.data()];
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 7; c++)
        for (let h = 0; h < 3; h++)
          for (let w = 0; w < 3; w++) {
            const expected = c < 3 ? Math.max(0, from[((n * 3 + c) * 5 + 2 * h) * 6 + 2 * w]) : 0;
            expect(to[((n * 7 + c) * 3 + h) * 3 + w]).toBe(expected);
          }
  });

  it('are what plain networks lack', async () => {
    const block = new models.CifarBlock(3, 3, 1, false);
    silence(block);
    expect(await noGrad(() => block.forward(x)).data()).toEqual(new Float32Array(x.numel));
  });
});

describe('PreactBlock', () => {
  const x = random([2, 4, 3, 3]);
  const block = (shortcut: models.Shortcut, activation: models.Activation) =>
    new models.PreactBlock(4, 4, 1, shortcut, activation, false);

  it.each([
    ['identity', 1],
    ['constantScaling', 0.5],
    ['exclusiveGating', 1 - 1 / (1 + Math.exp(6))],
    ['shortcutOnlyGating', 1 - 1 / (1 + Math.exp(6))],
    ['conv1x1', 0],
    ['dropout', 1],
  ] as const)('with a silent branch and %s, x comes through times %f', async (shortcut, factor) => {
    const unit = block(shortcut, 'fullPreactivation').eval();
    silence(unit);
    unit.conv1x1?.bias?.copyFrom(new Float32Array(4).fill(shortcut === 'conv1x1' ? 0 : -6));
    const y = await noGrad(() => unit.forward(x)).data();
    expectClose(
      y,
      (await x.data()).map((value) => factor * value),
      1e-6,
      shortcut,
    );
  });

  it('exclusive gating weighs the branch with what the shortcut lacks', async () => {
    const unit = block('exclusiveGating', 'original').eval();
    silence(unit);
    (unit.branch.layers[4] as nn.BatchNorm2d).bias?.copyFrom(new Float32Array(4).fill(3)); // the branch gives 3
    unit.conv1x1?.bias?.copyFrom(new Float32Array(4).fill(Math.log(3))); // g = 3/4
    const y = await noGrad(() => unit.forward(x)).data();
    expectClose(
      y,
      (await x.data()).map((value) => Math.max(0, value / 4 + 9 / 4)),
      1e-6,
      'y',
    );
  });

  it('its dropout is on the shortcut', async () => {
    const unit = block('dropout', 'fullPreactivation');
    silence(unit);
    manualSeed(0);
    const y = await noGrad(() => unit.forward(x)).data();
    const source = await x.data();
    y.forEach((value, i) => void expect([0, Math.fround(2 * source[i])]).toContain(value));
    expect(new Set(y.map((value) => (value === 0 ? 0 : 1))).size).toBe(2);
  });

  it.each([
    ['original', 'conv bn relu conv bn + relu'],
    ['bnAfterAddition', 'conv bn relu conv + bn relu'],
    ['reluBeforeAddition', 'conv bn relu conv bn relu +'],
    ['reluOnlyPreactivation', 'relu conv bn relu conv bn +'],
    ['fullPreactivation', 'bn relu conv bn relu conv +'],
  ] as const)('%s is %s', (activation, expected) => {
    const names = { Conv2d: 'conv', BatchNorm2d: 'bn', ReLU: 'relu' } as Record<string, string>;
    const unit = block('identity', activation);
    const row = ({ layers }: nn.Sequential) => layers.map((layer) => names[layer.constructor.name]);
    expect([...row(unit.branch), '+', ...row(unit.after)].join(' ')).toBe(expected);
  });

  it.each(models.shortcuts)('%s: the loss follows its gradients, with every order of activations', async (shortcut) => {
    for (const activation of models.activations) {
      const model = models.preactResnet({ depth: 8, shortcut, activation, inChannels: 1, numClasses: 2 });
      const batch = random([2, 1, 8, 8]);
      const lossOf = () => {
        manualSeed(3); // for dropout
        return F.crossEntropy(model.forward(batch), [0, 1]);
      };
      lossOf().backward();
      const all = model.namedParameters();
      const gates = all.filter(([key]) => key.includes('conv1x1'));
      for (const group of gates.length > 0 ? [all, gates] : [all]) {
        const own = await Promise.all(group.map(([, parameter]) => parameter.data()));
        const gradients = await Promise.all(group.map(([, { grad }]) => grad!.data()));
        const length = Math.hypot(...gradients.map((gradient) => Math.hypot(...gradient)));
        const step = Math.min(0.02, 1e-3 / length) / length;
        const set = (steps: number) =>
          group.forEach(
            ([, parameter], i) => void parameter.copyFrom(own[i].map((w, j) => w + steps * step * gradients[i][j])),
          );
        const lossAt = async (steps: number) => {
          set(steps);
          return await noGrad(lossOf).item();
        };
        const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step * length ** 2);
        set(0);
        expect(slope, `${activation}, ${group.length} parameters`).toBeCloseTo(1, 1);
      }
    }
  });

  it('refuses what it does not know', () => {
    expect(() => models.preactResnet({ depth: 21 })).toThrow('PreactResNet: depth 21 must be 6n + 2');
    expect(() => models.preactResnet({ shortcut: 'none' as 'identity' })).toThrow(
      "shortcut 'none' isn't one of identity",
    );
    expect(() => models.preactResnet({ activation: 'gelu' as 'original' })).toThrow("activation 'gelu' isn't one of");
  });
});

it('a dense block joins what all its layers made', async () => {
  const block = new models.DenseBlock(3, 5, 2, 0);
  const x = random([1, 5, 4, 4]);
  const y = noGrad(() => block.eval().forward(x));
  expect(y.shape).toEqual([1, 11, 4, 4]);
  expect((await y.data()).slice(0, x.numel)).toEqual(await x.data());
  const first = noGrad(() => block.layers[0].forward([x]));
  expect((await y.data()).slice(x.numel, x.numel + first.numel)).toEqual(await first.data());
});

it("loads torchvision's published DenseNet files, which have other keys", async () => {
  manualSeed(1);
  const published = models.mnistDenseNet();
  const dict = Object.fromEntries(
    Object.entries(published.stateDict())
      .filter(([key]) => !key.endsWith('num_batches_tracked'))
      .map(([key, value]) => [key.replace(/(denselayer\d+\.(?:norm|conv))([12])\./, '$1.$2.'), value]),
  );
  expect(dict).toHaveProperty(['features.denseblock1.denselayer1.norm.1.running_mean']);
  manualSeed(2);
  const model = models.mnistDenseNet();
  expect(model.loadStateDict(dict)).toEqual({ missingKeys: [], unexpectedKeys: [] });
  const layer = 'features.denseblock3.denselayer4.conv2.weight';
  expect(await model.stateDict()[layer].data()).toEqual(await published.stateDict()[layer].data());
});
