/** Mistakes that once went unnoticed, or were met with an error that named nothing. */
import { beforeEach, describe, expect, test } from 'vitest';
import { DataLoader, type Dataset, ImageDataset, imageFromPng } from '../src/data/index.js';
import { mnist } from '../src/node/data.js';
import {
  type Backend,
  Checkpoint,
  createBackend,
  evaluate,
  functional as F,
  fit,
  manualSeed,
  models,
  nn,
  noGrad,
  optim,
  safetensors,
  type Tensor,
} from '../src/node/index.js';
import { checkBackend } from '../src/testing/index.js';

let backend: Backend;
let x: Tensor;
beforeEach(async () => {
  backend = await createBackend('reference');
  x = backend.tensor(
    Float32Array.from({ length: 16 }, (_, i) => i),
    [1, 1, 4, 4],
  );
});

// biome-ignore lint/suspicious/noExplicitAny: what JavaScript users may pass.
const wrong = (value: unknown) => value as any;

/** 8 images of 2x2, all of class 0; image `strange`, if any, has another label or other pixels. */
const images = (strange = -1, label = 0, pixel = 1): Dataset => ({
  length: 8,
  shape: [1, 2, 2],
  read(index, out, offset) {
    out.fill(index === strange ? pixel : 1, offset, offset + 4);
    return index === strange ? label : 0;
  },
});
const smallNet = () => new nn.Sequential(new nn.Flatten(), new nn.Linear(4, 2));

