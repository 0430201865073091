/** Optimizers, clipping and learning-rate schedules walk PyTorch's way, step by step. */
import { describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import * as optim from '../src/optim/index.js';
import type { Tensor } from '../src/tensor/tensor.js';
import type { DType, TypedArray } from '../src/tensor/tensorBackend.js';
import { expectClose, readGolden, readGoldenJson } from './golden/golden.js';

const backend = new ReferenceBackend();

function parameter(values: ArrayLike<number>, dtype: DType = 'float32'): Tensor {
  return backend.tensor(values, [values.length], { dtype, requiresGrad: true });
}

/** Gives a parameter its next gradient, as backward() would. */
function setGrad(param: Tensor, gradient: ArrayLike<number> | null): void {
  param.grad?.release();
  param.grad = gradient && backend.tensor(gradient, param.shape, { dtype: param.dtype }).retain();
}

const optimizers = {
  SGD: optim.SGD,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  RMSprop: optim.RMSprop,
  Adagrad: optim.Adagrad,
};

function makeOptimizer(name: keyof typeof optimizers, params: Tensor[], options: object): optim.Optimizer {
  const make = optimizers[name];
  return new make(params, options as optim.SGDOptions);
}

describe.each([
  ['float64', 1e-13],
  ['float32', 1e-6],
] as const)('ten steps in %s', (dtype, tolerance) => {
  it.each(readGolden('optimizers').map((golden, i) => ({ i, ...golden })))('case $i: $options', async (golden) => {
    const { options, tensors } = golden;
    const of = (k: number, name: string) => tensors.get(`${k}/${name}`)!.values;
    const params = [0, 1].map((k) => parameter(of(k, 'start'), dtype));
    const optimizer = makeOptimizer(options.optimizer, params, options.options);
    for (let step = 0; step < 10; step++) {
      const row = (values: TypedArray, n: number) => values.slice(step * n, (step + 1) * n);
      params.forEach((param, k) => {
        setGrad(param, step === 3 && k === 1 ? null : row(of(k, 'gradients'), param.numel));
      });
      optimizer.step();
      for (const [k, param] of params.entries()) {
        expectClose(await param.data(), row(of(k, 'path'), param.numel), tolerance, `step ${step}, parameter ${k}`);
      }
    }
  });
});

it('goes on from a saved state as if there had been no break', async () => {
  for (const [name, options] of [
    ['SGD', { lr: 0.1, momentum: 0.9 }],
    ['Adam', { lr: 0.1 }],
    ['AdamW', { lr: 0.1 }],
    ['RMSprop', { lr: 0.1, momentum: 0.9, centered: true }],
    ['Adagrad', { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.5 }],
  ] as const) {
    const gradients = [
      [1, -2],
      [0.5, 3],
      [-1, 0.25],
    ];
    const [kept, broken] = [parameter([1, 2]), parameter([1, 2])];
    const first = makeOptimizer(name, [kept], options);
    let second = makeOptimizer(name, [broken], options);
    for (const gradient of gradients) {
      setGrad(kept, gradient);
      setGrad(broken, gradient);
      first.step();
      second.step();
      const fresh = makeOptimizer(name, [broken], { lr: 7 });
      fresh.loadStateDict(second.stateDict());
      second = fresh;
    }
    expect(await broken.data()).toEqual(await kept.data());
  }
});

it('takes groups with options of their own, and refuses options that make no sense', async () => {
  const [a, b] = [parameter([1]), parameter([1])];
  const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 0.5 }], { lr: 0.1 });
  for (const param of [a, b]) setGrad(param, [1]);
  optimizer.step();
  expectClose(await a.data(), [0.9], 1e-6, 'a');
  expectClose(await b.data(), [0.5], 1e-6, 'b');
  optimizer.zeroGrad();
  expect([a.grad, b.grad]).toEqual([null, null]);

  expect(() => new optim.SGD([a], { lr: -1 })).toThrow('SGD: lr must be at least 0, but is -1');
  expect(() => new optim.SGD([a], { lr: 1, nesterov: true })).toThrow('nesterov needs momentum above 0');
  expect(() => new optim.Adam([a], { betas: [0.9, 1] })).toThrow('Adam: betas must be at least 0 and below 1');
  expect(() => new optim.RMSprop([a], { alpha: 1 })).toThrow('RMSprop: alpha must be below 1, but is 1');
  expect(() => new optim.RMSprop([a], { momentum: -1 })).toThrow('RMSprop: momentum must be at least 0, but is -1');
  expect(() => new optim.Adagrad([a], { lrDecay: -1 })).toThrow('Adagrad: lrDecay must be at least 0, but is -1');
  expect(() => new optim.AdamW([])).toThrow('AdamW: there are no parameters to optimize');
  expect(() => new optim.Adam([a, a])).toThrow('Adam: a parameter is given twice');
});

