/** fit, evaluate and checkpoints: above all, that a run which is interrupted ends as if it never had been. */
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataLoader, type Dataset } from '../src/data/index.js';
import { FormatError, parseSafetensors, serializeSafetensors } from '../src/formats/index.js';
import { kindOf } from '../src/nn/kind.js';
import {
  type Backend,
  Checkpoint,
  createBackend,
  evaluate,
  functional as F,
  type FitOptions,
  FolderStore,
  fit,
  manualSeed,
  nn,
  optim,
} from '../src/node/index.js';

/** 50 images of 8x8, whose class is the half that is bright. */
const halves: Dataset = {
  length: 50,
  shape: [1, 8, 8],
  read(index, out, offset) {
    const label = index % 2;
    for (let i = 0; i < 64; i++) {
      const bright = i % 8 < 4 ? label === 0 : label === 1;
      out[offset + i] = (bright ? 1 : 0) + (((index * 31 + i * 17) % 13) - 6) / 20;
    }
    return label;
  },
};

/** Every kind of state that a run can have: running statistics, dropout's generator, momentum, a schedule. */
class SmallNet extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3);
  norm = new nn.BatchNorm2d(4);
  drop = new nn.Dropout(0.25);
  fc = new nn.Linear(36, 2);

  forward(x: import('../src/node/index.js').Tensor) {
    x = F.maxPool2d(F.relu(this.norm.forward(this.conv.forward(x))), 2);
    return this.fc.forward(this.drop.forward(x.flatten(1)));
  }
}

let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('reference');
});

function setUp(lr = 0.05) {
  manualSeed(7);
  const model = new SmallNet().to(backend);
  const optimizer = new optim.SGD(model.parameters(), { lr, momentum: 0.9 });
  const scheduler = new optim.StepLR(optimizer, { stepSize: 5, gamma: 0.8 });
  const loader = new DataLoader(halves, { batchSize: 8, shuffle: true, backend });
  const validation = new DataLoader(halves, { batchSize: 50, backend });
  return { model, optimizer, scheduler, loader, validation };
}

/** Keeps checkpoints in memory. */
class MemoryStore {
  readonly saved = new Map<string, Uint8Array>();
  async save(name: 'last' | 'best', bytes: Uint8Array) {
    this.saved.set(name, bytes);
  }
}

async function train(options: FitOptions, start = setUp()) {
  const losses: number[] = [];
  const result = await fit(start.model, start.optimizer, start.loader, {
    epochs: 3,
    scheduler: start.scheduler,
    schedulerEvery: 'step',
    validation: start.validation,
    onStep: ({ loss }) => void losses.push(loss),
    ...options,
  });
  const weights = Object.fromEntries(
    await Promise.all(
      Object.entries(start.model.stateDict()).map(async ([key, tensor]) => [key, Array.from(await tensor.data())]),
    ),
  );
  return { result, losses, weights, lr: start.optimizer.paramGroups[0].lr };
}