describe('options', () => {
  test.each([
    [
      () => F.mseLoss(x, x, { reduction: wrong('avg') }),
      "mseLoss: reduction must be 'mean', 'sum' or 'none', but is avg",
    ],
    [
      () => F.crossEntropy(x.reshape([4, 4]), [0, 1, 2, 3], { reduction: wrong(null) }),
      'crossEntropy: reduction must be',
    ],
    [() => F.crossEntropy(x.reshape([4, 4]), [0, 1, 2, 1.5], { ignoreIndex: 1.5 }), 'crossEntropy: ignoreIndex 1.5'],
    [() => F.maxPool2d(x, wrong([2, 2, 2])), 'maxPool2d: kernelSize must be a whole number ≥ 1, or [height, width]'],
    [() => F.maxPool2d(x, wrong(undefined)), 'maxPool2d: kernelSize must be'],
    [() => F.maxPool2d(x, 2, { stride: Number.NaN }), 'or [height, width] of them, but is NaN'],
    [() => F.avgPool2d(x, 2, { divisorOverride: Number.NaN }), 'avgPool2d: divisorOverride'],
    [() => F.conv2d(x, x, null, { paddingMode: wrong('mirror') }), "conv2d: paddingMode 'mirror' isn't"],
    [() => F.batchNorm2d(x, backend.tensor([0]), null, null, null, { training: true }), 'give both or neither'],
    [
      () => F.pad(backend.tensor([], [1, 1, 0, 4]), [1, 1, 1, 1], { mode: 'replicate' }),
      "pad: 'replicate' needs a pixel",
    ],
    [() => F.adaptiveAvgPool2d(backend.tensor([], [1, 1, 0, 4]), 1), 'adaptiveAvgPool2d: x (1, 1, 0, 4) has no pixels'],
    [() => new nn.Conv2d(wrong([1, 5]), 10, 3), 'Conv2d: inChannels must be a whole number ≥ 1, but is [1, 5]'],
    [
      () => nn.init.kaimingNormal(x, { mode: wrong('fan_in') }),
      "init: mode must be 'fanIn' or 'fanOut', but is 'fan_in'",
    ],
    [() => new nn.Parameter(new Float32Array(3), [2, 2]), "Parameter: 3 values don't fill shape (2, 2)"],
  ])('%s', (mistake, message) => {
    expect(mistake).toThrow(message);
  });

  test('a padding of an image without rows is its border', async () => {
    const padded = F.pad(backend.tensor([], [1, 1, 0, 4]), [1, 1, 1, 1], { value: 3 });
    expect([...(await padded.data())]).toEqual(new Array(12).fill(3));
  });

  const one = () => [backend.tensor([1], [1], { requiresGrad: true })];
  const sgd = () => new optim.SGD(one(), { lr: 1 });
  test.each([
    [
      () => models.resnet18(wrong({ num_classes: 4 })),
      'ResNet: there is no option num_classes; did you mean numClasses?',
    ],
    [() => models.mnistDenseNet(wrong({ drop_rate: 0 })), 'DenseNet: there is no option drop_rate'],
    [() => models.googlenet(wrong({ aux_logits: true })), 'GoogLeNet: there is no option aux_logits'],
    [() => models.resnet20(wrong(10)), 'CifarResNet: options are an object'],
    [() => models.preactResnet(wrong({ dept: 8 })), 'PreactResNet: there is no option dept; did you mean depth?'],
    [() => nn.init.kaimingNormal(x, wrong({ nonlinearity: 'relu' })), 'init: there is no option nonlinearity'],
    [() => nn.init.truncNormal(x, wrong({ mu: 1 })), 'truncNormal: there is no option mu'],
    [
      () => smallNet().loadStateDict({}, wrong(false)),
      'loadStateDict: options are an object, { strict, prefix }, but false',
    ],
    [() => x.sum(0, wrong(true)), 'sum: options are an object, { keepdim }, but true is in their place'],
    [() => x.mean(0, wrong({ keepDim: true })), 'mean: there is no option keepDim; did you mean keepdim?'],
    [() => one()[0].backward(undefined, wrong({ retain_graph: true })), 'did you mean retainGraph?'],
    [() => F.avgPool2d(x, 2, wrong({ stride: 1, dilation: 2 })), 'avgPool2d: there is no option dilation'],
    [() => F.conv2d(x, x, null, wrong({ strides: 2 })), 'conv2d: there is no option strides; did you mean stride?'],
    [
      () => F.conv2d(x, x, null, wrong(2)),
      'conv2d: options are an object, { stride, padding, dilation, groups, paddingMode }',
    ],
    [() => F.maxPool2d(x, 2, wrong(2)), 'but 2 is in their place'],
    [() => F.maxPool2d(x, 2, wrong({ ceil_mode: true })), 'did you mean ceilMode?'],
    [() => F.dropout(x, 0.5, wrong(true)), 'dropout: options are an object, { training }, but true'],
    [() => F.pad(x, [1, 1], wrong('reflect')), 'pad: options are an object'],
    [() => F.batchNorm2d(x, null, null, null, null, wrong({ train: true })), 'did you mean training?'],
    [() => F.localResponseNorm(x, 3, wrong({ alfa: 1 })), 'did you mean alpha?'],
    [
      () => F.crossEntropy(x, [], wrong({ label_smoothing: 0.1 })),
      'crossEntropy: there is no option label_smoothing; did you mean labelSmoothing?',
    ],
    [() => F.nllLoss(x, [], wrong({ labelSmoothing: 0.1 })), 'nllLoss: there is no option labelSmoothing'],
    [() => F.mseLoss(x, x, wrong('sum')), 'mseLoss: options are an object, { reduction }, but sum'],
    [() => new (wrong(nn.Conv2d))(1, 1, 3, 2, 1), 'Conv2d: options are an object, { bias, stride, padding'],
    [() => new nn.Conv2d(1, 1, 3, wrong({ strides: 2 })), 'Conv2d: there is no option strides; did you mean stride?'],
    [() => new nn.Linear(1, 1, wrong(false)), 'Linear: options are an object, { bias }, but false is in their place'],
    [
      () => new nn.BatchNorm2d(1, wrong({ eps: 1, affin: true })),
      'BatchNorm2d: there is no option affin; did you mean affine?',
    ],
    [() => new nn.MaxPool2d(2, wrong(2)), 'MaxPool2d: options are an object'],
    [() => new nn.AvgPool2d(2, wrong({ dilation: 2 })), 'AvgPool2d: there is no option dilation'],
    [() => new nn.LocalResponseNorm(2, wrong(1e-4)), 'LocalResponseNorm: options are an object'],
    [
      () => new nn.CrossEntropyLoss(wrong({ weights: [1] })),
      'CrossEntropyLoss: there is no option weights; did you mean weight?',
    ],
    [() => new nn.NLLLoss(wrong([1])), 'NLLLoss: options are an object'],
    [() => new nn.MSELoss(wrong({ reduce: 'sum' })), 'MSELoss: there is no option reduce'],
    [
      () => new optim.SGD(one(), wrong({ lr: 1, weight_decay: 1 })),
      'SGD: there is no option weight_decay; did you mean weightDecay?',
    ],
    [() => new optim.SGD(one(), wrong(0.1)), 'SGD: options are an object'],
    [() => new optim.SGD(wrong([{ params: one(), momentun: 1 }]), { lr: 1 }), 'did you mean momentum?'],
    [() => new optim.Adam(one(), wrong({ beta: [0, 0] })), 'Adam: there is no option beta; did you mean betas?'],
    [() => new optim.AdamW(one(), wrong(1e-3)), 'AdamW: options are an object'],
    [() => new optim.StepLR(sgd(), wrong(30)), 'StepLR: options are an object, { stepSize, gamma }, but 30'],
    [() => new optim.MultiStepLR(sgd(), wrong([1, 2])), 'MultiStepLR: options are an object'],
    [() => new optim.CosineAnnealingLR(sgd(), wrong({ T_max: 3 })), 'did you mean tMax?'],
    [() => new optim.LinearLR(sgd(), wrong({ factor: 3 })), 'LinearLR: there is no option factor'],
    [() => new optim.SequentialLR(sgd(), [], wrong([1])), 'SequentialLR: options are an object'],
    [() => new optim.OneCycleLR(sgd(), wrong({ max_lr: 1, totalSteps: 3 })), 'did you mean maxLr?'],
    [() => new optim.ReduceLROnPlateau(sgd(), wrong('min')), 'ReduceLROnPlateau: options are an object'],
    [
      () => new DataLoader(images(), wrong({ batch_size: 4 })),
      'DataLoader: there is no option batch_size; did you mean batchSize?',
    ],
    [() => new DataLoader(images(), wrong(4)), 'DataLoader: options are an object'],
    [
      () => backend.tensor([1], [1], wrong({ requires_grad: true })),
      'tensor: there is no option requires_grad; did you',
    ],
    [
      () => backend.tensor([1], [1], wrong('int32')),
      'tensor: options are an object, { dtype, requiresGrad }, but int32',
    ],
  ])('a slip in them: %s', (mistake, message) => {
    expect(mistake).toThrow(message);
  });

  test('a slip in those of fit, evaluate, files, the kit and mnist', async () => {
    await expect(safetensors.save({ x }, wrong({ dtyp: 'F16' }))).rejects.toThrow('did you mean dtype?');
    await expect(imageFromPng(new Uint8Array(), 'x.png', wrong({ inverted: 1 }))).rejects.toThrow(
      'did you mean invert?',
    );
    await expect(checkBackend(backend, wrong({ run: 1 }))).rejects.toThrow('did you mean runs?');
    await expect(mnist(wrong({ trian: true }))).rejects.toThrow('mnist: there is no option trian; did you mean train?');
    const model = smallNet();
    const run = (options: object) =>
      fit(model, new optim.SGD(model.parameters(), { lr: 1 }), new DataLoader(images()), options);
    await expect(run({ epoch: 3 })).rejects.toThrow('fit: there is no option epoch; did you mean epochs?');
    await expect(run(wrong(3))).rejects.toThrow('fit: options are an object');
    await expect(run({ earlyStopping: { patients: 1 } })).rejects.toThrow('did you mean patience?');
    await expect(evaluate(model, new DataLoader(images()), wrong({ losses: 1 }))).rejects.toThrow('did you mean loss?');
    await expect(run({ validation: Promise.resolve() })).rejects.toThrow(
      'batches for the validation, but is given a promise',
    );
    await expect(run({ resume: Promise.resolve() })).rejects.toThrow('a Checkpoint to resume, but is given a promise');
  });
});

