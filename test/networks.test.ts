/** The catalog: every network takes every data set, and is as it's listed; names that are nearly right; experiments' conclusions. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkOptions,
  completeRecipe,
  createNetwork,
  type DataSetName,
  dataSetNamed,
  dataSetNames,
  imagesOf,
  type NetworkName,
  networkGroups,
  networkNamed,
  networkNames,
  networks,
  networksByGroup,
  runOptions,
} from '../src/catalog/index.js';
import type { Run } from '../src/experiments/contenders.js';
import { depth } from '../src/experiments/depth.js';
import { identityMappings } from '../src/experiments/identityMappings.js';
import { inceptionCost } from '../src/experiments/inceptionCost.js';
import { experimentNamed } from '../src/experiments/index.js';
import { lineChart } from '../src/experiments/lineChart.js';
import { summary } from '../src/nn/index.js';
import { undrawn } from './undrawn.js';

/** These take a second to make, even so. */
const LARGE: readonly NetworkName[] = ['resnet101', 'resnet152', 'densenet161', 'resnet50', 'densenet201'];

const asPublished = { depth: null, shortcut: null, activation: null };

describe('networks', () => {
  test.each(networkNames)('%s gives a score for each class of each image of each data set', (model) => {
    for (const data of LARGE.includes(model) ? (['mnist'] as const) : dataSetNames) {
      const { shape, classes } = imagesOf({ model, data, imageSize: null });
      const network = undrawn(() => createNetwork({ model, ...asPublished }, shape, classes.length));
      const { layers, parameters } = summary(network, [1, ...shape]);
      expect(layers.findLast(({ outputShape }) => outputShape)?.outputShape).toEqual([1, 10]);
      expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
    }
  });

  const small = networkNames.filter((model) => !LARGE.includes(model));
  test.each(small)('%s can be summed up for the smallest images', (model) => {
    const { images, smallest } = networks[model];
    const size = smallest ?? images[1];
    const shape = [images[0], size, size];
    const network = undrawn(() => createNetwork({ model, ...asPublished }, shape, 10));
    expect(summary(network, [1, ...shape]).activationBytes).toBeGreaterThan(0);
  });

  test.each(networkNames)('%s has the parameters and the file that are listed', (model) => {
    const { images, numClasses, parameters, file } = networks[model];
    const network = undrawn(() => createNetwork({ model, ...asPublished }, images, numClasses));
    expect(network.parameters().reduce((sum, { numel }) => sum + numel, 0)).toBe(parameters);
    expect(existsSync(new URL(`../src/models/${file}`, import.meta.url))).toBe(true);
  });

  test('a list by group has each of them once', () => {
    const lists = networksByGroup();
    expect(lists.map(({ group }) => group)).toEqual(Object.values(networkGroups));
    const listed = lists.flatMap(({ members }) => members.map(([name]) => name));
    expect([...listed].sort()).toEqual([...networkNames].sort());
  });

  test('has any number of classes, where it was not made for ten digits alone', () => {
    const [last] = createNetwork({ model: 'resnet20', ...asPublished }, [3, 32, 32], 7)
      .parameters()
      .slice(-1);
    expect(last.shape).toEqual([7]);
    expect(() => createNetwork({ model: 'mnistNet', ...asPublished }, [1, 28, 28], 7)).toThrow(
      'mnistNet takes images of 1x28x28 and gives 10 scores, and no others',
    );
    expect(() => createNetwork({ ...asPublished, model: 'resnet20', depth: 20 }, [3, 32, 32], 10)).toThrow(
      'resnet20 has no depth; preactResnet has',
    );
  });
});

test('images are as they are, as large as the network needs, or as was asked', () => {
  const shapeOf = (model: string, data: DataSetName, imageSize: number | null = null) =>
    imagesOf({ model, data, imageSize }).shape;
  expect(shapeOf('resnet20', 'cifar10')).toEqual([3, 32, 32]);
  expect(shapeOf('densenet121', 'mnist')).toEqual([1, 29, 29]);
  expect(shapeOf('resnet18', 'mnist', 224)).toEqual([1, 224, 224]);
  expect(shapeOf('mlp', 'cifar10')).toEqual([1, 28, 28]);
});

