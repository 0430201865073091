/** Modules: what they are made of, what they remember, and what a summary says of them. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { host, ReferenceBackend } from '../src/backends/reference/index.js';
import { inceptionNet, mnistNet, ResidualBlock, residualNet } from '../src/models/index.js';
import * as F from '../src/nn/functional/index.js';
import * as nn from '../src/nn/index.js';
import { kindOf } from '../src/nn/kind.js';
import { SGD } from '../src/optim/index.js';
import { defaultGenerator, Generator } from '../src/tensor/random.js';
import type { Tensor } from '../src/tensor/tensor.js';

function random(shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return host.tensor(new Generator(count).fillNormal(new Float32Array(count), 0, 1), shape);
}

async function values(tensor: Tensor): Promise<number[]> {
  return [...(await tensor.data())];
}

/** One of everything: modules, an array of them, a Sequential, parameters and buffers of its own. */
class Net extends nn.Module {
  firstConv = new nn.Conv2d(1, 2, 3);
  bn = new nn.BatchNorm2d(2);
  blocks = [new ResidualBlock(2), new ResidualBlock(2)];
  head = new nn.Sequential(new nn.Flatten(), new nn.Linear(8, 3, { bias: false }), new nn.Dropout(0.5));
  noBias = new nn.Conv2d(1, 1, 1, { bias: false });
  stepCount = new nn.Buffer([], 0, 'int32');
  outputScale = new nn.Parameter(Float32Array.of(2), [1]);

  forward(x: Tensor): Tensor {
    let y = this.bn.forward(this.firstConv.forward(this.noBias.forward(x)));
    for (const block of this.blocks) y = block.forward(y);
    return this.head.forward(y).mul(this.outputScale);
  }
}

const PARAMETERS = [
  'output_scale',
  'first_conv.weight',
  'first_conv.bias',
  'bn.weight',
  'bn.bias',
  ...['0', '1'].flatMap((i) =>
    ['conv1', 'conv2'].flatMap((conv) => [`blocks.${i}.${conv}.weight`, `blocks.${i}.${conv}.bias`]),
  ),
  'head.1.weight',
  'no_bias.weight',
];

