/** The training loop: forward, backward, step; with what a long run needs around it. */
import { type Backend, DeviceLostError } from '../backends/backend.js';
import type { Batch, DataLoader } from '../data/loader.js';
import { clipGradNorm } from '../optim/clipGradNorm.js';
import { type LRScheduler, ReduceLROnPlateau } from '../optim/lrScheduler.js';
import type { Optimizer } from '../optim/optimizer.js';
import { defaultGenerator } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Checkpoint, type CheckpointStore, encodeCheckpoint, type Progress } from './checkpoint.js';
import {
  type Classifier,
  type ClassifierOutput,
  defaultLoss,
  type Evaluation,
  evaluate,
  InterruptedError,
  type LossFunction,
  scoresOf,
} from './evaluate.js';
import { ClassificationMetrics } from './metrics.js';
import { pauser } from './pauser.js';
import { Recovery } from './recovery.js';

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
  /** Of this batch, 0 to 1. */
  readonly accuracy: number;
  /** Of the epoch so far. */
  readonly runningLoss: number;
  readonly runningAccuracy: number;
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
  /** Over the validation set, after the epoch; null without one. */
  readonly validation: { readonly loss: number; readonly accuracy: number } | null;
}

export interface FitOptions<Output extends ClassifierOutput = Tensor> {
  /** Passes over the training set, those before a resume included. Default 1. */
  epochs?: number;
  /** The mean loss of a batch. Default: cross-entropy. */
  loss?: LossFunction<Output>;
  /** Evaluated after every epoch. */
  validation?: AsyncIterable<Batch>;
  /** Steps the learning rate. ReduceLROnPlateau is given the validation loss, or without one the training loss. */
  scheduler?: LRScheduler | ReduceLROnPlateau;
  /** When the scheduler steps. Default 'epoch'. */
  schedulerEvery?: 'epoch' | 'step';
  /** Longest gradient allowed. Default: no limit. */
  maxGradNorm?: number;
  /** Stop after `patience` epochs in which the validation (or training) loss didn't fall by more than `minDelta` (0). */
  earlyStopping?: { patience: number; minDelta?: number };
  /** Where `last` (after every epoch and on interruption) and `best` (of the validation accuracy) are saved. */
  checkpoints?: CheckpointStore;
  /** Save `last` after so many steps too. Default: after epochs only. */
  checkpointEvery?: number;
  /** Kept in every checkpoint: what is needed to build the model and the loaders again. */
  about?: Readonly<Record<string, unknown>>;
  /** Go on from here, bit for bit as if never interrupted. Model, optimizer and loaders must be made as before. */
  resume?: Checkpoint;
  /** How often a lost device (WebGPU) is replaced before the error is thrown. Default 3. */
  maxRecoveries?: number;
  /** Called when training goes on from `step` on a fresh device, since the last one was lost. */
  onDeviceLost?: (error: DeviceLostError, step: number) => void;
  /** When aborted: the step, or the batch of the validation, is finished, `last` is saved, and fit returns. */
  signal?: { readonly aborted: boolean };
  /** Called after every step and every epoch; a promise is waited for. */
  onStep?: (record: StepRecord) => void | Promise<void>;
  onEpoch?: (record: EpochRecord) => void | Promise<void>;
}

export interface FitResult {
  /** Why it ended. */
  readonly ended: 'finished' | 'stopped early' | 'interrupted';
  readonly epochs: readonly EpochRecord[];
  readonly step: number;
  /** Of the last epoch that was trained now; null if there was none, or no validation set. */
  readonly validation: Evaluation | null;
}

/** A step that the device may still be at. */
interface Step {
  readonly scores: Tensor;
  readonly loss: Tensor;
  readonly labels: Int32Array;
  readonly lr: number;
}

/** A loss that isn't a number any more. The last checkpoint is from before. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/**
 * Trains a classifier.
 *
 * Throws a DivergedError at the first loss, or validation loss, that is NaN or infinite; nothing is saved then.
 */
