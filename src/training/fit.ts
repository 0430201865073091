/** The training loop: steps, with what a long run needs around them. */

import { type Backend, DeviceLostError } from '../backends/backend.js';
import { describeBackend } from '../backends/describe.js';
import type { Dataset } from '../data/dataset.js';
import type { Batch, DataLoader } from '../data/loader.js';
import type { Targets } from '../data/targets.js';
import { kindOf } from '../nn/kind.js';
import { requireOptions } from '../ops/options.js';
import { numel } from '../ops/shape.js';
import { type LRScheduler, ReduceLROnPlateau } from '../optim/lrScheduler.js';
import type { Optimizer } from '../optim/optimizer.js';
import { defaultGenerator } from '../tensor/random.js';
import { encodeCheckpoint, type TrainingState } from './checkpoint.js';
import { type Classifier, type ClassifierOutput, type Evaluation, evaluate, InterruptedError } from './evaluate.js';
import type { FitOptions, FitResult } from './fitOptions.js';
import { ClassificationMetrics } from './metrics.js';
import { endsWithOneImage } from './oneImage.js';
import { pauser } from './pauser.js';
import { addEpoch, addStep, type EpochRecord, newProgress, type Progress } from './progress.js';
import { RankLostError, Ranks, type Share } from './ranks.js';
import { Recovery } from './recovery.js';
import { addGradients, type TrainingStep, update } from './step.js';

/** A loss that isn't a number any more. The last checkpoint is from before. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/**
 * Trains a classifier, or, with a loss for it, a network that gives numbers (such as `{ loss: F.mseLoss }`).
 *
 * A pass that would end with a batch of one image ends before it, if the model has a BatchNorm2d: see `endsWithOneImage`.
 *
 * Throws a DivergedError at the first loss that is NaN or infinite; nothing is saved then. Where the validation fails, or its loss is
 * NaN or infinite, `last` is saved before: a resumed run begins with the validation. Throws if there are no batches.
 */
export async function fit<Output extends ClassifierOutput>(
  model: Classifier<Output>,
  optimizer: Optimizer,
  loader: DataLoader,
  options: FitOptions<Output> = {},
): Promise<FitResult> {
  return new TrainingLoop(model, optimizer, loader, options).fit();
}

/** A batch that the device may still be at: its loss hasn't been read. */
interface PendingBatch extends TrainingStep {
  readonly targets: Targets;
  readonly images: number;
}

/** A step, of which `read` waits for the metrics. */
interface PendingStep {
  readonly lr: number;
  read(): Promise<Share>;
}

class TrainingLoop<Output extends ClassifierOutput> {
  readonly #progress: Progress = newProgress();
  readonly #training: TrainingState;
  readonly #pause = pauser();
  /** Steps that the device may be ahead of what has been read of it. */
  readonly #ahead: number;
  readonly #ranks: Ranks;
  readonly #batchesPerEpoch: number;
  readonly #stepsPerEpoch: number;
  #recovery: Recovery | null = null;
  #validation: Evaluation | null = null;
  /** When `last` was saved, or the run began. */
  #saved = performance.now();

  constructor(
    private readonly model: Classifier<Output>,
    private readonly optimizer: Optimizer,
    private readonly loader: DataLoader,
    private readonly options: FitOptions<Output>,
  ) {
    requireOptions('fit', options, {
      epochs: true,
      accumulate: true,
      processGroup: true,
      loss: true,
      maxGradNorm: true,
      validation: true,
      metrics: true,
      scheduler: true,
      schedulerEvery: true,
      earlyStopping: true,
      checkpoints: true,
      checkpointEvery: true,
      checkpointMinutes: true,
      about: true,
      resume: true,
      signal: true,
      onStep: true,
      onEpoch: true,
      onValidationBatch: true,
      maxRecoveries: true,
      onDeviceLost: true,
    });
    requireOptions('fit: earlyStopping', options.earlyStopping, { patience: true, minDelta: true });
    if (typeof loader?.batches !== 'function') throw notA('a DataLoader to train on', loader);
    const { validation, resume } = options;
    if (validation && !(Symbol.asyncIterator in validation)) throw notA('batches for the validation', validation);
    if (resume && typeof resume.restore !== 'function') throw notA('a Checkpoint to resume', resume);
    const { scheduler = null, about = {}, accumulate = 1, processGroup } = options;
    if (!Number.isInteger(accumulate) || accumulate < 1) {
      throw new RangeError(`fit: accumulate must be a whole number of batches ≥ 1, but is ${accumulate}`);
    }
    this.#ranks = new Ranks(processGroup, options.signal);
    if (this.#ranks.areSeveral && !loader.sampler) {
      throw new TypeError('fit: all ranks would train on the same images: the loader needs a DistributedSampler');
    }
    this.#training = { model, optimizer, scheduler, progress: this.#progress, about, ranks: this.#ranks.size };
    const looksAtLoss = this.#stepsEvery('step') instanceof ReduceLROnPlateau; // and can't wait for it
    this.#ahead = this.#backend?.ready && !looksAtLoss && !this.#ranks.areSeveral ? 2 : 0;
    const { images, batchSize, length } = loader;
    const hasRest = length > images / batchSize;
    this.#batchesPerEpoch = hasRest && endsWithOneImage(model, images, batchSize) ? length - 1 : length;
    this.#stepsPerEpoch = Math.ceil(this.#batchesPerEpoch / accumulate);
    requireBatches('to train on', length);
    // A rank may have no share of a few images.
    const needsOwn = validation && 'length' in validation && !this.#ranks.areSeveral;
    if (needsOwn) requireBatches('for the validation', Number(validation.length));
  }