describe('Module', () => {
  it("finds its parameters and buffers, with PyTorch's keys in PyTorch's order", () => {
    const net = new Net();
    expect(net.namedParameters().map(([key]) => key)).toEqual(PARAMETERS);
    expect(net.parameters()).toEqual(net.namedParameters().map(([, parameter]) => parameter));
    const buffers = ['bn.running_mean', 'bn.running_var', 'bn.num_batches_tracked'];
    expect(Object.keys(net.stateDict())).toEqual([
      ...PARAMETERS.slice(0, 1),
      'step_count',
      ...PARAMETERS.slice(1, 5),
      ...buffers,
      ...PARAMETERS.slice(5),
    ]);
    expect(net.buffers()).toHaveLength(4);
    expect(net.namedModules().map(([path]) => path)).toEqual([
      '',
      'first_conv',
      'bn',
      'blocks.0',
      'blocks.0.conv1',
      'blocks.0.conv2',
      'blocks.1',
      'blocks.1.conv1',
      'blocks.1.conv2',
      'head',
      'head.0',
      'head.1',
      'head.2',
      'no_bias',
    ]);
    expect(Object.keys(inceptionNet().incep1.stateDict()).at(-1)).toBe('branch_pool.bias');
  });

  it('loads weights that are older than num_batches_tracked, and says what only one side has', async () => {
    const [own, other] = [new nn.BatchNorm2d(2), new nn.BatchNorm2d(2)];
    other.forward(host.tensor([1, 2, 3, 4], [1, 2, 1, 2]));
    other.numBatchesTracked!.copyFrom(Int32Array.of(7));
    const { num_batches_tracked, ...older } = own.stateDict();
    expect(other.loadStateDict(older)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(await values(other.runningMean!)).toEqual([0, 0]);
    expect(await values(other.numBatchesTracked!)).toEqual([0]);
    const { weight, ...rest } = own.stateDict();
    const found = other.loadStateDict({ ...rest, scale: weight }, { strict: false });
    expect(found).toEqual({ missingKeys: ['weight'], unexpectedKeys: ['scale'] });
    for (const nothing of [undefined, null, [1, 2]]) {
      const dict = { ...older, weight: nothing as unknown as Tensor };
      expect(() => other.loadStateDict(dict)).toThrow(/^loadStateDict: weight must be a tensor, but is/);
    }
  });

  it('counts a shared parameter once', () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2, { bias: false });
      b = this.a;
      forward = (x: Tensor) => this.b.forward(this.a.forward(x));
    }
    const tied = new Tied();
    expect(tied.namedParameters().map(([key]) => key)).toEqual(['a.weight']);
    expect(Object.keys(tied.stateDict())).toEqual(['a.weight', 'b.weight']);
    new SGD(tied.parameters(), { lr: 1 });
    expect(tied.modules()).toHaveLength(2);
  });

  it('copies its state from another, number by number', async () => {
    const [from, to] = [new Net(), new Net()];
    from.bn.forward(random([2, 2, 3, 3]));
    to.loadStateDict(from.stateDict());
    for (const [key, tensor] of Object.entries(from.stateDict())) {
      expect(await values(to.stateDict()[key]), key).toEqual(await values(tensor));
    }
    expect(await to.bn.numBatchesTracked.item()).toBe(1);
    from.outputScale.copyFrom(Float32Array.of(9)); // a copy: the other stays
    expect(await values(to.outputScale)).toEqual([2]);
  });

  it('refuses keys that are missing or unexpected, unless it need not be strict', async () => {
    const net = new nn.Linear(2, 1);
    const before = await values(net.weight);
    const weight = host.tensor([5, 6], [1, 2]);
    expect(() => net.loadStateDict({ weight, wait: weight })).toThrow(
      'loadStateDict: missing keys: bias; unexpected keys: wait',
    );
    expect(await values(net.weight)).toEqual(before);
    net.loadStateDict({ weight, wait: weight }, { strict: false });
    const parallel = Object.fromEntries(
      Object.entries(net.stateDict()).map(([key, value]) => [`module.${key}`, value]),
    );
    expect(() => net.loadStateDict(parallel)).toThrow(
      "without 'module.' in front they fit: give { prefix: 'module.' }",
    );
    expect(net.loadStateDict(parallel, { prefix: 'module.' })).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const twice = { ...parallel, weight };
    expect(() => net.loadStateDict(twice, { prefix: 'module.' })).toThrow('two keys stand for weight');
    expect(await values(net.weight)).toEqual([5, 6]);
  });

  it('refuses wrong shapes always, and then changes nothing', async () => {
    const net = new nn.Linear(2, 1);
    const before = [await values(net.weight), await values(net.bias!)];
    const wrong = { weight: host.tensor([5, 6], [1, 2]), bias: host.tensor([1, 2]) };
    for (const strict of [true, false]) {
      expect(() => net.loadStateDict(wrong, { strict })).toThrow('loadStateDict: bias is (1) here, but (2) there');
      expect([await values(net.weight), await values(net.bias!)]).toEqual(before);
    }
    const gone = { weight: host.tensor([5, 6], [1, 2]), bias: host.tensor([1]) };
    gone.bias.release();
    expect(() => net.loadStateDict(gone)).toThrow('was released');
    expect([await values(net.weight), await values(net.bias!)]).toEqual(before);
  });

  it('shows its own memory in stateDict()', async () => {
    const net = new nn.Linear(1, 1);
    const { weight } = net.stateDict();
    net.weight.copyFrom(Float32Array.of(7));
    expect(await values(weight)).toEqual([7]);
    expect(weight.requiresGrad).toBe(false);
  });

  it('switches to evaluation and back, all the way down', async () => {
    const net = new Net();
    expect(net.eval()).toBe(net);
    expect(net.modules().every((module) => !module.training)).toBe(true);
    const x = random([2, 1, 4, 4]);
    const y = net.forward(x);
    expect(await values(net.forward(x))).toEqual(await values(y)); // no dropout, no batch statistics
    expect(await net.bn.numBatchesTracked.item()).toBe(0);
    net.train();
    expect(net.modules().every((module) => module.training)).toBe(true);
    net.forward(x);
    expect(await net.bn.numBatchesTracked.item()).toBe(1);
  });

  it('moves to a backend with its buffers and gradients, and its optimizer goes along', async () => {
    const backend = new ReferenceBackend();
    const net = new Net();
    const optimizer = new SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    const train = (x: Tensor) => {
      net.forward(x).sum().backward();
      optimizer.step();
    };
    train(random([2, 1, 4, 4]));
    expect(net.to(backend)).toBe(net);
    for (const tensor of [...net.parameters(), net.bn.runningMean, net.bn.runningVar])
      expect(tensor.backend).toBe(backend);
    for (const parameter of net.parameters()) expect(parameter.grad!.backend).toBe(backend);
    train(backend.tensor(await random([2, 1, 4, 4]).data(), [2, 1, 4, 4]));
    expect(await net.bn.numBatchesTracked.item()).toBe(2);
    net.zeroGrad();
    expect(net.parameters().every(({ grad }) => grad === null)).toBe(true);
    expect(() => net.forward(random([2, 1, 4, 4]))).toThrow('move one with to(backend)');
  });

  it('refuses sizes that make no sense', () => {
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      'Conv2d: groups = 2 must divide inChannels = 3 and outChannels = 4',
    );
    expect(() => new nn.Linear(0, 4)).toThrow('Linear: inFeatures must be a whole number ≥ 1');
    expect(() => new nn.BatchNorm2d(1.5)).toThrow('BatchNorm2d: numFeatures must be a whole number ≥ 1');
  });
});

