/** What a run of training is told, and what it gives. */
import type { Batch } from '../data/loader.js';
import type { ProcessGroup } from '../distributed/processGroup.js';
import type { LRScheduler, ReduceLROnPlateau } from '../optim/lrScheduler.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Checkpoint, CheckpointStore } from './checkpoint.js';
import type { ClassifierOutput, Evaluation } from './evaluate.js';
import type { Metric } from './metrics.js';
import type { EpochRecord, StepRecord } from './progress.js';
import type { RecoveryOptions } from './recovery.js';
import type { TrainingStepOptions } from './step.js';

export interface FitOptions<Output extends ClassifierOutput = Tensor>
  extends TrainingStepOptions<Output>,
    RecoveryOptions {
  /** Passes over the training set, those before a resume included. Default 1. */
  epochs?: number;
  /** Batches a step: their gradients are added up, as those of one batch that is so many times as large. Batch normalisation goes on
   *  taking each for itself. Default 1. */
  accumulate?: number;
  /**
   * Ranks that train together, as `initProcessGroup` gives them: all call `fit` alike, with rank 0's weights, and a loader whose sampler
   * is a `DistributedSampler`. A step takes a batch of each, and its loss and metrics are those of all. Rank 0 alone saves.
   */
  processGroup?: ProcessGroup;
  /** Metrics of one's own, by their names: of every step, epoch and validation. */
  metrics?: Readonly<Record<string, Metric>>;
  /** Evaluated after every epoch. */
  validation?: AsyncIterable<Batch>;
  /** Steps the learning rate. ReduceLROnPlateau is given the validation loss, or without one the training loss. */
  scheduler?: LRScheduler | ReduceLROnPlateau;
  /** When the scheduler steps. Default 'epoch'. */
  schedulerEvery?: 'epoch' | 'step';
  /** Stop after `patience` epochs in which the validation (or training) loss didn't fall by more than `minDelta` (0). */
  earlyStopping?: { patience: number; minDelta?: number };
  /** Where `last` (after every epoch and on interruption) and `best` are saved: the best
   *  accuracy in validation (without one: in training), or the lowest loss where targets aren't classes. */
  checkpoints?: CheckpointStore;
  /** Save `last` after so many steps too. Default: after epochs only. */
  checkpointEvery?: number;
  /** Save `last` too when so many minutes have passed since it was saved: after the step under way, and before a validation. Default:
   *  never. */
  checkpointMinutes?: number;
  /** Kept in every checkpoint: what is needed to build the model and the loaders again. */
  about?: Readonly<Record<string, unknown>>;
  /** Go on from here, bit for bit as if never interrupted. Model, optimizer and loaders must be made as before. */
  resume?: Checkpoint;
  /** When aborted: the step, or the batch of the validation, is finished, `last` is saved, and fit returns. */
  signal?: { readonly aborted: boolean };
  /** Called after every step and every epoch; a promise is waited for. */
  onStep?: (record: StepRecord) => void | Promise<void>;
  onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** Called after every batch of a validation with the images evaluated so far. */
  onValidationBatch?: (count: number) => void;
}

export interface FitResult {
  /** Why it ended. */
  readonly ended: 'finished' | 'stopped early' | 'interrupted';
  readonly epochs: readonly EpochRecord[];
  readonly step: number;
  /** Of the last epoch that was trained now; null if there was none, or no validation set. */
  readonly validation: Evaluation | null;
}