describe('something else where a tensor belongs', () => {
  test.each([
    [() => F.relu(wrong(undefined)), 'relu: x must be a tensor, but is undefined'],
    [() => F.conv2d(wrong([1]), x, null), 'conv2d: x must be a tensor, but is a Array'],
    [() => F.mseLoss(x, wrong([1, 2])), 'mseLoss: target must be a tensor'],
    [() => F.relu(wrong(Promise.resolve(x))), 'relu: x must be a tensor, but is a promise: is an await missing?'],
    [
      () => smallNet().to(wrong(createBackend('reference'))),
      'to: backend must be what createBackend gives, but is a promise: await',
    ],
    [() => new DataLoader(images(), { backend: wrong(createBackend('reference')) }), 'DataLoader: backend must be'],
    [() => new DataLoader(wrong(Promise.resolve(images()))), 'DataLoader: the dataset is a promise: await it'],
    [() => new DataLoader(wrong({ ...images(), length: undefined })), "DataLoader: the dataset's length must be"],
    [() => new DataLoader(wrong({ ...images(), shape: 4 })), "DataLoader: the dataset's shape must be"],
    [() => new DataLoader(wrong([1, 2])), 'DataLoader: the dataset needs a method read(index, out, offset)'],
    [
      () => new ImageDataset(wrong(new Float32Array(4)), new Uint8Array(1), [1, 2, 2]),
      'ImageDataset: images must be bytes, a Uint8Array, but is a Float32Array; for other values, write a Dataset',
    ],
    [
      () => new ImageDataset(new Uint8Array(4), wrong([0]), [1, 2, 2]),
      'labels must be bytes, a Uint8Array, but is a Array',
    ],
    [
      () => F.crossEntropy(x.reshape([4, 4]), backend.tensor([0, 1, 2, 3], [4], { dtype: 'int32' })),
      'class indices are an array or a typed array, such as await target.data()',
    ],
    [() => F.crossEntropy(x.reshape([4, 4]), wrong(undefined)), 'class indices, but is undefined'],
    [
      () => F.nllLoss(x.reshape([4, 4]), wrong(x)),
      'nllLoss: target must be an array or a typed array of class indices, but is a tensor',
    ],
    [() => F.nllLoss(x.reshape([4, 4]), wrong(x.data())), 'but is a promise: await it'],
    [() => F.cat(wrong(x)), 'cat: takes an array of tensors'],
    [() => x.add(wrong('3')), 'add: the other operand must be a tensor, but is 3'],
    [() => x.matmul(wrong([1])), 'matmul: the other operand must be a tensor'],
    [() => x.reshape(wrong(-1)), 'reshape: the shape is an array, such as [2, -1]'],
    [
      () =>
        backend.tensor(
          wrong([
            [1, 2],
            [3, 4],
          ]),
        ),
      'tensor: values must be numbers, row by row',
    ],
    [() => backend.tensor([1, 2], wrong(2)), 'tensor: shape 2 must be an array of whole numbers'],
    [() => backend.tensor([1], [1], { dtype: wrong('float16') }), "backend 'reference' has no float16"],
    [() => new optim.SGD(wrong(new nn.Linear(2, 2)), { lr: 1 }), 'SGD: parameters are an array of tensors'],
    [() => new optim.SGD(wrong([{ params: x }]), { lr: 1 }), 'SGD: a group is { params: [tensors], … }'],
  ])('%s', (mistake, message) => {
    expect(mistake).toThrow(message);
  });

  test('backward(options) says where options go', () => {
    const loss = backend.tensor([1], [], { requiresGrad: true });
    expect(() => loss.backward(wrong({ retainGraph: true }))).toThrow('options come second');
  });

  test('a name that every object has is no backend', async () => {
    await expect(createBackend(wrong('constructor'))).rejects.toThrow("there is no backend 'constructor'");
  });
});