describe('BatchNorm2d', () => {
  const batch = (...numbers: number[]) => host.tensor(numbers, [numbers.length, 1, 1, 1]);

  it('moves its running statistics, and counts', async () => {
    const bn = new nn.BatchNorm2d(1);
    bn.forward(batch(1, 3)); // mean 2, unbiased variance 2
    expect((await values(bn.runningMean))[0]).toBeCloseTo(0.2, 6);
    expect((await values(bn.runningVar))[0]).toBeCloseTo(0.9 + 0.2, 6);
    expect(await bn.numBatchesTracked.item()).toBe(1);
    bn.eval().forward(batch(7));
    expect(await bn.numBatchesTracked.item()).toBe(1);
  });

  it('takes the mean over all batches where momentum is null', async () => {
    const bn = new nn.BatchNorm2d(1, { momentum: null });
    for (const mean of [1, 3, 8]) bn.forward(batch(mean - 1, mean + 1));
    expect((await values(bn.runningMean))[0]).toBeCloseTo(4, 6);
    expect((await values(bn.runningVar))[0]).toBeCloseTo(2, 6);
  });

  it('learns nothing without affine', async () => {
    const bn = new nn.BatchNorm2d(1, { affine: false, eps: 0 });
    expect(bn.parameters()).toEqual([]);
    expect(await values(bn.forward(batch(1, 3)))).toEqual([-1, 1]);
  });

  it('counts nothing if the batch is refused', async () => {
    const bn = new nn.BatchNorm2d(1);
    expect(() => bn.forward(batch(1))).toThrow('training needs at least 2');
    expect(await bn.numBatchesTracked.item()).toBe(0);
  });
});

describe('layers that only compute', () => {
  const x = random([2, 3, 4, 5]);

  it.each<[nn.Module, () => Tensor]>([
    [new nn.MaxPool2d(2, { stride: 1 }), () => F.maxPool2d(x, 2, { stride: 1 })],
    [new nn.AvgPool2d(3, { padding: 1 }), () => F.avgPool2d(x, 3, { padding: 1 })],
    [new nn.AdaptiveAvgPool2d([2, null]), () => F.adaptiveAvgPool2d(x, [2, null])],
    [new nn.LocalResponseNorm(2, { alpha: 1 }), () => F.localResponseNorm(x, 2, { alpha: 1 })],
    [new nn.ReLU(), () => F.relu(x)],
    [new nn.Sigmoid(), () => F.sigmoid(x)],
    [new nn.Tanh(), () => F.tanh(x)],
    [new nn.Softmax(1), () => F.softmax(x, 1)],
    [new nn.LogSoftmax(-1), () => F.logSoftmax(x, -1)],
    [new nn.ZeroPad2d(1), () => F.pad(x, [1, 1, 1, 1])],
    [new nn.ReflectionPad2d([1, 2, 0, 3]), () => F.pad(x, [1, 2, 0, 3], { mode: 'reflect' })],
    [new nn.ReplicationPad2d(2), () => F.pad(x, [2, 2, 2, 2], { mode: 'replicate' })],
    [new nn.CircularPad2d(2), () => F.pad(x, [2, 2, 2, 2], { mode: 'circular' })],
    [new nn.Flatten(), () => x.flatten(1)],
    [new nn.Identity(), () => x],
    [new nn.Dropout().eval(), () => x],
  ])('%o', async (module, expected) => {
    const y = module.forward(x);
    expect(y.shape).toEqual(expected().shape);
    expect(await values(y)).toEqual(await values(expected()));
    expect(Object.keys(module.stateDict())).toEqual([]);
  });

  it('and the losses', async () => {
    const [scores, other] = [random([3, 4]), random([4, 3]).reshape([3, 4])];
    const target = [0, 3, 1];
    const smooth = { labelSmoothing: 0.2, weight: [1, 2, 3, 4] };
    for (const [loss, expected] of [
      [new nn.CrossEntropyLoss(smooth).forward(scores, target), F.crossEntropy(scores, target, smooth)],
      [new nn.NLLLoss({ reduction: 'sum' }).forward(scores, target), F.nllLoss(scores, target, { reduction: 'sum' })],
      [new nn.MSELoss({ reduction: 'none' }).forward(scores, other), F.mseLoss(scores, other, { reduction: 'none' })],
    ]) {
      expect(await values(loss)).toEqual(await values(expected));
    }
  });
});

