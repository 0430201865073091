/** What a bench run measures: the lecture's networks and the published ones, their layers, and how cost grows. */
import { type NetworkName, networks } from '../catalog/index.js';
import * as models from '../models/index.js';
import { type Conv2dOptions, conv2dSizes } from '../ops/conv2d.js';
import type { OperationName } from '../ops/index.js';
import type { Shape } from '../ops/shape.js';
import { cases } from '../testing/cases/index.js';
import type { Draft } from '../testing/problem.js';
import type { ClassifierOutput, LossFunction } from '../training/index.js';
import { kernelWork } from './kernelWork.js';
import type { BenchGroup } from './report.js';
import { networkStep, type StepProblem } from './steps.js';
import { stepWork } from './stepWork.js';
import { grown, type Work } from './work.js';

/** Work that can be named before it is made. */
interface Planned {
  readonly group: BenchGroup;
  readonly name: string;
  readonly passes: readonly string[];
  make(passes: readonly string[]): Work[];
}

export interface PlanOptions {
  readonly quick: boolean;
  readonly seed: number;
  /** Only rows for which `group, name, pass` contains this, as in 'layers, conv2d, MNIST net, conv1, batch 64, forward'. */
  readonly filter: string;
}

/** All work, in its order. */
export function plan({ quick, seed, filter }: PlanOptions): Work[] {
  const all = [...steps(quick, seed), ...layers(quick, seed), ...batches(quick, seed), ...growth(quick, seed)];
  return all.flatMap(({ group, name, passes, make }) => {
    const wanted = passes.filter((pass) => `${group}, ${name}, ${pass}`.includes(filter));
    return wanted.length > 0 ? make(wanted) : [];
  });
}

const lecture = ['mnistNet', 'inceptionNet', 'residualNet'] as const;

/** Operations of a step up to which the maths takes it, too: some seconds. */
const checkUpTo = (quick: boolean) => (quick ? 1e9 : 5e9);

function steps(quick: boolean, seed: number): Planned[] {
  const large: readonly (readonly [NetworkName, batch: number, pixels: number])[] = quick
    ? [
        ['resnet20', 16, 32],
        ['resnet18', 4, 64],
        ['googlenet', 4, 64],
        ['densenet121', 4, 64],
      ]
    : [
        ['resnet20', 64, 32],
        ['resnet18', 4, 112],
        ['googlenet', 4, 112],
        ['densenet121', 4, 112],
      ];
  return [
    ...lecture.map((name) => step(networkStep(name, 64), `${name}, batch 64`, true)),
    ...large.map(([name, batch, pixels]) =>
      step(onImages(name, batch, pixels), `${name}, batch ${batch}, ${pixels}x${pixels}`, false),
    ),
  ];

  function step(problem: StepProblem<ClassifierOutput>, name: string, withReference: boolean): Planned {
    const row = { group: 'steps', name, family: problem.name, parameter: null, withReference } as const;
    return {
      group: 'steps',
      name,
      passes: ['step'],
      make: () => [stepWork({ ...row, problem, seed, checkUpTo: checkUpTo(quick) })],
    };
  }
}

/** A published network on square images of so many pixels a side. */
function onImages(name: NetworkName, batch: number, pixels: number): StepProblem<ClassifierOutput> {
  const { images, numClasses, make, loss } = networks[name];
  return {
    name,
    make: () => make({ inChannels: images[0], numClasses }),
    shape: [batch, images[0], pixels, pixels],
    numClasses,
    loss: loss as LossFunction<ClassifierOutput> | undefined, // the catalog has it beside the network that it takes
  };
}

/** One image of a published network's layer: as the maths must compute it, too, to check it. */
const onePhotograph: Readonly<Record<string, Draft<unknown>>> = {
  'ResNet-18 64 → 64, batch 1': convolution([1, 64, 56, 56], 64, 3, { padding: 1 }),
  'ResNet-18 128 → 128, batch 1': convolution([1, 128, 28, 28], 128, 3, { padding: 1 }),
  'ResNet-18 256 → 256, batch 1': convolution([1, 256, 14, 14], 256, 3, { padding: 1 }),
  'ResNet-18 512 → 512, batch 1': convolution([1, 512, 7, 7], 512, 3, { padding: 1 }),
  'ResNet-18 64 → 128, stride 2, batch 1': convolution([1, 64, 56, 56], 128, 3, { stride: 2, padding: 1 }),
  'ResNet-18 stem, batch 1': convolution([1, 3, 224, 224], 64, 7, { stride: 2, padding: 3 }),
  'ResNet-50 64 → 256, 1x1, batch 1': convolution([1, 64, 56, 56], 256, 1),
  'GoogLeNet 3a, 192 → 96, 1x1, batch 1': convolution([1, 192, 28, 28], 96, 1),
  'GoogLeNet 3a, 96 → 128, 3x3, batch 1': convolution([1, 96, 28, 28], 128, 3, { padding: 1 }),
  'GoogLeNet 4a, 480 → 192, 1x1, batch 1': convolution([1, 480, 14, 14], 192, 1),
  'DenseNet-121 128 → 32, 3x3, batch 1': convolution([1, 128, 56, 56], 32, 3, { padding: 1 }),
};