describe('fit', () => {
  test('learns: the loss falls, the accuracy rises, the records say so', async () => {
    const { result, losses } = await train({});
    expect(result.ended).toBe('finished');
    expect(losses).toHaveLength(21); // 3 epochs of 7 batches, the last of 2 images
    expect(result.epochs).toHaveLength(3);
    expect(result.epochs[2].validation?.accuracy).toBe(1);
    expect(result.epochs[2].loss).toBeLessThan(result.epochs[0].loss / 2);
  });

  test('an interruption after any step, and a resume, give the bits of an undisturbed run', async () => {
    const undisturbed = await train({});
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), async (first, more) => {
        const store = new MemoryStore();
        const losses: number[] = [];
        let resume: Checkpoint | undefined;
        for (const steps of [first, more, 100]) {
          const signal = { aborted: false };
          let taken = 0;
          const part = await train({
            checkpoints: store,
            resume,
            signal,
            onStep({ loss }) {
              losses.push(loss);
              signal.aborted = ++taken === steps;
            },
          });
          if (part.result.ended === 'finished') {
            expect(losses).toEqual(undisturbed.losses);
            expect(part.weights).toEqual(undisturbed.weights);
            expect(part.result.epochs).toEqual(undisturbed.result.epochs);
            expect(part.lr).toBe(undisturbed.lr);
            return;
          }
          resume = await Checkpoint.decode(store.saved.get('last')!, 'last');
        }
        expect.unreachable('the run never finished');
      }),
      { numRuns: 10 },
    );
  });

  test('a loss that is NaN stops the run, names the step, and leaves the last good checkpoint', async () => {
    const store = new MemoryStore();
    const start = setUp(1e30);
    await expect(train({ checkpoints: store, checkpointEvery: 1 }, start)).rejects.toThrow(
      /^fit: the loss is (NaN|Infinity) at epoch 1, step \d+ \(lr 1e\+30\)/,
    );
    for (const bytes of store.saved.values()) await Checkpoint.decode(bytes, 'saved');
  });

  test('early stopping ends the run when the loss stops falling', async () => {
    const { result } = await train({ epochs: 50, earlyStopping: { patience: 2, minDelta: 1 } });
    expect(result.ended).toBe('stopped early');
    expect(result.epochs).toHaveLength(3); // the first is the best; then two without an improvement of 1
  });

  test('every kind of schedule survives a resume', async () => {
    for (const make of [
      (o: optim.SGD) => new optim.ReduceLROnPlateau(o, { patience: 0, threshold: 0.5 }),
      (o: optim.SGD) => new optim.OneCycleLR(o, { maxLr: 0.1, totalSteps: 10 }),
      (o: optim.SGD) => new optim.CosineAnnealingLR(o, { tMax: 3 }),
    ]) {
      const run = async (options: FitOptions) => {
        const start = setUp();
        return train({ scheduler: make(start.optimizer), schedulerEvery: 'epoch', ...options }, start);
      };
      const undisturbed = await run({});
      const store = new MemoryStore();
      const signal = { aborted: false };
      await run({
        checkpoints: store,
        signal,
        onStep({ step }) {
          signal.aborted = step === 10;
        },
      });
      const resumed = await run({ resume: await Checkpoint.decode(store.saved.get('last')!, 'last') });
      expect(resumed.weights).toEqual(undisturbed.weights);
      expect(resumed.lr).toBe(undisturbed.lr);
    }
  });

  test('device memory is the same after every epoch', async () => {
    const created: number[] = [];
    await train({ epochs: 4, onEpoch: () => void created.push(backend.memory().created) });
    expect(new Set(created).size).toBe(1);
  });

  test('the heap stays flat over 2,000 steps', { timeout: 120_000 }, async () => {
    const { model, optimizer, loader } = setUp();
    const heap: number[] = [];
    await fit(model, optimizer, loader, {
      epochs: 286,
      async onStep({ step }) {
        if (step % 500 === 0) heap.push(await memoryInUse());
      },
    });
    expect(heap).toHaveLength(4);
    expect(heap[3] - heap[0]).toBeLessThan(1_000_000);
  });
});

/** Bytes of JavaScript's heap and arrays, once everything that can be collected is. */
async function memoryInUse(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 10)); // finalizers have their turn
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Images of one pixel x = −1 … 0.75, of which something is to be learned. */
const line = (read: (x: number) => unknown): Dataset => ({
  length: 8,
  shape: [1, 1, 1],
  read(index, out, offset) {
    const x = index / 4 - 1;
    out[offset] = x;
    return read(x) as number;
  },
});

