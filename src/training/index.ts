/** Training and evaluating classifiers. */
export { Checkpoint, type CheckpointStore, encodeCheckpoint, type TrainingState } from './checkpoint.js';
export {
  type Classifier,
  type ClassifierOutput,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  InterruptedError,
  type LossFunction,
  scoresOf,
} from './evaluate.js';
export { DivergedError, fit } from './fit.js';
export type { FitOptions, FitResult } from './fitOptions.js';
export { argmax, ClassificationMetrics, type ConfusionMatrix, type Metric } from './metrics.js';
export { endsWithOneImage } from './oneImage.js';
export type { EpochRecord, StepRecord } from './progress.js';
export { RankLostError } from './ranks.js';
export { type TrainingStep, type TrainingStepOptions, trainingStep } from './step.js';
