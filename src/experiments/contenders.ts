/** Networks that are trained the same way, to be compared. */
import type { Backend } from '../backends/backend.js';
import { testLoader, trainingLoader } from '../catalog/index.js';
import type { Dataset } from '../data/index.js';
import { summary } from '../nn/index.js';
import { SGD } from '../optim/index.js';
import { manualSeed } from '../tensor/random.js';
import { type Classifier, DivergedError, fit, type StepRecord } from '../training/index.js';

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
}

/** Trains one from the recipe's seed: all see the same images in the same order. */
export async function trainContender(
  { label, make }: Contender,
  { training, test, recipe, createBackend }: Conditions,
  onStep?: (record: StepRecord) => void,
): Promise<Run> {
  const { epochs, batchSize, seed, ...rest } = recipe;
  manualSeed(seed);
  const model = make(training.shape[0]);
  const { parameters, multiplyAdds } = summary(model, [1, ...training.shape]);
  const backend = await createBackend();
  const loader = trainingLoader(model, training, batchSize, backend);
  const losses: number[] = [];
  const began = performance.now();
  let last = { loss: Number.NaN, accuracy: Number.NaN, validation: null as { accuracy: number } | null };
  manualSeed(seed);
  try {
    const result = await fit(model.to(backend), new SGD(model.parameters(), rest), loader, {
      epochs,
      validation: testLoader(model, test, backend),
      onStep(record) {
        losses.push(record.loss);
        onStep?.(record);
      },
    });
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
    seconds: (performance.now() - began) / 1000,
  };
}