describe('registerForwardHook', () => {
  const one = () => new nn.Parameter(new Float32Array([1]), [1]);

  it('sees every call, and may give another output, in the order of the hooks', async () => {
    const relu = new nn.ReLU();
    const seen: unknown[] = [];
    const x = one();
    const first = relu.registerForwardHook((module, inputs, output) => {
      seen.push([module === relu, inputs[0] === x, output.shape]);
    });
    const second = relu.registerForwardHook((_, __, output) => output.add(1));
    const third = relu.registerForwardHook((_, __, output) => output.mul(10));
    expect(await relu.forward(x).item()).toBe(20);
    second.remove();
    second.remove();
    expect(await relu.forward(x).item()).toBe(10);
    expect(seen).toEqual(Array(2).fill([true, true, [1]]));
    first.remove();
    third.remove();
    expect(await relu.forward(x).item()).toBe(1);
    expect(Object.keys(relu)).toEqual(Object.keys(new nn.ReLU()));
  });

  it('keeps a forward that the module has of its own, and its state', async () => {
    class Own extends nn.Module {
      weight = new nn.Parameter(new Float32Array([2]), [1]);
      forward = (x: Tensor) => x.mul(this.weight);
    }
    const own = new Own();
    const { forward } = own;
    const hook = (_: Own, __: unknown, output: Tensor) => output.add(1);
    const handles = [own.registerForwardHook(hook), own.registerForwardHook(hook)];
    expect(await own.forward(one()).item()).toBe(4);
    expect(Object.keys(own.stateDict())).toEqual(['weight']);
    for (const handle of handles) handle.remove();
    expect(own.forward).toBe(forward);
  });

  it('takes functions', () => {
    expect(() => new nn.ReLU().registerForwardHook(null as never)).toThrow('the hook must be a function');
  });
});

