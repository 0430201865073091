/** The lecture's claims, tried on real data: values only; whoever asks prints or draws them. */
import { entryOf } from '../catalog/names.js';
import type { Checkpoint, StepRecord } from '../training/index.js';
import { type Conditions, contenderOf, type Run, trainContender } from './contenders.js';
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
  /** A contender is about to be trained. */
  onStart?(contender: string): void;
  onStep?(contender: string, record: StepRecord): void;
  /** Called after every batch of a test, with the images tested so far. */
  onValidationBatch?(contender: string, count: number): void;
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

/** What an experiment that was interrupted has left. */
export interface ExperimentSoFar {
  /** Of the contenders that were done. */
  readonly runs: readonly Run[];
  /** Of the one that was under way; null if none was. */
  readonly checkpoint: Checkpoint | null;
}

/** Trains all contenders, one after the other; those that `soFar` has not. */
export async function runExperiment(
  experiment: Experiment,
  conditions: Conditions,
  { onStart, onStep, onValidationBatch, onRun }: ExperimentEvents = {},
  soFar: ExperimentSoFar = { runs: [], checkpoint: null },
): Promise<ExperimentResult> {
  const runs: Run[] = [];
  for (const contender of experiment.contenders) {
    const { label } = contender;
    const done = soFar.runs.find((run) => run.label === label);
    if (done) {
      runs.push(done);
      continue;
    }
    const { checkpoint } = soFar;
    const resume = checkpoint && contenderOf(checkpoint) === label ? checkpoint : undefined;
    const events = {
      onStep: (record: StepRecord) => onStep?.(label, record),
      onValidationBatch: (count: number) => onValidationBatch?.(label, count),
    };
    onStart?.(label);
    runs.push(await trainContender(contender, conditions, events, resume));
    await onRun?.(runs);
  }
  const { panels, axes } = experiment.picture(runs);
  return { runs, figure: lineChart(panels, axes), conclusion: experiment.conclude(runs) };
}
