import * as models from '../../models/index.js';
import { percent } from '../charts.js';
import type { Run } from './contenders.js';
import { type Experiment, runOf, smoothedLosses } from './experiment.js';

const DEPTHS = [20, 56];

const name = (kind: string, depth: number) => `${kind}-${depth}`;
const depths = (runs: readonly Run[], kind: string) => DEPTHS.map((depth) => runOf(runs, name(kind, depth)));

/** Deeper plain networks do worse, even on the images that they are trained on; with shortcuts they don't. */
export const depth: Experiment = {
  title: 'Depth: plain and residual networks',
  claim:
    'A plain network of 56 layers fits its training images worse than one of 20, though it could do whatever that one does; with ' +
    'shortcuts depth does no such harm (He et al. 2016, Figure 6; https://arxiv.org/abs/1512.03385).',
  imagesAs: 'resnet20',
  recipe: { epochs: 2, batchSize: 64, lr: 0.05, momentum: 0.9, weightDecay: 1e-4, seed: 0 },
  limit: 4096,
  testLimit: 2000,
  contenders: ['plain', 'residual'].flatMap((kind) =>
    DEPTHS.map((layers) => ({
      label: name(kind, layers),
      make: (inChannels) => new models.CifarResNet(layers, kind === 'residual', { inChannels }),
    })),
  ),

  picture(runs) {
    const panel = (kind: string) => ({
      title: kind,
      curves: depths(runs, kind).map((run, colour) => ({ label: run.label, points: smoothedLosses(run), colour })),
    });
    return {
      panels: [panel('plain'), panel('residual')],
      axes: { title: this.title, x: 'step', y: 'training loss', yScale: 'log' },
    };
  },

  conclude(runs) {
    const sentence = (kind: string) => {
      const [shallow, deep] = depths(runs, kind);
      const worse = !(deep.trainingLoss <= shallow.trainingLoss);
      return (
        `${kind}: with ${DEPTHS[1]} layers the training loss of the last epoch is ${deep.trainingLoss.toFixed(4)}, with ${DEPTHS[0]} ` +
        `${shallow.trainingLoss.toFixed(4)}: deeper is ${worse ? 'worse' : 'no worse'} (test: ${percent(deep.testAccuracy)} and ` +
        `${percent(shallow.testAccuracy)}).`
      );
    };
    const [plain20, plain56] = depths(runs, 'plain');
    const [residual20, residual56] = depths(runs, 'residual');
    const [plainGap, residualGap] = [
      plain56.trainingLoss - plain20.trainingLoss,
      residual56.trainingLoss - residual20.trainingLoss,
    ];
    const claim = plainGap > 0 && residualGap < plainGap;
    return (
      `${sentence('plain')} ${sentence('residual')} ` +
      `Depth costs plain networks ${plainGap.toFixed(4)} and residual ones ${residualGap.toFixed(4)} of loss: ` +
      `${claim ? 'this run agrees with the claim.' : "this run doesn't show what is claimed."}`
    );
  },
};
