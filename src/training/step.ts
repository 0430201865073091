/** One step of training. Whoever trains, measures or compares takes it from here. */
import type { Batch } from '../data/loader.js';
import { clipGradNorm } from '../optim/clipGradNorm.js';
import type { Optimizer } from '../optim/optimizer.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { newArray } from '../tensor/tensorBackend.js';
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
 * `zeroGrad`, forward, loss, backward, clip, `optimizer.step()`: PyTorch's order. It waits for nothing: a GPU may still be
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
  batch: Batch,
  options: TrainingStepOptions<Output> = {},
): TrainingStep {
  optimizer.zeroGrad();
  const step = addGradients(model, batch, options);
  update(optimizer, options);
  return step;
}

/** The first half of a step: forward, loss, and backward, which adds to the gradients that are there. `share` is what the batch's mean
 *  loss counts for in a step of several batches. */
export function addGradients<Output extends ClassifierOutput>(
  model: Classifier<Output>,
  [x, labels]: Batch,
  { loss: lossOf = defaultLoss }: TrainingStepOptions<Output>,
  share = 1,
): TrainingStep {
  const output = model.forward(x);
  const scores = scoresOf(output).retain();
  const loss = lossOf(output, labels);
  if (share === 1) loss.backward();
  else {
    const { backend, dtype, shape } = loss;
    using gradient = new Tensor(Storage.of(backend, dtype, newArray(dtype, 1).fill(share)), shape);
    loss.backward(gradient);
  }
  return { scores, loss };
}

/** The second half: clip, and `optimizer.step()`. */
export function update(optimizer: Optimizer, { maxGradNorm }: Pick<TrainingStepOptions, 'maxGradNorm'>): void {
  if (maxGradNorm !== undefined) clipGradNorm(optimizer.parameters(), maxGradNorm);
  optimizer.step();
}
