import * as F from '../nn/functional/index.js';
import { Conv2d, Linear, MaxPool2d, Module, Sequential } from '../nn/index.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Contender } from './contenders.js';
import { type Experiment, percent, runOf } from './experiment.js';

const WIDE = 64;
const REDUCED = [32, 16, 8, 4];
const DIRECT = '5x5';

/**
 * A 5x5 convolution of many channels, with or without a 1x1 before it that makes them fewer.
 *
 *   x (N, C, 28, 28) → conv, pool, ReLU (N, 64, 12, 12) → [1x1 to `reduced` channels] → 5x5 (N, 32, 12, 12), pool, ReLU → fc (N, 10)
 */
class ReducedNet extends Module {
  conv: Conv2d;
  middle: Sequential;
  pool = new MaxPool2d(2);
  fc = new Linear(32 * 6 * 6, 10);

  constructor(inChannels: number, reduced: number | null) {
    super();
    this.conv = new Conv2d(inChannels, WIDE, 5);
    this.middle = new Sequential(
      ...(reduced === null ? [] : [new Conv2d(WIDE, reduced, 1)]),
      new Conv2d(reduced ?? WIDE, 32, 5, { padding: 2 }),
    );
  }

  forward(x: Tensor): Tensor {
    x = F.relu(this.pool.forward(this.conv.forward(x)));
    x = F.relu(this.pool.forward(this.middle.forward(x)));
    return this.fc.forward(x.flatten(1));
  }
}

const contender = (reduced: number | null): Contender => ({
  label: reduced === null ? DIRECT : `1x1 to ${reduced}, 5x5`,
  make: (inChannels) => new ReducedNet(inChannels, reduced),
});

/** What a 1x1 convolution before a 5x5 saves, and what it costs. */
export const inceptionCost: Experiment = {
  title: 'What a 1x1 convolution before a 5x5 saves',
  claim:
    'A 1x1 convolution that narrows the channels before a 5x5 saves most of its cost and little of its accuracy (Szegedy et al. 2015, ' +
    "https://arxiv.org/abs/1409.4842). The lecture's example: 192 channels of 28x28 to 32 take 120,422,400 multiply-adds, with a 1x1 to " +
    '16 before only 2,408,448 + 10,035,200 = 12,443,648. As in the lecture, there is no ReLU between the two; GoogLeNet has one.',
  imagesAs: 'mnistNet',
  recipe: { epochs: 2, batchSize: 64, lr: 0.01, momentum: 0.9, weightDecay: 0, seed: 0 },
  limit: 20_000,
  testLimit: 10_000,
  contenders: [null, ...REDUCED].map(contender),

  picture(runs) {
    const curves = runs.map(({ label, multiplyAdds, testAccuracy }, colour) => {
      return { label, colour, isScattered: true, points: [[multiplyAdds / 1e6, 100 * testAccuracy]] as const };
    });
    return {
      panels: [{ title: 'cost and accuracy', curves }],
      axes: { title: this.title, x: 'million multiply-adds an image', y: 'test accuracy, %', xScale: 'log' },
    };
  },

  conclude(runs) {
    const direct = runOf(runs, DIRECT);
    const sentences = runs
      .filter((run) => run !== direct)
      .map(({ label, multiplyAdds, testAccuracy }) => {
        const points = 100 * (testAccuracy - direct.testAccuracy);
        const cost = `${label}: ${percent(multiplyAdds / direct.multiplyAdds)} of the multiply-adds`;
        if (Number.isNaN(points)) return `${cost}, not comparable, since a run diverged`;
        return `${cost}, ${points >= 0 ? '+' : '−'}${Math.abs(points).toFixed(2)} points`;
      });
    return `Against the direct 5x5 (${percent(direct.testAccuracy)}): ${sentences.join('; ')}.`;
  },
};
