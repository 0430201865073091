/** Networks that are trained the same way, to be compared. */
import type { Backend } from '../../backends/backend.js';
import { DataLoader, type ImageDataset } from '../../data/index.js';
import { summary } from '../../nn/index.js';
import { SGD } from '../../optim/index.js';
import { manualSeed } from '../../tensor/random.js';
import { type Classifier, DivergedError, fit } from '../../training/index.js';
import { testBatchSize, trainingLoader } from '../datasets.js';
import { TrainingProgress } from '../progress.js';

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

/** Trains one from the recipe's seed: all see the same images in the same order. */
export async function trainContender(
  { label, make }: Contender,
  [training, test]: readonly [ImageDataset, ImageDataset],
  recipe: Recipe,
  newBackend: () => Promise<Backend>,
): Promise<Run> {
  const { epochs, batchSize, seed, ...rest } = recipe;
  manualSeed(seed);
  const model = make(training.shape[0]);
  const { parameters, multiplyAdds } = summary(model, [1, ...training.shape]);
  const backend = await newBackend();
  const validation = new DataLoader(test, { batchSize: testBatchSize(model, test), backend });
  const loader = trainingLoader(model, training, batchSize, backend);
  const losses: number[] = [];
  const progress = new TrainingProgress(epochs, label);
  const began = performance.now();
  let last = { loss: Number.NaN, accuracy: Number.NaN, validation: null as { accuracy: number } | null };
  manualSeed(seed);
  try {
    const result = await fit(model.to(backend), new SGD(model.parameters(), rest), loader, {
      epochs,
      validation,
      onStep(record) {
        losses.push(record.loss);
        progress.step(record);
      },
    });
    last = result.epochs[result.epochs.length - 1];
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
  } finally {
    progress.stop();
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