describe('the graph', () => {
  test('what was changed in place after it was read is refused', () => {
    const w = backend.tensor([2], [1], { requiresGrad: true });
    const loss = w.mul(w).sum();
    w.copyFrom(Float32Array.of(100));
    expect(() => loss.backward()).toThrow('tensor (1) was changed in place after mul had read it');
    expect(w.grad).toBeNull();
  });

  test('an optimizer step between two backward() of one graph is such a change', () => {
    const w = backend.tensor([2], [1], { requiresGrad: true });
    const loss = w.mul(w).sum();
    loss.backward(undefined, { retainGraph: true });
    new optim.SGD([w], { lr: 1 }).step();
    expect(() => loss.backward()).toThrow('changed in place');
  });

  test('a tensor of a graph isn’t cut off it by to(), and none moves away under it', async () => {
    const other = await createBackend('reference');
    const w = backend.tensor([2], [1], { requiresGrad: true });
    const y = w.mul(w);
    expect(() => y.to(other)).toThrow('detach() it first');
    w.moveTo(other);
    expect(() => y.backward()).toThrow("was moved to 'reference' after mul had read it");
  });

  test('a closed backend’s tensors are refused', async () => {
    const closing = await createBackend('reference');
    const t = closing.tensor([1, 2]);
    await closing.close();
    await expect(t.data()).rejects.toThrow("backend 'reference' is closed, and this tensor with it");
    expect(() => t.copyFrom(Float32Array.of(1, 2))).toThrow('closed');
  });

  test('a gradient of another shape doesn’t reach the parameter', async () => {
    const w = backend.tensor([1, 2, 3], [3], { requiresGrad: true });
    w.grad = backend.tensor([1]);
    expect(() => new optim.SGD([w], { lr: 1 }).step()).toThrow(
      "SGD: the gradient (1) isn't of the shape of tensor (3)",
    );
    expect([...(await w.data())]).toEqual([1, 2, 3]);
  });

  test('what a long noGrad block forgets is collected before its end', async () => {
    const inUse = async () => {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 10));
      return backend.memory().allocated;
    };
    await noGrad(async () => {
      for (let i = 0; i < 100; i++) F.relu(x);
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(await inUse()).toBeLessThan(16 * 4 * 50);
    });
  });
});