it('RMSprop takes a variance that roundings make negative for 0, where PyTorch has NaN', async () => {
  const param = parameter([1]);
  const optimizer = new optim.RMSprop([param], { lr: 1e-9, centered: true, alpha: 0.5 });
  for (let step = 0; step < 200; step++) {
    setGrad(param, [0.1]);
    optimizer.step();
  }
  expect(Number.isFinite(await param.item())).toBe(true);
});

it('refuses a state that belongs to other parameters, and changes nothing', async () => {
  const [small, large] = [parameter([1]), parameter([1, 2])];
  const optimizer = new optim.SGD([small], { lr: 0.1, momentum: 0.9 });
  setGrad(small, [1]);
  optimizer.step();
  const other = new optim.SGD([large], { lr: 0.7, momentum: 0.9 });
  expect(() => other.loadStateDict(optimizer.stateDict())).toThrow('0.momentumBuffer of tensor (1)');
  expect(other.paramGroups[0].lr).toBe(0.7);
  expect(() => new optim.SGD([small, large], { lr: 1 }).loadStateDict(optimizer.stateDict())).toThrow(
    "a state of 1 groups and 1 parameters doesn't fit 1 groups and 2 parameters",
  );
});

describe('clipGradNorm', () => {
  it.each(readGolden('clipGradNorm').map((golden, i) => ({ i, ...golden })))('case $i: $options', async (golden) => {
    const { options, tensors } = golden;
    const params = Array.from({ length: options.count }, (_, k) => {
      const gradient = tensors.get(`${k}/gradient`)!.values;
      const param = parameter(new Float32Array(gradient.length));
      setGrad(param, gradient);
      return param;
    });
    const norm = await optim.gradNorm(params);
    expectClose([norm], [options.norm], 1e-6, 'norm');
    optim.clipGradNorm(params, options.maxNorm);
    for (const [k, param] of params.entries()) {
      expectClose(await param.grad!.data(), tensors.get(`${k}/clipped`)!.values, 1e-6, `gradient ${k}`);
    }
  });

  it('passes over parameters without a gradient, and needs a length above 0', async () => {
    expect(await optim.gradNorm([parameter([1])])).toBe(0);
    optim.clipGradNorm([parameter([1])], 1);
    expect(() => optim.clipGradNorm([], 0)).toThrow('clipGradNorm: maxNorm must be above 0, but is 0');
  });
});

interface ScheduleCase {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the options of the schedule called `name`.
  options: any;
  optimizer: 'SGD' | 'Adam';
  /** For every step and both parameter groups, lr and momentum (Adam: betas[0]). */
  rows: [number, number][][];
  /** What ReduceLROnPlateau is told; null is NaN. */
  metrics: (number | null)[];
}

type Scheduler = optim.LRScheduler | optim.ReduceLROnPlateau;
// biome-ignore lint/suspicious/noExplicitAny: as in ScheduleCase.
const schedulers: Record<string, new (optimizer: optim.Optimizer, options: any) => Scheduler> = {
  StepLR: optim.StepLR,
  MultiStepLR: optim.MultiStepLR,
  CosineAnnealingLR: optim.CosineAnnealingLR,
  LinearLR: optim.LinearLR,
  OneCycleLR: optim.OneCycleLR,
  ReduceLROnPlateau: optim.ReduceLROnPlateau,
};