function layers(quick: boolean, seed: number): Planned[] {
  const small: readonly (readonly [OperationName, layer: string])[] = [
    ['conv2d', 'MNIST net, conv1, batch 64'],
    ['conv2d', 'MNIST net, conv2, batch 64'],
    ['conv2d', 'incep1, 5x5, batch 64'],
    ['conv2d', 'rblock1, 3x3, batch 64'],
    ['conv2d', 'ResNet-18 512 → 512, batch 1'],
    ['conv2d', 'GoogLeNet 3a, 192 → 96, 1x1, batch 1'],
    ['conv2d', 'MobileNet depthwise 3x3, batch 8'],
    ['linear', 'MNIST net, fc, batch 64'],
    ['maxPool2d', 'MNIST net, after conv1, batch 64'],
    ['batchNorm2d', 'ResNet-18 256 channels, training, batch 8'],
  ];
  const more: readonly (readonly [OperationName, layer: string])[] = [
    ['conv2d', 'incep1, 1x1, batch 64'],
    ['conv2d', 'incep1, first 3x3, batch 64'],
    ['conv2d', 'residual net, conv2, batch 64'],
    ['conv2d', 'rblock2, 3x3, batch 64'],
    ...Object.keys(onePhotograph).map((layer) => ['conv2d', layer] as const),
    ['maxPool2d', 'GoogLeNet pool3, batch 8'],
    ['maxPool2d', 'GoogLeNet 3a, batch 8'],
    ...Object.keys(cases.avgPool2d.layers)
      .slice(0, 2)
      .map((layer) => ['avgPool2d', layer] as const),
    ['batchNorm2d', 'ResNet-18 128 channels, training, batch 8'],
    ['batchNorm2d', 'ResNet-18 512 channels, training, batch 8'],
    ...Object.keys(cases.localResponseNorm.layers)
      .slice(0, 1)
      .map((layer) => ['localResponseNorm', layer] as const),
  ];
  const passes = quick ? ['forward', 'backward'] : ['forward', 'dx', 'dw', 'backward'];
  const chosen = [...small, ...(quick ? [] : more)];
  const unique = new Map(chosen.map(([operation, layer]) => [`${operation}, ${layer}`, { operation, layer }]));
  return [...unique].map(([name, { operation, layer }]) => {
    const draft = onePhotograph[layer] ?? (cases[operation].layers[layer] as Draft<unknown>);
    const row = { group: 'layers', name, family: operation, parameter: null, withReference: true } as const;
    return {
      group: 'layers',
      name,
      passes,
      make: (wanted) => kernelWork({ ...row, operation, draft, passes: wanted, seed }),
    };
  });
}

/** The lecture's networks on more and more images: from where on does a GPU win? */
function batches(quick: boolean, seed: number): Planned[] {
  const sizes = quick ? [1, 8, 64] : [1, 4, 16, 64, 256];
  return lecture.flatMap((family) =>
    sizes.map((value): Planned => {
      const parameter = { name: 'batch', value };
      const name = grown(`${family} training`, parameter);
      const row = { group: 'batch', name, family, parameter, withReference: false } as const;
      const problem = networkStep(family, value);
      return {
        group: 'batch',
        name,
        passes: ['step'],
        make: () => [stepWork({ ...row, problem, seed, checkUpTo: checkUpTo(quick) / 5 })],
      };
    }),
  );
}

/** A convolution of 3x3 and a residual network, of which one size grows. */
function growth(quick: boolean, seed: number): Planned[] {
  const some = (...values: number[]) => (quick ? values.filter((_, i) => i % 2 === 0) : values);
  const kernels: readonly [parameter: string, values: readonly number[], shape: (value: number) => Shape][] = [
    ['batch', some(1, 2, 4, 8, 16), (N) => [N, 32, 16, 16]],
    ['side', some(8, 12, 16, 24, 32), (side) => [4, 32, side, side]],
    ['channels', some(16, 24, 32, 48, 64), (C) => [4, C, 16, 16]],
  ];
  const convolutions = kernels.flatMap(([parameterName, values, shape]) =>
    values.map((value): Planned => {
      const parameter = { name: parameterName, value };
      const name = grown('conv2d 3x3', parameter);
      const draft = convolution(shape(value), shape(value)[1], 3, { padding: 1 });
      const row = { group: 'growth', name, family: 'conv2d 3x3', parameter, withReference: false } as const;
      return {
        group: 'growth',
        name,
        passes: ['forward', 'backward'],
        make: (passes) => kernelWork({ ...row, operation: 'conv2d', draft, passes, seed }),
      };
    }),
  );
  const depths = some(8, 14, 20, 26, 32).map((value): Planned => {
    const parameter = { name: 'depth', value };
    const name = grown('preactResnet, batch 4', parameter);
    const row = { group: 'growth', name, family: 'preactResnet', parameter, withReference: false } as const;
    const problem: StepProblem<ClassifierOutput> = {
      name,
      make: () => models.preactResnet({ depth: value }),
      shape: [4, 3, 32, 32],
      numClasses: 10,
    };
    return {
      group: 'growth',
      name,
      passes: ['step'],
      make: () => [stepWork({ ...row, problem, seed, checkUpTo: checkUpTo(quick) / 5 })],
    };
  });
  return [...convolutions, ...depths];
}

function convolution(x: Shape, C_out: number, K: number, options: Conv2dOptions = {}): Draft<unknown> {
  const weight = [C_out, x[1], K, K];
  return {
    arrays: { x: { shape: x }, weight: { shape: weight }, bias: null },
    options,
    sizes: () => conv2dSizes(x, weight, null, options),
  };
}
