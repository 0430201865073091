import type { Batch } from '../data/loader.js';
import * as F from '../nn/functional/index.js';
import type { Module } from '../nn/module.js';
import { noGrad } from '../tensor/gradMode.js';
import type { Tensor } from '../tensor/tensor.js';
import { ClassificationMetrics, type ConfusionMatrix } from './metrics.js';

export type LossFunction = (scores: Tensor, labels: Int32Array) => Tensor;

export interface Evaluation {
  /** Mean over the images. */
  readonly loss: number;
  /** Share of the images that were classified rightly, 0 to 1. */
  readonly accuracy: number;
  readonly confusion: ConfusionMatrix;
  readonly count: number;
}

export interface EvaluateOptions {
  /** The mean loss of a batch. Default: cross-entropy. */
  loss?: LossFunction;
  /** Called after every batch with the images evaluated so far. */
  onBatch?: (count: number) => void;
}

/** Loss, accuracy and confusion matrix of a classifier over all batches, in evaluation mode and without gradients. */
export async function evaluate(
  model: Module,
  batches: AsyncIterable<Batch>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { loss: lossOf = F.crossEntropy, onBatch } = options;
  const metrics = new ClassificationMetrics();
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    for await (const [x, labels] of batches) {
      const [scores, loss] = noGrad(() => {
        const scores = model.forward(x);
        return [scores, lossOf(scores, labels)];
      });
      metrics.add(await loss.item(), await scores.data(), labels);
      scores.release();
      loss.release();
      onBatch?.(metrics.count);
    }
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  const { loss, accuracy, confusion, count } = metrics;
  return { loss, accuracy, confusion, count };
}