function makeScheduler({ name, options }: ScheduleCase, optimizer: optim.Optimizer): Scheduler {
  if (name !== 'SequentialLR') return new schedulers[name](optimizer, options);
  const { totalIters, startFactor, tMax } = options;
  const warmUp = new optim.LinearLR(optimizer, { startFactor, totalIters });
  const decay = new optim.CosineAnnealingLR(optimizer, { tMax });
  return new optim.SequentialLR(optimizer, [warmUp, decay], { milestones: [totalIters] });
}

function advance(scheduler: Scheduler, { metrics }: ScheduleCase, step: number): void {
  if (scheduler instanceof optim.ReduceLROnPlateau) scheduler.step(metrics[step] ?? Number.NaN);
  else scheduler.step();
}

const schedules = readGoldenJson<ScheduleCase[]>('schedules');

function twoGroups({ optimizer }: ScheduleCase): optim.SGD | optim.Adam {
  const groups = [
    { params: [parameter([0])], lr: 0.5 },
    { params: [parameter([0])], lr: 0.2 },
  ];
  return optimizer === 'SGD' ? new optim.SGD(groups, { lr: 0.1, momentum: 0.9 }) : new optim.Adam(groups);
}

describe('schedules', () => {
  it('all have golden cases', () => {
    const tested = new Set(schedules.map(({ name }) => name));
    const exported = Object.keys(optim).filter((name) => /LR|Plateau/.test(name) && name !== 'LRScheduler');
    expect([...tested].sort()).toEqual(exported.sort());
  });

  it.each(schedules)('$name $optimizer $options', (golden) => {
    const optimizer = twoGroups(golden);
    const scheduler = makeScheduler(golden, optimizer);
    golden.rows.forEach((row, step) => {
      row.forEach(([lr, momentum], group) => {
        const { lr: rate, ...rest } = optimizer.paramGroups[group];
        expectClose([rate], [lr], 1e-12, `lr of group ${group} before step ${step}`);
        const found = 'betas' in rest ? rest.betas[0] : rest.momentum;
        expectClose([found], [momentum], 1e-12, `momentum of group ${group} before step ${step}`);
      });
      if (step < golden.rows.length - 1) advance(scheduler, golden, step);
    });
  });

  it.each(schedules)('$name $optimizer $options goes on from a saved state', (golden) => {
    const [kept, broken] = [twoGroups(golden), twoGroups(golden)];
    const first = makeScheduler(golden, kept);
    let second = makeScheduler(golden, broken);
    for (let step = 0; step < 12; step++) {
      for (const scheduler of [first, second]) advance(scheduler, golden, step);
      const state = JSON.parse(JSON.stringify(second.stateDict()));
      second = makeScheduler(golden, broken);
      second.loadStateDict(state);
      expect(second.getLastLr()).toEqual(first.getLastLr());
    }
  });
});

it('addParamGroup trains more parameters, with options of their own, which a schedule made before leaves alone', async () => {
  const [first, second] = [parameter([1]), parameter([1])];
  const optimizer = new optim.SGD([first], { lr: 1 });
  const scheduler = new optim.StepLR(optimizer, { stepSize: 1 });
  optimizer.addParamGroup({ params: [second], lr: 0.5 });
  for (const param of [first, second]) setGrad(param, [1]);
  optimizer.step();
  expect([...(await first.data()), ...(await second.data())]).toEqual([0, 0.5]);
  scheduler.step();
  expect(scheduler.getLastLr()).toEqual([0.1, 0.5]);
  expect(() => optimizer.addParamGroup({ params: [first] })).toThrow('SGD: a parameter is given twice');
  expect(() => optimizer.addParamGroup({ params: [parameter([1])], lr: -1 })).toThrow('lr must be at least 0');
  expect(optimizer.paramGroups).toHaveLength(2);
});
