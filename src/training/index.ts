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
export { DivergedError, type EpochRecord, type FitOptions, type FitResult, fit, type StepRecord } from './fit.js';
export { argmax, ClassificationMetrics, type ConfusionMatrix } from './metrics.js';