test('a batch that was changed in place keeps its change when the loader moves on', async () => {
  const kept: Tensor[] = [];
  for await (const [batch] of new DataLoader(images(), { batchSize: 4, backend })) {
    if (kept.length === 0) batch.copyFrom(new Float32Array(16).fill(5));
    kept.push(batch);
  }
  expect([...(await kept[0].data())]).toEqual(new Array(16).fill(5));
  expect([...(await kept[1].data())]).toEqual(new Array(16).fill(1));
});

describe('training', () => {
  test('evaluate leaves every module in the mode that it was in', async () => {
    const model = smallNet();
    model.layers[1].eval();
    await evaluate(model, new DataLoader(images(), { batchSize: 4 }));
    expect(model.modules().map((module) => module.training)).toEqual([true, true, false]);
  });

  test('an ignored label counts nowhere', async () => {
    const { count, confusion } = await evaluate(smallNet(), new DataLoader(images(3, -100), { batchSize: 4 }));
    expect(count).toBe(7);
    expect(confusion[0][0] + confusion[0][1]).toBe(7);
  });

  test.each([
    ['whose loss is NaN', images(2, 0, Number.NaN), 'fit: the validation loss is NaN after epoch 1'],
    ['that throws', images(2, Number.NaN), 'the target of image 2 must be a finite number'],
  ])('a validation %s ends the run, and the epoch is saved before', async (_, strange, message) => {
    const train = (validation: Dataset, resume?: Checkpoint) => {
      manualSeed(4);
      const model = smallNet();
      const loader = new DataLoader(images(), { batchSize: 4, shuffle: true });
      return fit(model, new optim.SGD(model.parameters(), { lr: 0.1 }), loader, {
        epochs: 2,
        validation: new DataLoader(validation, { batchSize: 4 }),
        checkpoints: { save: async (name, bytes) => void saved.push([name, bytes]) },
        resume,
      });
    };
    const saved: [string, Uint8Array][] = [];
    await expect(train(strange)).rejects.toThrow(message);
    expect(saved.map(([name]) => name)).toEqual(['last']);
    const resume = await Checkpoint.decode(saved[0][1], 'last');
    expect(resume.position).toEqual({ epoch: 0, stepInEpoch: 2, step: 2 });
    expect((await train(images(), resume)).epochs).toEqual((await train(images())).epochs);
  });

  test('no batches are an error, and nothing is saved', async () => {
    const model = smallNet();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const none = new DataLoader(images(), { batchSize: 9, dropLast: true });
    const some = new DataLoader(images(), { batchSize: 4 });
    const saved: string[] = [];
    const options = { checkpoints: { save: async (name: string) => void saved.push(name) } };
    await expect(fit(model, optimizer, none, options)).rejects.toThrow('fit: there are no batches to train on');
    await expect(fit(model, optimizer, some, { ...options, validation: none })).rejects.toThrow(
      'fit: there are no batches for the validation',
    );
    await expect(evaluate(model, none)).rejects.toThrow('evaluate: there is no image to evaluate');
    const ignored: Dataset = { ...images(), read: () => -100 };
    await expect(evaluate(model, new DataLoader(ignored))).rejects.toThrow('evaluate: there is no image to evaluate');
    const onlyIgnored = new DataLoader(ignored, { batchSize: 4 });
    await expect(fit(model, optimizer, onlyIgnored, options)).rejects.toThrow('fit: all labels of epoch 1 are ignored');
    expect(saved).toEqual([]);

    const once = some.batches();
    await expect(fit(model, optimizer, some, { epochs: 2, ...options, validation: once })).rejects.toThrow(
      'a generator gives them once; a DataLoader, again and again',
    );
    expect(saved.slice(2)).toEqual(['last']); // after last and best of the first epoch
  });

  test('a pass does not end with a single image where there is batch normalisation', async () => {
    const nine: Dataset = { ...images(), length: 9 };
    const steps = async (model: nn.Sequential, options = {}) => {
      const records: [number, number][] = [];
      const loader = new DataLoader(nine, { batchSize: 4, ...options });
      await fit(model, new optim.SGD(model.parameters(), { lr: 0.1 }), loader, {
        epochs: 2,
        onStep: ({ images, stepsPerEpoch }) => void records.push([images, stepsPerEpoch]),
      });
      return records;
    };
    const normalised = () =>
      new nn.Sequential(new nn.Conv2d(1, 2, 2), new nn.BatchNorm2d(2), new nn.Flatten(), new nn.Linear(2, 2));
    expect(await steps(normalised())).toEqual(new Array(4).fill([4, 2]));
    expect(await steps(normalised(), { dropLast: true })).toEqual(new Array(4).fill([4, 2]));
    expect((await steps(smallNet())).map(([count]) => count)).toEqual([4, 4, 1, 4, 4, 1]);
    await expect(steps(normalised(), { batchSize: 1 })).rejects.toThrow('has one value a channel');
  });

  test('an empty batch goes through batch normalisation, and moves nothing', async () => {
    const empty = backend.tensor([], [0, 2, 3, 3], { requiresGrad: true });
    for (const norm of [new nn.BatchNorm2d(2), new nn.BatchNorm2d(2, { affine: false })]) {
      for (const module of [norm.train(), norm.eval()]) {
        const y = module.to(backend).forward(empty);
        expect(y.shape).toEqual([0, 2, 3, 3]);
        y.sum().backward();
        expect([...(await norm.runningMean.data())]).toEqual([0, 0]);
        expect([...(await norm.runningVar.data())]).toEqual([1, 1]);
        if (norm.weight) expect([...(await norm.weight.grad!.data())]).toEqual([0, 0]);
      }
    }
    expect(() => F.batchNorm2d(empty, backend.tensor([0]), null, null, null)).toThrow('must be (C) = (2)');
  });

  test('a checkpoint goes back only to the kind of optimizer and schedule it came from, or changes nothing', async () => {
    const saved: Uint8Array[] = [];
    const set = () => {
      manualSeed(3);
      const model = smallNet();
      return { model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) };
    };
    const { model, optimizer } = set();
    const loader = new DataLoader(images(), { batchSize: 1 });
    const scheduler = new optim.OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 100 });
    const checkpoints = { save: async (_: string, bytes: Uint8Array) => void saved.push(bytes) };
    await fit(model, optimizer, loader, { scheduler, schedulerEvery: 'step', checkpoints });
    const resume = await Checkpoint.decode(saved[0], 'saved');

    const other = set();
    const before = await other.model.parameters()[0].data();
    const short = new optim.OneCycleLR(other.optimizer, { maxLr: 0.1, totalSteps: 5 });
    await expect(fit(other.model, other.optimizer, loader, { resume, scheduler: short })).rejects.toThrow(
      'past the end',
    );
    expect(await other.model.parameters()[0].data()).toEqual(before);
    expect(other.optimizer.stateDict().steps).toEqual([0, 0]);
    const adam = new optim.Adam(other.model.parameters());
    const onAdam = new optim.OneCycleLR(adam, { maxLr: 0.1, totalSteps: 100 });
    await expect(fit(other.model, adam, loader, { resume, scheduler: onAdam })).rejects.toThrow(
      'checkpoint: it was saved with SGD, but there is Adam',
    );
  });

  test('OneCycleLR is a number at every step, wherever its peak is', () => {
    for (const pctStart of [0, 0.1, 0.3, 1]) {
      const sgd = new optim.SGD([backend.tensor([1], [1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
      const cycle = new optim.OneCycleLR(sgd, { maxLr: 1, totalSteps: 10, pctStart });
      for (let t = 0; t < 9; t++) {
        expect(cycle.getLastLr()[0]).toBeGreaterThan(0);
        cycle.step();
      }
    }
    const sgd = new optim.SGD([x], { lr: 1 });
    expect(() => new optim.OneCycleLR(sgd, wrong({ totalSteps: 10 }))).toThrow('OneCycleLR: maxLr undefined');
  });

  test('ReduceLROnPlateau sees an improvement on an infinite loss', () => {
    const sgd = new optim.SGD([x], { lr: 1 });
    const plateau = new optim.ReduceLROnPlateau(sgd, { patience: 1 });
    for (const loss of [Number.POSITIVE_INFINITY, 5, 4, 3, 2, 1]) plateau.step(loss);
    expect(plateau.getLastLr()).toEqual([1]);
  });
});
