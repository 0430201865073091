/** Networks that are trained the same way, to be compared. */
import type { Backend } from '../backends/backend.js';
import { testLoader, trainingLoader } from '../catalog/index.js';
import type { Dataset } from '../data/index.js';
import { summary } from '../nn/index.js';
import { SGD } from '../optim/index.js';
import { manualSeed } from '../tensor/random.js';
import {
  type Checkpoint,
  type CheckpointStore,
  type Classifier,
  DivergedError,
  fit,
  InterruptedError,
  type StepRecord,
} from '../training/index.js';

export interface Contender {
  readonly label: string;
  make(inChannels: number): Classifier;
}

export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly seed: number;
}

/** What became of a contender. Losses and accuracies of one that diverged are NaN from then on. */
export interface Run {
  readonly label: string;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Of every step. */
  readonly losses: readonly number[];
  /** Means over the last epoch, while it was trained. */
  readonly trainingLoss: number;
  readonly trainingAccuracy: number;
  readonly testAccuracy: number;
  readonly seconds: number;
}

/** On what contenders are trained, and how. */
export interface Conditions {
  readonly training: Dataset;
  readonly test: Dataset;
  readonly recipe: Recipe;
  /** A new backend for each contender, which is closed behind it. */
  createBackend(): Promise<Backend>;
  /** Where the run under way is saved as `last`: after every epoch, every five minutes, and when it's interrupted. Default: nowhere. */
  readonly checkpoints?: CheckpointStore;
  /** When aborted: the step under way is finished, the run is saved, and an InterruptedError is thrown. */
  readonly signal?: { readonly aborted: boolean };
}

/** To be told how far a contender is. */
export interface ContenderEvents {
  onStep?(record: StepRecord): void;
  onValidationBatch?(count: number): void;
}

/** What a contender's checkpoint keeps beside the run. */
interface Kept {
  readonly contender: string;
  readonly losses: readonly number[];
  readonly seconds: number;
}

const SAVE_MINUTES = 5;

/** Whose run a checkpoint is of. */
export function contenderOf({ about }: Checkpoint): string {
  return String(about.contender);
}

/** Trains one from the recipe's seed: all see the same images in the same order. `resume`: its own, to go on with. */
export async function trainContender(
  { label, make }: Contender,
  { training, test, recipe, createBackend, checkpoints, signal }: Conditions,
  { onStep, onValidationBatch }: ContenderEvents = {},
  resume?: Checkpoint,
): Promise<Run> {
  const { epochs, batchSize, seed, ...rest } = recipe;
  manualSeed(seed);
  const model = make(training.shape[0]);
  const { parameters, multiplyAdds } = summary(model, [1, ...training.shape]);
  const backend = await createBackend();
  const loader = trainingLoader(model, training, batchSize, backend);
  const before = resume?.about as Kept | undefined;
  const losses = [...(before?.losses ?? [])];
  const began = performance.now() - 1000 * (before?.seconds ?? 0);
  const seconds = () => (performance.now() - began) / 1000;
  let last = { loss: Number.NaN, accuracy: Number.NaN, validation: null as { accuracy: number } | null };
  manualSeed(seed);
  try {
    const result = await fit(model.to(backend), new SGD(model.parameters(), rest), loader, {
      epochs,
      validation: testLoader(model, test, backend),
      checkpoints: checkpoints && lastOnly(checkpoints),
      checkpointMinutes: SAVE_MINUTES,
      about: {
        contender: label,
        losses,
        get seconds() {
          return seconds();
        },
      } satisfies Kept,
      resume,
      signal,
      onStep(record) {
        losses.push(record.loss);
        onStep?.(record);
      },
      onValidationBatch,
    });
    if (result.ended === 'interrupted')
      throw new InterruptedError(`${label} was interrupted after step ${result.step}`);
    last = result.epochs[result.epochs.length - 1];
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
  } finally {
    await backend.close();
  }
  return {
    label,
    parameters,
    multiplyAdds,
    losses,
    trainingLoss: last.loss,
    trainingAccuracy: last.accuracy,
    testAccuracy: last.validation?.accuracy ?? Number.NaN,
    seconds: seconds(),
  };
}

/** Nobody asks for the best of a contender. */
function lastOnly(store: CheckpointStore): CheckpointStore {
  return { save: async (name, bytes) => (name === 'last' ? store.save(name, bytes) : undefined) };
}