describe('summary', () => {
  it.each([
    ['mnistNet', mnistNet(), 8_490],
    ['inceptionNet', inceptionNet(), 97_298],
    ['residualNet', residualNet(), 41_514],
  ])('%s has the lecture’s number of parameters', (_, model, parameters) => {
    const { layers, ...total } = nn.summary(model, [1, 1, 28, 28]);
    expect(total.parameters).toBe(parameters);
    expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
    expect(layers.at(-1)).toMatchObject({ name: 'fc', type: 'Linear', outputShape: [1, 10] });
  });

  it('counts the lecture’s 5x5 convolution, and what a 1x1 before it saves', () => {
    const direct = new nn.Conv2d(192, 32, 5, { padding: 2 });
    expect(nn.summary(direct, [1, 192, 28, 28]).multiplyAdds).toBe(120_422_400);
    const reduced = new nn.Sequential(new nn.Conv2d(192, 16, 1), new nn.Conv2d(16, 32, 5, { padding: 2 }));
    const { layers, multiplyAdds } = nn.summary(reduced, [1, 192, 28, 28]);
    expect(layers.map((layer) => layer.multiplyAdds)).toEqual([2_408_448, 10_035_200]);
    expect(multiplyAdds).toBe(12_443_648);
  });

  it('counts a grouped convolution by its groups', () => {
    const depthwise = new nn.Conv2d(8, 8, 3, { groups: 8, bias: false });
    expect(nn.summary(depthwise, [2, 8, 5, 5])).toMatchObject({ parameters: 72, multiplyAdds: 2 * 8 * 9 * 9 });
  });

  it('lists the layers in the order of the forward pass, once for every call', () => {
    const { layers } = nn.summary(mnistNet(), [1, 1, 28, 28]);
    expect(layers.map(({ name, outputShape }) => [name, outputShape])).toEqual([
      ['conv1', [1, 10, 24, 24]],
      ['pooling', [1, 10, 12, 12]],
      ['conv2', [1, 20, 8, 8]],
      ['pooling', [1, 20, 4, 4]],
      ['fc', [1, 10]],
    ]);
  });

  it('leaves the model as it was: modes, statistics, methods of shared layers', async () => {
    class Shared extends nn.Module {
      bn = new nn.BatchNorm2d(1).eval();
      pool = new nn.MaxPool2d(2);
      again = this.pool;
      forward = (x: Tensor) => this.again.forward(this.pool.forward(this.bn.forward(x)));
    }
    const model = new Shared();
    for (let time = 0; time < 2; time++) {
      expect(nn.summary(model, [1, 1, 4, 4]).layers.map(({ type }) => type)).toEqual([
        'BatchNorm2d',
        'MaxPool2d',
        'MaxPool2d',
      ]);
      expect([model.training, model.bn.training, model.pool.training]).toEqual([true, false, true]);
      expect(Object.keys(model.pool)).not.toContain('forward');
    }
    expect(() => nn.summary(model, [1, 2, 4, 4])).toThrow('batchNorm2d: runningMean (1) must be (C) = (2)');
    expect(Object.keys(model.pool)).not.toContain('forward');
    expect([model.training, model.bn.training]).toEqual([true, false]);
  });

  it('is printed as a table', () => {
    const text = nn.formatSummary(nn.summary(mnistNet(), [1, 1, 28, 28]));
    expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['layer', 'type', 'output', 'parameters', 'multiply-adds'],
      [expect.stringMatching(/^─+$/)],
      ['conv1', 'Conv2d', '(1, 10, 24, 24)', '260', '144,000'],
      ['pooling', 'MaxPool2d', '(1, 10, 12, 12)', '0', '0'],
      ['conv2', 'Conv2d', '(1, 20, 8, 8)', '5,020', '320,000'],
      ['pooling', 'MaxPool2d', '(1, 20, 4, 4)', '0', '0'],
      ['fc', 'Linear', '(1, 10)', '3,210', '3,200'],
      [expect.stringMatching(/^─+$/)],
      ['total', '8,490', '467,200'],
      ['weights 0.03 MB, activations 0.05 MB for each image in training'],
    ]);
  });

  it('counts the memory that a training step has, where it is computed', () => {
    const model = inceptionNet();
    const { weightBytes, activationBytes } = nn.summary(model, [1, 1, 28, 28]);
    expect(weightBytes).toBe(4 * 97_298);
    const backend = new ReferenceBackend();
    model.to(backend);
    const bytesOf = (N: number) => {
      const before = backend.memory().allocated;
      const y = model.forward(backend.tensor(new Float32Array(N * 784), [N, 1, 28, 28]));
      const bytes = backend.memory().allocated - before;
      y.backward(backend.tensor(new Float32Array(N * 10), [N, 10]));
      return bytes;
    };
    expect(activationBytes).toBe(bytesOf(2) - bytesOf(1));
  });

  it('leaves weights, statistics and the generator alone, on whatever backend', async () => {
    const model = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2), new nn.Dropout(0.5));
    const state = await Promise.all(Object.values(model.to(new ReferenceBackend()).stateDict()).map(values));
    const generator = defaultGenerator.getState();
    nn.summary(model, [1, 1, 8, 8]);
    expect(await Promise.all(Object.values(model.stateDict()).map(values))).toEqual(state);
    expect(defaultGenerator.getState()).toEqual(generator);
  });
});

