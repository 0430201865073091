/** Where a run is, and what it tells of its steps and epochs. */
import { defaultGenerator, type GeneratorState } from '../tensor/random.js';
import type { Evaluation } from './evaluate.js';
import { ClassificationMetrics } from './metrics.js';

export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps taken in all, this one included. */
  readonly step: number;
  /** Steps taken in this epoch, this one included, of `stepsPerEpoch`. */
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  readonly lr: number;
  /** Of this batch. */
  readonly loss: number;
  /** Of this batch, 0 to 1; NaN where targets aren't classes. */
  readonly accuracy: number;
  /** Of the epoch so far. */
  readonly runningLoss: number;
  readonly runningAccuracy: number;
  /** Those of one's own, of this batch. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Images in this batch. */
  readonly images: number;
}

export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly lr: number;
  /** Over the training set, while it was learned. */
  readonly loss: number;
  readonly accuracy: number;
  /** Those of one's own, over the training set. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Over the validation set, after the epoch; null without one. */
  readonly validation: Pick<Evaluation, 'loss' | 'accuracy' | 'metrics'> | null;
}

/** Where a run is. */
export interface Progress {
  /** Epochs finished. */
  epoch: number;
  /** Steps taken in the epoch under way. */
  stepInEpoch: number;
  step: number;
  /** Of the epoch under way. */
  metrics: ClassificationMetrics;
  /** The generator when the epoch under way began: its order is drawn from it again. */
  epochGenerator: GeneratorState;
  readonly history: EpochRecord[];
  bestAccuracy: number | null;
  /** Null before the first epoch, as JSON has no infinity. */
  bestLoss: number | null;
  epochsSinceBest: number;
}

/** Of a run that hasn't begun. */
export function newProgress(): Progress {
  return {
    epoch: 0,
    stepInEpoch: 0,
    step: 0,
    metrics: new ClassificationMetrics(),
    epochGenerator: defaultGenerator.getState(),
    history: [],
    bestAccuracy: null,
    bestLoss: null,
    epochsSinceBest: 0,
  };
}

/** Counts a step whose batch has these metrics. */
export function addStep(progress: Progress, batch: ClassificationMetrics): void {
  progress.step++;
  progress.stepInEpoch++;
  progress.metrics.merge(batch);
}

/** Closes the epoch under way, and says whether it's the best so far: by accuracy, or by loss where there is none. */
export function addEpoch(progress: Progress, record: EpochRecord, minDelta: number): boolean {
  const { loss, accuracy } = record.validation ?? record;
  const isLowest = progress.history.every((before) => loss < (before.validation ?? before).loss);
  const isMostAccurate = progress.bestAccuracy === null || accuracy > progress.bestAccuracy;
  const isBest = Number.isNaN(accuracy) ? isLowest : isMostAccurate;
  const improves = progress.bestLoss === null || loss < progress.bestLoss - minDelta;
  if (isBest && !Number.isNaN(accuracy)) progress.bestAccuracy = accuracy;
  if (improves) progress.bestLoss = loss;
  progress.epochsSinceBest = improves ? 0 : progress.epochsSinceBest + 1;
  progress.history.push(record);
  progress.epoch++;
  progress.stepInEpoch = 0;
  progress.metrics = new ClassificationMetrics();
  return isBest;
}
