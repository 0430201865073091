/** What is measured of a classifier. */
import type { TypedArray } from '../tensor/tensorBackend.js';

/** Rows are the true classes, columns the predicted ones: `confusion[3][5]` threes were taken for fives. */
export type ConfusionMatrix = number[][];

/** Adds up loss, accuracy and confusion over batches. */
export class ClassificationMetrics {
  count = 0;
  correct = 0;
  lossSum = 0;
  readonly confusion: ConfusionMatrix = [];

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
      this.count++;
      this.lossSum += loss;
    }
  }

  /** Takes all that another one has added up. */
  merge(other: ClassificationMetrics): void {
    this.count += other.count;
    this.correct += other.correct;
    this.lossSum += other.lossSum;
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

  /** Share of the images so far that were classified rightly, 0 to 1. */
  get accuracy(): number {
    return this.count === 0 ? 0 : this.correct / this.count;
  }
}

/** The position of the largest value, the first if there are several. */
export function argmax(values: TypedArray): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