describe('where layers may lie', () => {
  const layer = () => new nn.Linear(1, 1, { bias: false });
  const keysOf = (fields: object) => {
    const { forward } = new nn.Identity();
    return Object.keys(Object.assign(new nn.Identity(), fields, { forward }).stateDict());
  };

  it.each([
    ['nested arrays', { blocks: [[layer(), layer()], [layer()]] }, ['blocks.0.0', 'blocks.0.1', 'blocks.1.0']],
    ['objects', { towers: { leftEye: layer(), b: { c: layer() } } }, ['towers.leftEye', 'towers.b.c']],
    [
      'Maps',
      {
        heads: new Map<unknown, nn.Module>([
          ['a', layer()],
          [7, layer()],
        ]),
      },
      ['heads.a', 'heads.7'],
    ],
    ['Sets', { all: new Set([layer(), layer()]) }, ['all.0', 'all.1']],
    ['ModuleList', { list: new nn.ModuleList([layer()]).append(layer()) }, ['list.0', 'list.1']],
    ['ModuleDict', { dict: new nn.ModuleDict({ aB: layer() }).set('c', layer()) }, ['dict.aB', 'dict.c']],
  ])('%s', (_, fields, keys) => {
    expect(keysOf(fields)).toEqual(keys.map((key) => `${key}.weight`));
  });

  it('is searched once where things contain themselves', () => {
    const loop: { itself?: unknown; layer: nn.Module } = { layer: layer() };
    loop.itself = [loop];
    expect(keysOf({ loop })).toEqual(['loop.layer.weight']);
  });

  it('gives no two of them one name', () => {
    expect(() => keysOf({ aB: layer(), a_b: layer() })).toThrow(
      'Identity: its fields aB and a_b are both a_b in a state_dict; rename one of them',
    );
    const dotted = new nn.Sequential({ 'a.0': layer() });
    expect(() => keysOf({ inner: Object.assign(dotted, {}), plain: 1 })).not.toThrow();
    const both = { inner: new nn.Sequential({ 'a.0': layer(), a: new nn.Sequential(layer()) }) };
    expect(() => keysOf(both)).toThrow('two tensors are called inner.a.0.weight in its state_dict');
    const tied = layer();
    expect(keysOf({ encoder: tied, decoder: tied })).toEqual(['encoder.weight', 'decoder.weight']);
    expect(keysOf({ aB: 1, a_b: layer() })).toEqual(['a_b.weight']);
  });

  it('a summary counts parameters that lie in an array', () => {
    class Scales extends nn.Module {
      scales = [new nn.Parameter(Float32Array.of(1, 2), [2]), new nn.Parameter(Float32Array.of(3), [1])];
      forward(x: Tensor): Tensor {
        return x.mul(this.scales[1]);
      }
    }
    expect(nn.summary(new nn.Sequential(new Scales()), [1, 1, 2, 2]).layers[0].parameters).toBe(3);
  });

  it('ModuleList and ModuleDict are lists and Maps of modules', () => {
    const [a, b, c] = [layer(), new nn.ReLU(), layer()];
    const list = new nn.ModuleList<nn.Module>([a, c]).insert(1, b);
    expect([...list]).toEqual([a, b, c]);
    expect([list.length, list.at(-1), list.at(3)]).toEqual([3, c, undefined]);
    expect(
      list
        .eval()
        .modules()
        .every(({ training }) => !training),
    ).toBe(true);
    const dict = new nn.ModuleDict<nn.Module>(new Map([['x', a]])).set('y', b);
    expect([dict.size, dict.get('y'), dict.has('z'), [...dict.keys()], [...dict.values()]]).toEqual([
      2,
      b,
      false,
      ['x', 'y'],
      [a, b],
    ]);
    expect(dict.delete('x') && [...dict]).toEqual([['y', b]]);
    expect(() => dict.set('a.b', a)).toThrow("ModuleDict: a name can't be empty or have a dot, but is 'a.b'");
    expect(() => list.append(5 as unknown as nn.Module)).toThrow('ModuleList: takes modules, but was given 5');
    expect(() => list.forward()).toThrow('ModuleList: it only holds its modules; call those');
  });
});

