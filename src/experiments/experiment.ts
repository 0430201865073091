/** What an experiment is: networks to compare, a picture of what became of them, and what that says of a claim. */
import type { NetworkName } from '../catalog/index.js';
import type { Contender, Recipe, Run } from './contenders.js';
import type { Axes, Panel } from './lineChart.js';

export interface Experiment {
  readonly title: string;
  /** What is tested, in a sentence or two, with its source. */
  readonly claim: string;
  /** A network of the catalog whose images the contenders take. */
  readonly imagesAs: NetworkName;
  /** The short run, of a few minutes on two cores. */
  readonly recipe: Recipe;
  readonly limit: number;
  readonly testLimit: number;
  readonly contenders: readonly Contender[];
  picture(runs: readonly Run[]): { panels: Panel[]; axes: Axes };
  /** What all runs together say, whichever way it came out. */
  conclude(runs: readonly Run[]): string;
}

/** Points of a curve, about: more than a picture has pixels for. */
const POINTS = 500;

/** The training loss over the steps, as the mean of the steps around each, for there to be a curve; of a long run, every so many steps. */
export function smoothedLosses({ losses }: Run): [step: number, loss: number][] {
  const reach = Math.max(1, Math.round(losses.length / 60));
  const every = Math.ceil(losses.length / POINTS);
  const steps = losses.map((_, i) => i).filter((i) => i % every === 0 || i === losses.length - 1);
  return steps.map((i) => {
    const around = losses.slice(Math.max(0, i - reach), i + reach + 1);
    return [i + 1, around.reduce((sum, loss) => sum + loss, 0) / around.length];
  });
}

/** The training loss of the last epoch; of a run that diverged, more than any. */
export function lossOf({ trainingLoss }: Run): number {
  return Number.isNaN(trainingLoss) ? Number.POSITIVE_INFINITY : trainingLoss;
}

/** The test accuracy, 0 to 1; of a run that diverged, less than any. */
export function accuracyOf({ testAccuracy }: Run): number {
  return Number.isNaN(testAccuracy) ? Number.NEGATIVE_INFINITY : testAccuracy;
}

/** A loss for people to read. */
export function formatLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(4) : 'diverged';
}

/** 0.9677 as `96.77 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** The run of that label. */
export function runOf(runs: readonly Run[], label: string): Run {
  const run = runs.find((candidate) => candidate.label === label);
  if (!run) throw new Error(`there is no run '${label}'`);
  return run;
}