describe('targets that are numbers', () => {
  async function learn(dataset: Dataset, outputs: number, options: FitOptions = {}) {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(1, outputs)).to(backend);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.3 });
    const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true, backend });
    const result = await fit(model, optimizer, loader, { epochs: 60, loss: F.mseLoss, validation: loader, ...options });
    const [weight, bias] = await Promise.all(model.parameters().map(async (p) => [...(await p.data())]));
    return { result, weight, bias };
  }

  test('y = 0.5 x is learned as slope 0.5, with metrics of one’s own', async () => {
    const meanError = (outputs: ArrayLike<number>, targets: ArrayLike<number>) =>
      Array.from(outputs).reduce((sum, y, n) => sum + Math.abs(y - targets[n]), 0) / targets.length;
    const steps: number[] = [];
    const { result, weight, bias } = await learn(
      line((x) => 0.5 * x),
      1,
      { metrics: { meanError }, onStep: ({ metrics }) => void steps.push(metrics.meanError) },
    );
    expect(weight[0]).toBeCloseTo(0.5, 4);
    expect(bias[0]).toBeCloseTo(0, 4);
    const last = result.epochs.at(-1)!;
    expect(last.loss).toBeLessThan(1e-8);
    expect(last.accuracy).toBeNaN();
    expect(last.metrics.meanError).toBeCloseTo((steps.at(-1)! + steps.at(-2)!) / 2, 8);
    expect(result.validation?.metrics.meanError).toBeLessThan(1e-4);
    expect(steps[0]).toBeGreaterThan(0.1);
  });

  test('whole numbers count every image, where one output an image can’t be a choice of classes', async () => {
    const { result, weight } = await learn(
      line((x) => 4 * x),
      1,
    );
    expect(weight[0]).toBeCloseTo(4, 3);
    expect(result.validation?.count).toBe(8);
    expect(result.epochs[0].loss).toBeGreaterThan(0.1);
  });

  test('several for each image', async () => {
    const { weight, bias } = await learn(
      line((x) => Float32Array.of(0.5 * x, 1 - x)),
      2,
    );
    for (const [i, value] of [0.5, -1].entries()) expect(weight[i]).toBeCloseTo(value, 4);
    for (const [i, value] of [0, 1].entries()) expect(bias[i]).toBeCloseTo(value, 4);
  });

  test('the lowest loss is the best, and a resumed run ends as an undisturbed one', async () => {
    const dataset = line((x) => [0.5 * x]);
    const options = { epochs: 3, metrics: { first: (outputs: ArrayLike<number>) => outputs[0] } };
    const undisturbed = await learn(dataset, 1, options);
    const store = new MemoryStore();
    const signal = { aborted: false };
    await learn(dataset, 1, {
      ...options,
      checkpoints: store,
      signal,
      onStep({ step }) {
        signal.aborted = step === 5;
      },
    });
    const best = await Checkpoint.decode(store.saved.get('best')!, 'best');
    expect(best.epochs).toEqual(undisturbed.result.epochs.slice(0, 2)); // each better than the last
    expect(best.epochs[0].accuracy).toBeNaN();
    const resume = await Checkpoint.decode(store.saved.get('last')!, 'last');
    const resumed = await learn(dataset, 1, { ...options, resume });
    expect(resumed.weight).toEqual(undisturbed.weight);
    expect(resumed.result.epochs).toEqual(undisturbed.result.epochs);
  });

  test('without a loss for them, it is said', async () => {
    await expect(
      learn(
        line((x) => x / 2),
        1,
        { loss: undefined },
      ),
    ).rejects.toThrow(
      'the targets are numbers, neither classes nor their probabilities: pass a loss that takes them, such as F.mseLoss',
    );
  });

  test.each([
    [() => Number.NaN, 'must be a finite number, or an array of them, but is NaN'],
    [() => undefined, 'but is undefined'],
    [() => 'cat', 'but is cat'],
    [() => 1e300, 'but is 1e+300'],
    [() => [], 'must be a finite number, or an array of them'],
    [() => [0.5, Number.NaN], 'but is […, NaN, …]'],
    [() => [[1]], 'but is […, 1, …]'],
    [() => true, 'but is true'],
    [() => Promise.resolve(Number.NaN), 'must be a finite number, or an array of them, but is NaN'],
    [() => Promise.reject(new Error('its file is gone')), 'its file is gone'],
    [(x: number) => (x > 0 ? [1, 2] : [1]), /image \d is \d numbers, but that of image \d is \d numbers/],
    [(x: number) => (x > 0 ? 1 : [1]), /is a number, but|but that of image \d is a number/],
  ])('case %#: %s is an error', async (target, message) => {
    await expect(learn(line(target), 1)).rejects.toThrow(message);
  });
});

