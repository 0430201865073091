/** What is measured of a network. */
import type { Targets } from '../data/targets.js';
import type { TypedArray } from '../tensor/tensorBackend.js';

/** Rows are the true classes, columns the predicted ones: `confusion[3][5]` threes were taken for fives. */
export type ConfusionMatrix = number[][];

/** A metric of one's own: the mean over a batch, of what the network gave and of the targets, both image by image. */
export type Metric = (outputs: TypedArray, targets: Targets) => number;

/** A batch that the network has seen. */
export interface SeenBatch {
  /** The mean over the batch. */
  readonly loss: number;
  /** What the network gave, image by image: (N, C) for classes. */
  readonly outputs: TypedArray;
  readonly targets: Targets;
  /** N. */
  readonly images: number;
}

/** Adds up loss, accuracy and confusion, and metrics of one's own, over batches. */
export class ClassificationMetrics {
  count = 0;
  /** How many of them have a class. */
  classified = 0;
  correct = 0;
  lossSum = 0;
  readonly confusion: ConfusionMatrix = [];
  /** Of each metric of one's own, its mean times the images. */
  readonly sums: Record<string, number> = {};

  /** Of one batch. */
  static of(batch: SeenBatch, own: Readonly<Record<string, Metric>> = {}): ClassificationMetrics {
    const { loss, outputs, targets, images } = batch;
    const metrics = new ClassificationMetrics();
    // One output for each image is no choice between classes, even where the targets happen to be whole numbers.
    if (targets instanceof Int32Array && outputs.length >= 2 * images) metrics.add(loss, outputs, targets);
    else {
      metrics.count = images;
      metrics.lossSum = loss * images;
    }
    for (const [name, metric] of Object.entries(own)) {
      const value = metric(outputs, targets);
      if (typeof value !== 'number') throw new TypeError(`metrics: ${name} must give a number, but gave ${value}`);
      metrics.sums[name] = value * metrics.count;
    }
    return metrics;
  }

  /** Takes a batch: its mean loss, its scores (N, C) row by row, and its N labels. One that is no class (an ignored target)
   *  isn't counted. */
  add(loss: number, scores: TypedArray, labels: ArrayLike<number>): void {
    const C = scores.length / labels.length;
    for (let n = 0; n < labels.length; n++) {
      if (!(labels[n] >= 0 && labels[n] < C)) continue;
      const prediction = argmax(scores.subarray(n * C, (n + 1) * C));
      while (this.confusion.length < C) this.confusion.push(new Array<number>(C).fill(0));
      this.confusion[labels[n]][prediction]++;
      if (prediction === labels[n]) this.correct++;
      this.classified++;
      this.count++;
      this.lossSum += loss;
    }
  }

  /** Takes all that another one has added up. */
  merge(other: ClassificationMetrics): void {
    this.count += other.count;
    this.classified += other.classified;
    this.correct += other.correct;
    this.lossSum += other.lossSum;
    for (const [name, sum] of Object.entries(other.sums)) this.sums[name] = (this.sums[name] ?? 0) + sum;
    other.confusion.forEach((row, label) => {
      this.confusion[label] ??= new Array<number>(row.length).fill(0);
      row.forEach((count, prediction) => {
        this.confusion[label][prediction] += count;
      });
    });
  }

  /** Mean over all images so far; 0 before the first. */
  get loss(): number {
    return this.count === 0 ? 0 : this.lossSum / this.count;
  }

  /** Share of the images so far that were classified rightly, 0 to 1; 0 before the first, and NaN where targets aren't classes. */
  get accuracy(): number {
    return this.count === 0 ? 0 : this.correct / this.classified;
  }

  /** The metrics of one's own: means over all images so far. */
  get own(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.sums).map(([name, sum]) => [name, sum / this.count]));
  }
}

/** The position of the largest value, the first if there are several. */
export function argmax(values: TypedArray): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
