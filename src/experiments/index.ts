/** The lecture's claims, tried on real data: values only; whoever asks prints or draws them. */
import { entryOf } from '../catalog/names.js';
import type { StepRecord } from '../training/index.js';
import { type Conditions, type Run, trainContender } from './contenders.js';
import { depth } from './depth.js';
import type { Experiment } from './experiment.js';
import { identityMappings } from './identityMappings.js';
import { inceptionCost } from './inceptionCost.js';
import { lineChart } from './lineChart.js';

export type { Conditions, Contender, Recipe, Run } from './contenders.js';
export { type Experiment, percent } from './experiment.js';

export const experiments: Readonly<Record<string, Experiment>> = {
  depth,
  'identity-mappings': identityMappings,
  'inception-cost': inceptionCost,
};

/** The experiment of that name. Throws a RangeError if there is none. */
export function experimentNamed(name: string): Experiment {
  return entryOf('experiment', experiments, name);
}

/** To be told how far it is. */
export interface ExperimentEvents {
  onStep?(contender: string, record: StepRecord): void;
  /** A contender is done; `runs` are those until now, the last one its own. */
  onRun?(runs: readonly Run[]): void | Promise<void>;
}

export interface ExperimentResult {
  /** A row for each contender. */
  readonly runs: readonly Run[];
  /** The text of an SVG picture. */
  readonly figure: string;
  /** What the runs say of the claim, in a sentence or some. */
  readonly conclusion: string;
}

/** Trains all contenders, one after the other. */
export async function runExperiment(
  experiment: Experiment,
  conditions: Conditions,
  { onStep, onRun }: ExperimentEvents = {},
): Promise<ExperimentResult> {
  const runs: Run[] = [];
  for (const contender of experiment.contenders) {
    runs.push(await trainContender(contender, conditions, (record) => onStep?.(contender.label, record)));
    await onRun?.(runs);
  }
  const { panels, axes } = experiment.picture(runs);
  return { runs, figure: lineChart(panels, axes), conclusion: experiment.conclude(runs) };
}
