/** One step of training. Whoever trains, measures or compares takes it from here. */
import type { Batch } from '../data/loader.js';
import { clipGradNorm } from '../optim/clipGradNorm.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Classifier, type ClassifierOutput, defaultLoss, type LossFunction, scoresOf } from './evaluate.js';

export interface TrainingStepOptions<Output extends ClassifierOutput = Tensor> {
  /** The mean loss of a batch. Default: cross-entropy. */
  loss?: LossFunction<Output>;
  /** Longest gradient allowed, by the norm over all parameters. Default: no limit. */
  maxGradNorm?: number;
}

/** What a step leaves. Both tensors stay until they are released. */
export interface TrainingStep {
  /** What the network gave, before the update: (N, C) for classes. */
  readonly scores: Tensor;
  /** One number, before the update. */
  readonly loss: Tensor;
}

/**
 * Forward, loss, `zeroGrad`, backward, clip, `optimizer.step()`: PyTorch's order. It waits for nothing: a GPU may still be
 * at it when the function returns, and reading the loss waits for it.
 *
 * @example
 * const { scores, loss } = trainingStep(model, optimizer, [x, labels]);
 * console.log(await loss.item());
 * scores.release();
 */
export function trainingStep<Output extends ClassifierOutput>(
  model: Classifier<Output>,
  optimizer: Optimizer,
  [x, labels]: Batch,
  options: TrainingStepOptions<Output> = {},
): TrainingStep {
  const { loss: lossOf = defaultLoss, maxGradNorm } = options;
  const output = model.forward(x);
  const scores = scoresOf(output).retain();
  const loss = lossOf(output, labels);
  optimizer.zeroGrad();
  loss.backward();
  if (maxGradNorm !== undefined) clipGradNorm(optimizer.parameters(), maxGradNorm);
  optimizer.step();
  return { scores, loss };
}
