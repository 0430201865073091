/** What the command can make: every network takes every data set. */
import { describe, expect, test } from 'vitest';
import { dataNames, imagesOf } from '../src/cli/datasets.js';
import type { Run } from '../src/cli/experiments/contenders.js';
import { depth } from '../src/cli/experiments/depth.js';
import { identityMappings } from '../src/cli/experiments/identityMappings.js';
import { inceptionCost } from '../src/cli/experiments/inceptionCost.js';
import { lineChart } from '../src/cli/experiments/lineChart.js';
import { modelNames, networkNamed } from '../src/cli/networks.js';
import { summary } from '../src/nn/index.js';

/** Of these it takes seconds to draw the weights. */
const LARGE = ['resnet101', 'resnet152', 'densenet161', 'resnet50', 'densenet201'];

test.each(modelNames)('%s gives ten scores for each image of each data set', (model) => {
  for (const data of LARGE.includes(model) ? ['mnist'] : dataNames) {
    const { shape } = imagesOf({ model, data, dataDir: null, imageSize: null });
    const network = networkNamed(model).make({ inChannels: shape[0], numClasses: 10 });
    const { layers, parameters } = summary(network, [1, ...shape]);
    expect(layers.findLast(({ outputShape }) => outputShape)?.outputShape).toEqual([1, 10]);
    expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
  }
});

test.each(modelNames.filter((model) => !LARGE.includes(model)))(
  '%s can be summed up for the smallest images',
  (model) => {
    const { images, smallest, make } = networkNamed(model);
    const size = smallest ?? images[1];
    const shape = [1, images[0], size, size];
    expect(summary(make({ inChannels: images[0], numClasses: 10 }), shape).activationBytes).toBeGreaterThan(0);
  },
);

test('images are as they are, as large as the network needs, or as was asked', () => {
  const shapeOf = (model: string, data: string, imageSize: number | null = null) =>
    imagesOf({ model, data, dataDir: null, imageSize }).shape;
  expect(shapeOf('resnet20', 'cifar10')).toEqual([3, 32, 32]);
  expect(shapeOf('densenet121', 'mnist')).toEqual([1, 29, 29]);
  expect(shapeOf('resnet18', 'mnist', 224)).toEqual([1, 224, 224]);
  expect(shapeOf('mlp', 'cifar10')).toEqual([1, 28, 28]);
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