describe('evaluate', () => {
  test('counts what is right, where the rest went, and leaves the mode as it was', async () => {
    const { model, validation } = setUp();
    const { count, accuracy, confusion } = await evaluate(model, validation);
    expect(count).toBe(50);
    expect(confusion.flat().reduce((sum, n) => sum + n, 0)).toBe(50);
    expect((confusion[0][0] + confusion[1][1]) / 50).toBe(accuracy);
    expect(confusion.map((row) => row[0] + row[1])).toEqual([25, 25]);
    expect(model.training).toBe(true);
  });
});

describe('checkpoint', () => {
  async function checkpointBytes() {
    const store = new MemoryStore();
    await train({ epochs: 1, checkpoints: store, about: { model: 'small' } });
    return store.saved.get('last')!;
  }

  test('is a safetensors file with the model under its state_dict keys', async () => {
    const { tensors } = parseSafetensors(await checkpointBytes(), 'last');
    expect([...tensors.keys()].filter((key) => key.startsWith('model.'))).toEqual(
      [
        'conv.weight',
        'conv.bias',
        'norm.weight',
        'norm.bias',
        'norm.running_mean',
        'norm.running_var',
        'norm.num_batches_tracked',
        'fc.weight',
        'fc.bias',
      ].map((key) => `model.${key}`),
    );
    expect(tensors.get('model.norm.num_batches_tracked')?.dtype).toBe('I64');
    expect(tensors.has('optimizer.0.momentumBuffer')).toBe(true);
  });

  test('a single flipped bit anywhere is noticed', async () => {
    const bytes = await checkpointBytes();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const damaged = bytes.slice();
        damaged[at] ^= 1 << bit;
        await expect(Checkpoint.decode(damaged, 'file')).rejects.toThrow(FormatError);
      }),
      // Found by this property: the metadata that aren't the state.
      { numRuns: 300, examples: [[26, 0]] },
    );
  });

  test('a truncated file, and one that is no checkpoint, are refused', async () => {
    const bytes = await checkpointBytes();
    for (const length of [0, 7, 8, 100, bytes.length - 1]) {
      await expect(Checkpoint.decode(bytes.subarray(0, length), 'cut')).rejects.toThrow(/cut/);
    }
    await expect(Checkpoint.decode(serializeSafetensors(new Map()), 'other')).rejects.toThrow(/isn't a checkpoint/);
  });

  test('one of another model, or of a run with a schedule, changes nothing', async () => {
    const checkpoint = await Checkpoint.decode(await checkpointBytes(), 'last');
    manualSeed(1);
    const model = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(64, 8),
      new nn.ReLU(),
      new nn.Linear(8, 2),
      new nn.Linear(2, 2),
    );
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const before = await Promise.all(model.parameters().map((p) => p.data()));
    const loader = new DataLoader(halves, { batchSize: 8 });
    await expect(fit(model, optimizer, loader, { resume: checkpoint })).rejects.toThrow(
      /saved with StepLR, but there is no scheduler/,
    );
    const scheduler = new optim.StepLR(optimizer, { stepSize: 5 });
    await expect(fit(model, optimizer, loader, { resume: checkpoint, scheduler })).rejects.toThrow(
      /SGD.loadStateDict: 0.momentumBuffer of tensor \(4, 1, 3, 3\) belongs to no parameter here/,
    );
    const other = new optim.SGD(setUp().model.parameters(), { lr: 0.1, momentum: 0.9 });
    await expect(fit(model, other, loader, { resume: checkpoint, scheduler })).rejects.toThrow(
      /missing keys: 1.weight/,
    );
    expect(other.stateDict().steps).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await Promise.all(model.parameters().map((p) => p.data()))).toEqual(before);
    expect(optimizer.paramGroups[0].lr).toBe(0.1);
  });

  test('a folder keeps last and best, and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'receptive-'));
    const store = new FolderStore(folder);
    await store.prepare();
    await train({ checkpoints: store, checkpointEvery: 2 });
    expect((await readdir(folder)).sort()).toEqual(['best.safetensors', 'last.safetensors']);
    expect((await store.load('last')).position).toEqual({ epoch: 3, stepInEpoch: 0, step: 21 });
    await store.setAside();
    expect((await readdir(folder)).sort()).toEqual(['best.previous.safetensors', 'last.previous.safetensors']);
  });
});