describe('layers that can’t be found', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  afterEach(() => void warn.mockClear());

  it('in #private fields are warned of once, at parameters()', () => {
    class Hiding extends nn.Module {
      #conv = new nn.Conv2d(1, 1, 1);
      fc = new nn.Linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.#conv.forward(x);
      }
    }
    const model = new (class Outer extends Hiding {})();
    expect(model.parameters()).toHaveLength(2);
    model.parameters();
    new Hiding().parameters();
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/^parameters: Outer has layers in #conv, where they can't be found: keep layers in public/),
      expect.stringMatching(/^parameters: Hiding has layers in #conv/),
    ]);
    expect(() => new SGD(new Hiding().parameters().slice(2), { lr: 1 })).toThrow(
      "there are no parameters to optimize. Layers in #private fields can't be found",
    );
  });

  it.each<[string, (model: nn.Module) => unknown]>([
    ['stateDict', (model) => model.stateDict()],
    ['loadStateDict', (model) => model.loadStateDict({})],
    ['to', (model) => model.to(host)],
  ])('in an array in a #private field are warned of at %s(), before anything is trained', (name, use) => {
    const type = {
      [name]: class extends nn.Identity {
        #layers = [new nn.Linear(1, 1)];
        override forward(x: Tensor): Tensor {
          return this.#layers[0].forward(x);
        }
      },
    }[name];
    use(new type());
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining(`${name} has layers in #layers, where they can't be found`),
    ]);
  });

  it('but not where a class hands its #private layers on, makes them later, or only speaks of them', () => {
    class Innocent extends nn.Identity {
      // #old = new nn.Linear(1, 1);
      #fc = new nn.Linear(1, 1);
      #act = new nn.ReLU();
      #make = () => new nn.Linear(1, 1);
      layers = [this.#fc];
      override forward(x: Tensor): Tensor {
        /* once #conv = new nn.Conv2d(1, 1, 1) */
        return this.#act.forward(this.#fc.forward(x)).add(this.#make().weight.numel);
      }
    }
    const model = new Innocent();
    expect(model.parameters()).toHaveLength(2);
    model.stateDict();
    expect(warn).not.toHaveBeenCalled();
  });

  it('in something that isn’t a module', () => {
    class Block {
      conv = new nn.Conv2d(1, 1, 1);
    }
    class HoldsBlocks extends nn.Identity {
      blocks = [new Block(), new Block()];
    }
    new HoldsBlocks().parameters();
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/^parameters: HoldsBlocks.blocks isn't a module, so the Conv2d in it isn't found/),
    ]);
  });

  it('wherever they are, when an optimizer steps without them', () => {
    const hidden = new nn.Linear(2, 1);
    class Closure extends nn.Module {
      fc = new nn.Linear(1, 2);
      #later = () => hidden;
      forward(x: Tensor): Tensor {
        return this.#later().forward(this.fc.forward(x));
      }
    }
    const model = new Closure();
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    expect(warn).not.toHaveBeenCalled();
    model.forward(random([1, 1])).backward();
    optimizer.step();
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/^a parameter, tensor \(1(, 2)?\), gets gradients but isn't trained/),
    ]);
  });

  it('but not where a part alone is trained', () => {
    const model = new nn.Sequential(new nn.Linear(1, 2), new nn.Linear(2, 1)).to(host);
    const optimizer = new SGD(model.layers[1].parameters(), { lr: 1 });
    model.forward(random([1, 1])).backward();
    optimizer.step();
    expect(warn).not.toHaveBeenCalled();
    const loose = new nn.Parameter(Float32Array.of(1), [1]);
    const own = new SGD([loose], { lr: 1 });
    loose.mul(2).backward();
    own.step();
    expect(warn).not.toHaveBeenCalled();
  });

  it('are named where backends meet', () => {
    const other = new ReferenceBackend();
    expect(() => new nn.Linear(1, 1).forward(other.tensor([1], [1, 1]))).toThrow(
      "A model's to() moves the layers that parameters() finds, which are none in #private fields",
    );
  });
});

describe('as in PyTorch', () => {
  it('requiresGrad_ freezes tensors and modules', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 1));
    model.layers[0].requiresGrad_(false);
    model.forward(random([1, 2])).backward();
    expect(model.parameters().map(({ grad }) => grad !== null)).toEqual([false, false, true, true]);
    const t = host.tensor([1]);
    expect(t.requiresGrad_()).toBe(t);
    expect(t.requiresGrad).toBe(true);
    expect(() => t.mul(2).requiresGrad_(false)).toThrow('requiresGrad_: mul (1) was computed');
    expect(() => host.tensor([1], [1], { dtype: 'int32' }).requiresGrad_()).toThrow('int32 has no gradient');
  });

  it('apply calls a function with every module, those below first', () => {
    const seen: string[] = [];
    const shared = new nn.ReLU();
    const model = new nn.Sequential(new nn.Sequential(new nn.Flatten()), shared, shared);
    expect(model.apply((module) => void seen.push(kindOf(module)))).toBe(model);
    expect(seen).toEqual(['Flatten', 'Sequential', 'ReLU', 'Sequential']);
  });

  it('two layers may have one weight', async () => {
    const [encoder, decoder] = [new nn.Linear(2, 2), new nn.Linear(2, 2)];
    decoder.weight = encoder.weight;
    const model = new nn.Sequential(encoder, decoder);
    expect(model.parameters()).toHaveLength(3);
    expect(Object.keys(model.stateDict())).toHaveLength(4);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    model
      .forward(random([1, 2]))
      .sum()
      .backward();
    optimizer.step();
    expect(decoder.weight).toBe(encoder.weight);
  });

  it('sum and mean over no dimension are over all', async () => {
    const t = host.tensor([1, 2, 3, 6], [2, 2]);
    expect([t.sum([]).shape, await values(t.sum([])), await values(t.mean([]))]).toEqual([[], [12], [3]]);
    expect(t.sum([], { keepdim: true }).shape).toEqual([1, 1]);
  });
});

