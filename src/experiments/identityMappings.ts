import * as models from '../models/index.js';
import type { Contender } from './contenders.js';
import { accuracyOf, type Experiment, lossOf, percent, runOf, smoothedLosses } from './experiment.js';

const DEPTH = 20;

const contender = (label: string, shortcut: models.Shortcut, activation: models.Activation): Contender => ({
  label,
  make: (inChannels) => models.preactResnet({ depth: DEPTH, shortcut, activation, inChannels }),
});
const ORIGINAL = contender('original', 'identity', 'original');
const SHORTCUTS = models.shortcuts
  .filter((shortcut) => shortcut !== 'identity')
  .map((shortcut) => contender(shortcut, shortcut, 'original'));
const ACTIVATIONS = models.activations
  .filter((activation) => activation !== 'original')
  .map((activation) => contender(activation, 'identity', activation));

/** What happens when x doesn't pass a residual unit unchanged, and where the activations belong. */
export const identityMappings: Experiment = {
  title: `Identity mappings: variants of the residual unit, ${DEPTH} layers`,
  claim:
    'Whatever is done to x on its way past the branch (scaling, gates, a convolution, dropout) makes training harder than leaving it as ' +
    'it is; BN and ReLU before the convolutions, not behind the addition, make it easier (He et al. 2016, Tables 1 and 2, with 110 and ' +
    '164 layers; https://arxiv.org/abs/1603.05027).',
  imagesAs: 'preactResnet',
  recipe: { epochs: 2, batchSize: 64, lr: 0.05, momentum: 0.9, weightDecay: 1e-4, seed: 0 },
  limit: 2560,
  testLimit: 2000,
  contenders: [ORIGINAL, ...SHORTCUTS, ...ACTIVATIONS],

  picture(runs) {
    const panel = (title: string, contenders: readonly Contender[]) => ({
      title,
      curves: runs
        .filter(({ label }) => contenders.some((one) => one.label === label))
        .map((run, colour) => ({ label: run.label, points: smoothedLosses(run), colour })),
    });
    return {
      panels: [panel('shortcuts', [ORIGINAL, ...SHORTCUTS]), panel('activations', [ORIGINAL, ...ACTIVATIONS])],
      axes: { title: this.title, x: 'step', y: 'training loss', yScale: 'log' },
    };
  },

  conclude(runs) {
    const original = lossOf(runOf(runs, ORIGINAL.label));
    const isWorse = (label: string) => lossOf(runOf(runs, label)) > original;
    const worse = SHORTCUTS.filter(({ label }) => isWorse(label)).map(({ label }) => label);
    const better = ACTIVATIONS.filter(({ label }) => !isWorse(label)).map(({ label }) => label);
    const list = (labels: readonly string[]) => (labels.length > 0 ? labels.join(', ') : 'none');
    const best = runs.reduce((a, b) => (accuracyOf(b) > accuracyOf(a) ? b : a));
    return (
      `By the training loss of the last epoch, ${worse.length} of ${SHORTCUTS.length} shortcuts are worse than the identity ` +
      `(${list(worse)}), and ${better.length} of ${ACTIVATIONS.length} orders of activations no worse than the original ` +
      `(${list(better)}). The best on the test images is ${best.label} with ${percent(best.testAccuracy)}. The paper's differences are ` +
      'those of a hundred layers and more: at this depth and length they are partly noise (try other seeds).'
    );
  },
};