describe('names that a minifier changes', () => {
  const rename = (type: object, name: string) => Object.defineProperty(type, 'name', { value: name });
  const classes: [string, object][] = [...Object.entries(nn), ...Object.entries(optim)].filter(
    ([, type]) => typeof type === 'function' && /^class /.test(String(type)),
  );
  const abstract = ['Module', 'Parameter', 'Buffer', 'Optimizer', 'LRScheduler'];

  test('every layer, optimizer and schedule has a kind of its own, which is what it is called here', () => {
    const kinds = classes.filter(([name]) => !abstract.includes(name));
    expect(kinds.length).toBeGreaterThan(30);
    for (const [name, type] of kinds) expect(Object.hasOwn(type, 'kind') && (type as { kind: string }).kind).toBe(name);
  });

  test('checkpoints, summaries and messages don’t rest on them', async () => {
    const names = classes.map(([, type]) => [type, (type as { name: string }).name] as const);
    const store = new MemoryStore();
    await train({ epochs: 1, checkpoints: store });
    const resume = await Checkpoint.decode(store.saved.get('last')!, 'last');
    try {
      for (const [type] of names) rename(type, 't');
      const { model, optimizer, scheduler, loader } = setUp();
      expect(nn.summary(model, [1, 1, 8, 8]).layers.map(({ type }) => type)).toEqual([
        'Conv2d',
        'BatchNorm2d',
        'Dropout',
        'Linear',
      ]);
      await fit(model, optimizer, loader, { resume, scheduler, schedulerEvery: 'step' });
      const adam = new optim.AdamW(model.parameters());
      await expect(fit(model, adam, loader, { resume, scheduler })).rejects.toThrow(
        'saved with SGD, but there is AdamW',
      );
      const other = new optim.MultiStepLR(optimizer, { milestones: [1] });
      await expect(fit(model, optimizer, loader, { resume, scheduler: other })).rejects.toThrow(
        'saved with StepLR, but there is MultiStepLR',
      );
      expect(() => new optim.AdamW([], { lr: 1 })).toThrow(/^AdamW: there are no parameters/);
    } finally {
      for (const [type, name] of names) rename(type, name);
    }
  });

  test('a class of one’s own is called by its kind, or by its name, and takes no state of another', async () => {
    const { model } = setUp();
    class t extends optim.SGD {}
    class OwnAdam extends optim.Adam {
      static override readonly kind: string = 'OwnAdam';
    }
    rename(OwnAdam, 't');
    expect(kindOf(new t(model.parameters(), { lr: 1 }))).toBe('t');
    const own = new OwnAdam(model.parameters());
    expect(kindOf(own)).toBe('OwnAdam');
    expect(() => own.loadStateDict(new t(model.parameters(), { lr: 1 }).stateDict())).toThrow(
      'OwnAdam.loadStateDict: the state is of another optimizer: it has momentum, dampening, nesterov',
    );
    expect(own.paramGroups[0]).not.toHaveProperty('momentum');
  });
});