  async fit(): Promise<FitResult> {
    const { epochs = 1, earlyStopping, resume } = this.options;
    const progress = this.#progress;
    resume?.restore(this.#training);
    await this.#beginTogether();
    this.model.train();
    // One rank alone can't go back.
    if (this.#backend?.recover && !this.#ranks.areSeveral)
      this.#recovery = await Recovery.from(this.#training, this.#backend, this.options);
    while (progress.epoch < epochs && !(earlyStopping && progress.epochsSinceBest >= earlyStopping.patience)) {
      try {
        if (!(await this.#runEpoch())) return this.#result('interrupted');
        // Several ranks agree on it in their next step.
        const isAborted = !this.#ranks.areSeveral && this.options.signal?.aborted;
        if (isAborted && progress.epoch < epochs) return this.#result('interrupted');
      } catch (error) {
        if (error instanceof InterruptedError) return this.#result('interrupted');
        if (!this.#recovery || !(error instanceof DeviceLostError)) throw error;
        await this.#recovery.restore(error);
      }
    }
    return this.#result(progress.epoch < epochs ? 'stopped early' : 'finished');
  }

  /** With other ranks: all have the same to do, and the same weights. After a resume with another number of ranks, a step takes another
   *  number of images, and the epoch goes on where as many have been seen. */
  async #beginTogether(): Promise<void> {
    const { options, loader, optimizer, model } = this;
    const { size } = this.#ranks;
    const before = options.resume?.ranks ?? size;
    if (before !== size) {
      const seen = Math.floor((this.#progress.stepInEpoch * before) / size);
      this.#progress.stepInEpoch = Math.min(seen, this.#stepsPerEpoch - 1);
    }
    if (!this.#ranks.areSeveral) return;
    const { label: _, adapter: __, threads: ___, ...backend } = describeBackend(this.#backend!);
    await this.#ranks.begin(model, {
      'the model': model.namedParameters().map(([key, { shape, dtype }]) => [key, shape, dtype]),
      'the optimizer': [kindOf(optimizer), optimizer.stateDict().groups, optimizer.stateDict().steps],
      'the options of fit': [options.epochs, options.accumulate, options.maxGradNorm, this.#progress.step],
      'the training images': await imprintOf(loader.dataset),
      'the batch size': [loader.batchSize, loader.length],
      'the backend': backend,
    });
  }

  get #backend(): Backend | undefined {
    return this.optimizer.parameters()[0]?.backend as Backend | undefined;
  }

  /** The scheduler, if that is when it steps. */
  #stepsEvery(when: 'epoch' | 'step'): LRScheduler | ReduceLROnPlateau | null {
    const { scheduler = null, schedulerEvery = 'epoch' } = this.options;
    return schedulerEvery === when ? scheduler : null;
  }

  #result(ended: FitResult['ended']): FitResult {
    const { history, step } = this.#progress;
    return { ended, epochs: history, step, validation: this.#validation };
  }

  async #save(name: 'last' | 'best'): Promise<void> {
    const { checkpoints } = this.options;
    if (checkpoints && this.#ranks.isFirst) await checkpoints.save(name, await encodeCheckpoint(this.#training));
    if (name === 'last') this.#saved = performance.now();
  }

  /** Whether so much time has passed that `last` should be saved. */
  #isTimeToSave(): boolean {
    const { checkpointMinutes = Number.POSITIVE_INFINITY } = this.options;
    return performance.now() - this.#saved >= 60_000 * checkpointMinutes;
  }

  /** An epoch, and what follows it. False: it was interrupted, and `last` is saved. */
  async #runEpoch(): Promise<boolean> {
    if (!(await this.#trainEpoch())) return false;
    const { epoch, step, metrics } = this.#progress;
    const { loss, accuracy, own } = metrics;
    if (metrics.count === 0) throw new RangeError(`fit: all labels of epoch ${epoch + 1} are ignored`);
    const validation = await this.#validate();
    this.#validation = validation;
    const lr = this.optimizer.paramGroups[0].lr;
    stepScheduler(this.#stepsEvery('epoch'), validation?.loss ?? loss);
    const validated = validation && {
      loss: validation.loss,
      accuracy: validation.accuracy,
      metrics: validation.metrics,
    };
    const record: EpochRecord = { epoch: epoch + 1, step, lr, loss, accuracy, metrics: own, validation: validated };
    const isBest = addEpoch(this.#progress, record, this.options.earlyStopping?.minDelta ?? 0);
    await this.#save('last');
    if (isBest) await this.#save('best');
    await this.#recovery?.take();
    await this.options.onEpoch?.(record);
    return true;
  }

  /** One pass over the training set, or what is left of it. False: it was interrupted, and `last` is saved. */
  async #trainEpoch(): Promise<boolean> {
    const { checkpointEvery, signal, accumulate = 1 } = this.options;
    const progress = this.#progress;
    const ranks = this.#ranks;
    this.loader.sampler?.setEpoch?.(progress.epoch);
    // A resumed epoch draws the same order again, skips what it has seen, and goes on with the generator as it was.
    const skip = progress.stepInEpoch * accumulate;
    const resumed = skip > 0 ? defaultGenerator.getState() : null;
    if (resumed) defaultGenerator.setState(progress.epochGenerator);
    else progress.epochGenerator = defaultGenerator.getState();
    const batches = this.loader.batches({ skip, end: this.#batchesPerEpoch });
    let next = await batches.next();
    if (resumed) defaultGenerator.setState(resumed);

    const pending: PendingStep[] = [];
    const note = async (left: number) => {
      while (pending.length > left) await this.#note(pending.shift()!);
    };
    for (; !next.done; next = await batches.next()) {
      const number = progress.stepInEpoch + pending.length;
      const isLast = number + 1 === this.#stepsPerEpoch;
      const lr = this.optimizer.paramGroups[0].lr;
      const step = await this.#step(next.value, batches, number);
      const scheduler = this.#stepsEvery('step');
      if (!(scheduler instanceof ReduceLROnPlateau)) scheduler?.step();
      pending.push({ lr, read: step.read });

      const taken = progress.step + pending.length;
      // Several ranks have agreed on both; else they may have become true while the step was taken.
      const isTime = step.agreed?.isDue ?? this.#isTimeToSave();
      const isDue = (checkpointEvery !== undefined && taken % checkpointEvery === 0) || isTime;
      const isAborted = step.agreed?.isAborted ?? signal?.aborted ?? false;
      await note(isLast || isDue || isAborted ? 0 : this.#ahead);
      await this.#pause();
      if (isLast) continue;
      if (isAborted || (!ranks.areSeveral && signal?.aborted)) {
        await note(0);
        await batches.return();
        await this.#save('last');
        return false;
      }
      if (isDue) {
        await this.#save('last');
        await this.#recovery?.take();
      }
    }
    return true;
  }

  /** Step `number` of the epoch: the gradients of `accumulate` batches, of which `first` is the first, added up, and an update. */
  async #step(
    first: Batch,
    batches: AsyncIterator<Batch>,
    number: number,
  ): Promise<{ agreed: Share | null; read: () => Promise<Share> }> {
    const { accumulate = 1 } = this.options;
    const { batchSize, images } = this.loader;
    const count = Math.min(accumulate, this.#batchesPerEpoch - number * accumulate);
    const total = Math.min(count * batchSize, images - number * accumulate * batchSize);
    const undo = this.#ranks.areSeveral ? this.#remember() : null;
    const parts: PendingBatch[] = [];
    this.optimizer.zeroGrad();
    for (let k = 0; k < count; k++) {
      const [x, targets] = k === 0 ? first : ((await batches.next()).value as Batch);
      const share = count === 1 ? 1 : x.shape[0] / total;
      const begun = this.#ranks.withOwnGenerator(() => addGradients(this.model, [x, targets], this.options, share));
      parts.push({ ...begun, targets, images: x.shape[0] });
    }
    const read = () => this.#read(parts);
    if (!undo) {
      update(this.optimizer, this.options);
      return { agreed: null, read };
    }
    try {
      // All that the ranks say to each other comes before the update: where one is lost, the others are as they were before the step.
      const agreed = await this.#ranks.add(await read(), this.options.metrics);
      await this.#ranks.averageGradients(this.optimizer.parameters());
      update(this.optimizer, this.options);
      undo.forget();
      return { agreed, read: async () => agreed };
    } catch (error) {
      if (error instanceof RankLostError) {
        undo.restore();
        await this.#save('last');
      }
      throw error;
    }
  }

  /** What forward changes: running statistics and the generator. */
  #remember(): { forget(): void; restore(): void } {
    const generator = defaultGenerator.getState();
    const buffers = this.model.buffers().map(({ storage }) => [storage, storage.copy()] as const);
    const forget = () => {
      for (const [, copy] of buffers) copy.release();
    };
    return {
      forget,
      restore() {
        defaultGenerator.setState(generator);
        for (const [storage, copy] of buffers) storage.copyFrom(copy);
        forget();
      },
    };
  }

  /** Reads what the batches of a step have left. */
  async #read(parts: readonly PendingBatch[]): Promise<Share> {
    const metrics = new ClassificationMetrics();
    let images = 0;
    for (const part of parts) {
      const { scores, loss, targets } = part;
      const seen = { loss: await loss.item(), outputs: await scores.data(), targets, images: part.images };
      metrics.merge(ClassificationMetrics.of(seen, this.options.metrics));
      images += part.images;
      scores.release();
      loss.release();
    }
    return { metrics, images, isAborted: this.options.signal?.aborted ?? false, isDue: this.#isTimeToSave() };
  }

  /** Counts a step, and tells of it. */
  async #note({ lr, read }: PendingStep): Promise<void> {
    const progress = this.#progress;
    const { metrics: batch, images } = await read();
    if (!Number.isFinite(batch.loss)) {
      const where = `epoch ${progress.epoch + 1}, step ${progress.stepInEpoch + 1}`;
      throw new DivergedError(`fit: the loss is ${batch.loss} at ${where} (lr ${lr}); try a smaller lr or maxGradNorm`);
    }
    addStep(progress, batch);
    const scheduler = this.#stepsEvery('step');
    if (scheduler instanceof ReduceLROnPlateau) scheduler.step(batch.loss);
    if (this.#recovery?.isRepeating(progress.step)) return;
    await this.options.onStep?.({
      epoch: progress.epoch + 1,
      step: progress.step,
      stepInEpoch: progress.stepInEpoch,
      stepsPerEpoch: this.#stepsPerEpoch,
      lr,
      loss: batch.loss,
      accuracy: batch.accuracy,
      runningLoss: progress.metrics.loss,
      runningAccuracy: progress.metrics.accuracy,
      metrics: batch.own,
      images,
    });
  }

  /** Where it fails, or is interrupted, `last` is saved before the error is thrown, so that the epoch isn't lost: a resumed run begins
   *  with the whole validation. */
  async #validate(): Promise<Evaluation | null> {
    const { validation, loss, metrics, signal, processGroup, onValidationBatch: onBatch } = this.options;
    if (!validation) return null;
    if (this.#isTimeToSave()) await this.#save('last');
    const generator = defaultGenerator.getState(); // a pass over the validation set draws from it
    try {
      await this.#ranks.shareBuffers(this.model);
      const evaluation = await evaluate(this.model, validation, { loss, metrics, signal, onBatch, processGroup });
      if (Number.isFinite(evaluation.loss)) return evaluation;
      const epoch = this.#progress.epoch + 1;
      throw new DivergedError(`fit: the validation loss is ${evaluation.loss} after epoch ${epoch}`);
    } catch (error) {
      if (error instanceof DeviceLostError) throw error; // nothing can be read of it
      defaultGenerator.setState(generator);
      await this.#save('last');
      throw error;
    }
  }
}

function notA(what: string, given: unknown): TypeError {
  const hint = given instanceof Promise ? 'a promise: is an await missing?' : String(given);
  return new TypeError(`fit: it needs ${what}, but is given ${hint}`);
}

/** Of a dataset: its size, its classes, its labels, and, where reading an image again gives the same, some of its images. */
async function imprintOf(dataset: Dataset): Promise<unknown> {
  const { length, shape, classes } = dataset;
  const labels = dataset.label && Array.from({ length }, (_, index) => dataset.label!(index));
  const image = new Float32Array(numel(shape));
  const images: number[][] = [];
  if (dataset.repeatable) {
    for (let k = 0; k < Math.min(length, 8); k++) {
      await dataset.read(Math.floor((k * length) / 8), image, 0, 0);
      images.push([...image]);
    }
    dataset.endPass?.();
  }
  return [length, shape, classes, labels, images];
}

function requireBatches(what: string, batches: number): void {
  if (batches < 1) {
    throw new RangeError(`fit: there are no batches ${what}: with dropLast, the data set has fewer images than one`);
  }
}

function stepScheduler(scheduler: LRScheduler | ReduceLROnPlateau | null, loss: number): void {
  if (scheduler instanceof ReduceLROnPlateau) scheduler.step(loss);
  else scheduler?.step();
}
