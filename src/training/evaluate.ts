import type { Batch } from '../data/loader.js';
import type { Targets } from '../data/targets.js';
import type { ProcessGroup } from '../distributed/processGroup.js';
import * as F from '../nn/functional/index.js';
import type { Module } from '../nn/module.js';
import { requireOptions } from '../ops/options.js';
import { noGrad } from '../tensor/gradMode.js';
import type { Tensor } from '../tensor/tensor.js';
import { ClassificationMetrics, type ConfusionMatrix, type Metric } from './metrics.js';
import { pauser } from './pauser.js';
import { Ranks } from './ranks.js';

/** What a classifier gives: scores (N, C), or in training more beside them, as auxiliary classifiers do. */
export type ClassifierOutput = Tensor | { readonly logits: Tensor };

/** A network that can be trained to classify. */
export type Classifier<Output extends ClassifierOutput = ClassifierOutput> = Module<[x: Tensor], Output>;

/** The mean loss of a batch; `F.mseLoss` is one, too. */
export type LossFunction<Output extends ClassifierOutput = Tensor> = {
  // As a method, so that a loss for classes alone may say that its targets are an Int32Array.
  of(output: Output, targets: Targets): Tensor;
}['of'];

/** The scores alone, of a network that may give more. */
export function scoresOf(output: ClassifierOutput): Tensor {
  return 'logits' in output ? output.logits : output;
}

/** Cross-entropy of the scores, with classes or their probabilities. Throws where there are others beside them: what they are worth is for the caller to say. */
export function defaultLoss(output: ClassifierOutput, targets: Targets): Tensor {
  if ('logits' in output) {
    throw new TypeError(
      `the model gives ${Object.keys(output).join(', ')}: pass a loss that takes them all, such as models.googlenetLoss`,
    );
  }
  if (targets instanceof Float32Array && (targets.length !== output.numel || output.shape[1] === 1)) {
    throw new TypeError(
      'the targets are numbers, neither classes nor their probabilities: pass a loss that takes them, such as F.mseLoss',
    );
  }
  return F.crossEntropy(output, targets);
}

export interface Evaluation {
  /** Mean over the images. */
  readonly loss: number;
  /** Share of the images that were classified rightly, 0 to 1; NaN where the targets aren't classes. */
  readonly accuracy: number;
  readonly confusion: ConfusionMatrix;
  /** Those of one's own: means over the images. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly count: number;
}

export interface EvaluateOptions<Output extends ClassifierOutput = Tensor> {
  /** The mean loss of a batch. Default: cross-entropy. */
  loss?: LossFunction<Output>;
  /** Metrics of one's own, by their names. */
  metrics?: Readonly<Record<string, Metric>>;
  /** Called after every batch with the images evaluated so far. */
  onBatch?: (count: number) => void;
  /** When aborted: the batch under way is finished, and an InterruptedError is thrown. */
  signal?: { readonly aborted: boolean };
  /** Ranks that evaluate together, each its share of the images: all are given the result for all of them. */
  processGroup?: ProcessGroup;
}

/** Somebody asked for the end before it came. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Loss, accuracy and confusion matrix of a classifier over all batches, in evaluation mode and without gradients. Throws if there is
 *  no image to evaluate. */
export async function evaluate<Output extends ClassifierOutput>(
  model: Classifier<Output>,
  batches: AsyncIterable<Batch>,
  options: EvaluateOptions<Output> = {},
): Promise<Evaluation> {
  requireOptions('evaluate', options, {
    loss: true,
    metrics: true,
    onBatch: true,
    signal: true,
    processGroup: true,
  });
  const { loss: lossOf = defaultLoss, metrics: own, onBatch, signal, processGroup } = options;
  const ranks = new Ranks(processGroup, signal);
  const pause = pauser();
  const part = new ClassificationMetrics();
  let isAborted = false;
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    for await (const [x, targets] of batches) {
      const [scores, loss] = noGrad(() => {
        const output = model.forward(x);
        return [scoresOf(output), lossOf(output, targets)];
      });
      const seen = { loss: await loss.item(), outputs: await scores.data(), targets, images: x.shape[0] };
      part.merge(ClassificationMetrics.of(seen, own));
      scores.release();
      loss.release();
      onBatch?.(part.count);
      await pause();
      isAborted = signal?.aborted ?? false;
      if (isAborted) break;
    }
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  const all = await ranks.add({ metrics: part, images: part.count, isAborted, isDue: false }, own);
  const { metrics } = all;
  if (all.isAborted) throw new InterruptedError(`evaluate: interrupted after ${metrics.count} images`);
  if (metrics.count === 0) {
    throw new RangeError(
      'evaluate: there is no image to evaluate: no batches (a generator gives them once; a DataLoader, again and again), or ignored labels only',
    );
  }
  const { loss, accuracy, confusion, count } = metrics;
  return { loss, accuracy, confusion, metrics: metrics.own, count };
}