describe('crossEntropy with class probabilities', () => {
  const x = [1, 2, 0.5, -1, 0, 3];
  const q = [0.2, 0.5, 0.3, 0, 0, 1];
  /** Straight from PyTorch's formula. */
  function expected(weight: number[], smoothing: number): number[] {
    return [0, 1].map((n) => {
      const row = x.slice(3 * n, 3 * n + 3);
      const logSum = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
      return row.reduce((loss, value, c) => {
        const share = q[3 * n + c] * (1 - smoothing) + smoothing / 3;
        return loss - weight[c] * share * (value - logSum);
      }, 0);
    });
  }

  it.each([
    [{}, [1, 1, 1], 0],
    [{ weight: [1, 2, 3] }, [1, 2, 3], 0],
    [{ labelSmoothing: 0.1, weight: host.tensor([1, 2, 3]) }, [1, 2, 3], 0.1],
  ])('%#: %j', async (options, weight, smoothing) => {
    const scores = host.tensor(x, [2, 3], { requiresGrad: true });
    const losses = expected(weight, smoothing);
    for (const target of [q, Float32Array.from(q), host.tensor(q, [2, 3])]) {
      const each = await values(F.crossEntropy(scores, target, { ...options, reduction: 'none' }));
      each.forEach((loss, n) => {
        expect(loss).toBeCloseTo(losses[n], 5);
      });
      expect(await F.crossEntropy(scores, target, { ...options, reduction: 'sum' }).item()).toBeCloseTo(
        losses[0] + losses[1],
        5,
      );
      const mean = F.crossEntropy(scores, target, options);
      expect(await mean.item()).toBeCloseTo((losses[0] + losses[1]) / 2, 5);
    }
  });

  it('of one class each is that with class indices, gradients and pixels included', async () => {
    const images = random([2, 3, 2, 2]);
    const classes = [0, 1, 2, 0, 2, 2, 1, 0];
    const hot = Float32Array.from({ length: 24 }, (_, i) => {
      const [n, c, pixel] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
      return classes[4 * n + pixel] === c ? 1 : 0;
    });
    const [loss, gradients] = [[] as number[], [] as number[][]];
    for (const target of [classes, hot]) {
      const scores = images.detach().requiresGrad_();
      const result = F.crossEntropy(scores, target, { labelSmoothing: 0.2 });
      result.backward();
      loss.push(await result.item());
      gradients.push(await values(scores.grad!));
    }
    expect(loss[1]).toBeCloseTo(loss[0], 5);
    gradients[1].forEach((gradient, i) => {
      expect(gradient).toBeCloseTo(gradients[0][i], 6);
    });
  });

  it('leaves no memory behind in a training loop', () => {
    const backend = new ReferenceBackend();
    const scores = backend.tensor(x, [2, 3], { requiresGrad: true });
    const step = () => {
      const loss = F.crossEntropy(scores, q, { weight: [1, 2, 3], labelSmoothing: 0.1 });
      loss.backward();
      loss.release();
      return backend.memory().allocated;
    };
    const first = step();
    for (let i = 0; i < 5; i++) expect(step()).toBe(first);
  });

  it('refuses a wrong shape, and ignoreIndex', () => {
    const scores = host.tensor(x, [2, 3]);
    expect(() => F.crossEntropy(scores, host.tensor(q, [3, 2]))).toThrow('crossEntropy: target (3, 2) is a tensor');
    expect(() => F.crossEntropy(scores, q, { ignoreIndex: 0 })).toThrow('ignoreIndex is for class indices');
    expect(() => F.crossEntropy(scores, q, { weight: [1] })).toThrow('weight (1) must be (C) = (3)');
  });
});
