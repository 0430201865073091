import * as models from '../models/index.js';
import type { Run } from './contenders.js';
import { type Experiment, formatLoss, lossOf, percent, runOf, smoothedLosses } from './experiment.js';

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
      const isWorse = lossOf(deep) > lossOf(shallow);
      return (
        `${kind}: with ${DEPTHS[1]} layers the training loss of the last epoch is ${formatLoss(lossOf(deep))}, with ${DEPTHS[0]} ` +
        `${formatLoss(lossOf(shallow))}: deeper is ${isWorse ? 'worse' : 'no worse'} (test: ${percent(deep.testAccuracy)} and ` +
        `${percent(shallow.testAccuracy)}).`
      );
    };
    const [plainCost, residualCost] = ['plain', 'residual'].map((kind) => {
      const [shallow, deep] = depths(runs, kind);
      return lossOf(deep) - lossOf(shallow); // ∞ − ∞ is NaN: both diverged
    });
    return `${sentence('plain')} ${sentence('residual')} ${verdict(plainCost, residualCost)}`;
  },
};

/** Of what depth adds to the training loss. */
function verdict(plain: number, residual: number): string {
  const costs = `Depth costs plain networks ${formatCost(plain)} and residual ones ${formatCost(residual)} of loss`;
  if (!(plain > 0)) return `${costs}: this run doesn't show what is claimed.`;
  if (residual <= 0) return `${costs}: as claimed, shortcuts take the harm away.`;
  if (residual < plain)
    return `${costs}: shortcuts take ${percent(1 - residual / plain)} of the harm away, in a run this short not all of it.`;
  return `${costs}: this run doesn't show what is claimed.`;
}

function formatCost(cost: number): string {
  if (Number.isNaN(cost)) return 'an unknown amount';
  return `${cost < 0 ? '−' : ''}${Number.isFinite(cost) ? Math.abs(cost).toFixed(4) : '∞'}`;
}