describe('a name that is not there', () => {
  test.each([
    ['resnet21', "there is no model 'resnet21'; near it are resnet20, resnet18, resnet34, resnet50, resnet101"],
    ['ResNet-50', "there is no model 'ResNet-50'; near it are resnet50, resnet20, resnet56"],
    ['Densenet', "there is no model 'Densenet'; near it are densenet121, "],
    ['inceptoinNet', 'near it are inceptionNet'],
    ['toString', `there is no model 'toString'; there are ${networkNames.join(', ')}`],
    ['', "there is no model ''; there are mnistNet, "],
  ])('%j: those that are near, or else all', (name, message) => {
    expect(() => networkNamed(name)).toThrow(message);
  });

  test('of data sets, experiments and options likewise', () => {
    expect(() => dataSetNamed('FashionMNIST')).toThrow("no data set 'FashionMNIST'; near it are fashion-mnist, mnist");
    expect(() => experimentNamed('depht')).toThrow("no experiment 'depht'; near it are depth");
    expect(() => checkOptions(runOptions, { model: 'resnet-20' })).toThrow(
      /^model must be one of mnistNet, .*; near 'resnet-20' are resnet20, /,
    );
    expect(() => checkOptions(runOptions, { batchSize: 0 })).toThrow(/^batchSize must be a whole number ≥ 1$/);
    expect(() => checkOptions(runOptions, { batchSize: 0 }, (key) => `«${key}»`)).toThrow(/^«batchSize» must/);
  });
});

test('a run is made of the lecture’s recipe, unless said otherwise', () => {
  expect(checkOptions(runOptions, { seed: 3, stranger: 1 })).toEqual({
    ...{ model: 'mnistNet', data: 'mnist', dataDir: null, imageSize: null, limit: null, testLimit: null },
    ...{ augment: false, skipDamaged: false },
    ...asPublished,
    ...{
      batchSize: 64,
      accumulate: 1,
      optimizer: 'sgd',
      lr: null,
      momentum: null,
      weightDecay: null,
      scheduler: null,
      warmup: null,
    },
    ...{ earlyStopping: null, maxGradNorm: null, labelSmoothing: 0, weights: null, seed: 3 },
  });
  const length = { epochs: 1, stepsPerEpoch: 10 };
  expect(completeRecipe(checkOptions(runOptions, {}), length)).toMatchObject({
    ...{ optimizer: 'sgd', lr: 0.01, momentum: 0.5, weightDecay: 0 },
  });
});

describe('what experiments conclude', () => {
  const runWith = (label: string, trainingLoss: number, testAccuracy = 0.5): Run => ({
    ...{
      label,
      parameters: 1,
      multiplyAdds: 1,
      losses: [],
      trainingLoss,
      trainingAccuracy: 0.5,
      testAccuracy,
      seconds: 1,
    },
  });
  const depths = (losses: number[]) =>
    depth.conclude(['plain-20', 'plain-56', 'residual-20', 'residual-56'].map((label, i) => runWith(label, losses[i])));

  test.each([
    [[0.2, 0.9, 0.3, 0.2], 'as claimed, shortcuts take the harm away'],
    [[0.2, 0.9, 0.3, 0.4], 'shortcuts take 85.71 % of the harm away'],
    [[0.2, 0.9, 0.3, 1.4], "doesn't show what is claimed"],
    [[0.9, 0.2, 0.3, 0.2], "doesn't show what is claimed"],
    [
      [0.2, NaN, 0.3, 0.2],
      '56 layers the training loss of the last epoch is diverged, with 20 0.2000: deeper is worse',
    ],
    [[NaN, 0.2, 0.3, 0.2], "doesn't show what is claimed"],
    [[NaN, NaN, NaN, NaN], "doesn't show what is claimed"],
  ])('depth: losses %j', (losses, said) => {
    expect(depths(losses)).toContain(said);
  });

  test('identity mappings: nothing is worse than an original that diverged, and it is not the best', () => {
    const runs = identityMappings.contenders.map(({ label }, i) => runWith(label, i ? 1 : NaN, i ? i / 100 : NaN));
    expect(identityMappings.conclude(runs)).toMatch(/0 of 5 shortcuts are worse.*4 of 4 orders .*The best .* 9\.00 %/);
  });

  test('the cost of an Inception branch can’t be told from a run that diverged', () => {
    const runs = inceptionCost.contenders.map(({ label }, i) => runWith(label, 1, i ? 0.5 : NaN));
    expect(inceptionCost.conclude(runs)).toContain('not comparable, since a run diverged');
  });
});

test('a chart has a path for each curve, on a logarithmic axis without what is not above 0', () => {
  const curve = (label: string, values: number[]) => {
    return { label, colour: 0, points: values.map((value, i) => [i + 1, value] as const) };
  };
  const svg = lineChart([{ title: 'a & b', curves: [curve('<one>', [4, 0, Number.NaN, 1]), curve('two', [2, 2])] }], {
    title: 'losses',
    x: 'step',
    y: 'loss',
    yScale: 'log',
  });
  expect(svg.match(/<path /g)).toHaveLength(2);
  expect(svg).toContain('&lt;one&gt;');
  expect(svg).toContain('a &amp; b');
  expect(svg).not.toContain('NaN');
  const [first] = svg.match(/<path d="[^"]+"/g)!;
  expect(first.match(/[ML]/g)).toHaveLength(2); // of four points
});