export async function fit<Output extends ClassifierOutput>(
  model: Classifier<Output>,
  optimizer: Optimizer,
  loader: DataLoader,
  options: FitOptions<Output> = {},
): Promise<FitResult> {
  const { epochs = 1, loss: lossOf = defaultLoss, scheduler, schedulerEvery = 'epoch', checkpoints } = options;
  const progress: Progress = {
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
  const training = { model, optimizer, scheduler: scheduler ?? null, progress, about: options.about ?? {} };
  const save = async (name: 'last' | 'best') => checkpoints?.save(name, await encodeCheckpoint(training));
  let validation: Evaluation | null = null;
  const result = (ended: FitResult['ended']): FitResult => {
    return { ended, epochs: progress.history, step: progress.step, validation };
  };
  const isPatienceOver = () =>
    options.earlyStopping !== undefined && progress.epochsSinceBest >= options.earlyStopping.patience;

  options.resume?.restore(training);
  model.train();
  const pause = pauser();
  const backend = optimizer.parameters()[0]?.backend as Backend | undefined;
  const recovery = backend?.recover ? await Recovery.from(training, backend, options) : null;
  /** Steps that the device may be ahead of what has been read of it. A scheduler that looks at the loss can't wait. */
  const ahead = backend?.ready && !(scheduler instanceof ReduceLROnPlateau && schedulerEvery === 'step') ? 2 : 0;

  const note = async ({ scores, loss, labels, lr }: Step): Promise<void> => {
    const batch = new ClassificationMetrics();
    batch.add(await loss.item(), await scores.data(), labels);
    scores.release();
    loss.release();
    progress.step++;
    progress.stepInEpoch++;
    if (!Number.isFinite(batch.loss)) {
      const where = `epoch ${progress.epoch + 1}, step ${progress.stepInEpoch}`;
      throw new DivergedError(`fit: the loss is ${batch.loss} at ${where} (lr ${lr}); try a smaller lr or maxGradNorm`);
    }
    progress.metrics.merge(batch);
    if (scheduler && schedulerEvery === 'step' && scheduler instanceof ReduceLROnPlateau) scheduler.step(batch.loss);
    if (recovery?.isRepeating(progress.step)) return;
    await options.onStep?.({
      epoch: progress.epoch + 1,
      step: progress.step,
      stepInEpoch: progress.stepInEpoch,
      stepsPerEpoch: loader.length,
      lr,
      loss: batch.loss,
      accuracy: batch.accuracy,
      runningLoss: progress.metrics.loss,
      runningAccuracy: progress.metrics.accuracy,
      images: labels.length,
    });
  };

  /** One pass over the training set, or what is left of it. False: it was interrupted, and `last` is saved. */
  const trainEpoch = async (): Promise<boolean> => {
    // A resumed epoch draws the same order again, skips what it has seen, and goes on with the generator as it was.
    const skip = progress.stepInEpoch;
    const resumed = skip > 0 ? defaultGenerator.getState() : null;
    if (resumed) defaultGenerator.setState(progress.epochGenerator);
    else progress.epochGenerator = defaultGenerator.getState();
    const batches = loader.batches({ skip });
    const steps: Step[] = []; // taken, and not noted yet
    let next = await batches.next();
    if (resumed) defaultGenerator.setState(resumed);

    for (; !next.done; next = await batches.next()) {
      const [x, labels] = next.value;
      const output = model.forward(x);
      const scores = scoresOf(output).retain();
      const loss = lossOf(output, labels);
      optimizer.zeroGrad();
      loss.backward();
      if (options.maxGradNorm !== undefined) clipGradNorm(optimizer.parameters(), options.maxGradNorm);
      const lr = optimizer.paramGroups[0].lr;
      optimizer.step();
      if (scheduler && schedulerEvery === 'step' && !(scheduler instanceof ReduceLROnPlateau)) scheduler.step();
      steps.push({ scores, loss, labels, lr });

      const taken = progress.step + steps.length;
      const isLast = progress.stepInEpoch + steps.length === loader.length;
      const isDue = options.checkpointEvery !== undefined && taken % options.checkpointEvery === 0;
      const isAborted = options.signal?.aborted ?? false;
      const all = isLast || isDue || isAborted;
      while (steps.length > (all ? 0 : ahead)) await note(steps.shift()!);
      await pause();
      if (isLast) continue;
      if (isAborted || options.signal?.aborted) {
        for (const step of steps.splice(0)) await note(step);
        await batches.return();
        await save('last');
        return false;
      }
      if (isDue) {
        await save('last');
        await recovery?.take();
      }
    }
    return true;
  };

  /** Throws an InterruptedError if it was interrupted. `last` is saved then: a resumed run begins with the whole validation. */
  const validate = async (): Promise<Evaluation | null> => {
    const generator = defaultGenerator.getState(); // a pass over the validation set draws from it
    const { signal } = options;
    try {
      return options.validation ? await evaluate(model, options.validation, { loss: lossOf, signal }) : null;
    } catch (error) {
      if (error instanceof InterruptedError) {
        defaultGenerator.setState(generator);
        await save('last');
      }
      throw error;
    }
  };

  /** An epoch, and what follows it. False: it was interrupted. */
  const runEpoch = async (): Promise<boolean> => {
    if (!(await trainEpoch())) return false;
    const { loss, accuracy } = progress.metrics;
    validation = await validate();
    if (validation && !Number.isFinite(validation.loss)) {
      throw new DivergedError(`fit: the validation loss is ${validation.loss} after epoch ${progress.epoch + 1}`);
    }
    const lr = optimizer.paramGroups[0].lr;
    if (scheduler && schedulerEvery === 'epoch') stepScheduler(scheduler, validation?.loss ?? loss);
    const record: EpochRecord = {
      epoch: progress.epoch + 1,
      step: progress.step,
      lr,
      loss,
      accuracy,
      validation: validation && { loss: validation.loss, accuracy: validation.accuracy },
    };
    const isBest = noteEpoch(progress, record, options.earlyStopping?.minDelta ?? 0);
    await save('last');
    if (isBest) await save('best');
    await recovery?.take();
    await options.onEpoch?.(record);
    return !options.signal?.aborted || progress.epoch >= epochs;
  };

  while (progress.epoch < epochs && !isPatienceOver()) {
    try {
      if (!(await runEpoch())) return result('interrupted');
    } catch (error) {
      if (error instanceof InterruptedError) return result('interrupted');
      if (!recovery || !(error instanceof DeviceLostError)) throw error;
      await recovery.restore(error);
    }
  }
  return result(progress.epoch < epochs ? 'stopped early' : 'finished');
}

function stepScheduler(scheduler: LRScheduler | ReduceLROnPlateau, loss: number): void {
  if (scheduler instanceof ReduceLROnPlateau) scheduler.step(loss);
  else scheduler.step();
}

/** Closes the epoch in `progress`, and says whether it's the best so far by accuracy. */
function noteEpoch(progress: Progress, record: EpochRecord, minDelta: number): boolean {
  const { loss, accuracy } = record.validation ?? record;
  const isBest = progress.bestAccuracy === null || accuracy > progress.bestAccuracy;
  const improves = progress.bestLoss === null || loss < progress.bestLoss - minDelta;
  if (isBest) progress.bestAccuracy = accuracy;
  if (improves) progress.bestLoss = loss;
  progress.epochsSinceBest = improves ? 0 : progress.epochsSinceBest + 1;
  progress.history.push(record);
  progress.epoch++;
  progress.stepInEpoch = 0;
  progress.metrics = new ClassificationMetrics();
  return isBest;
}
