/** What a network makes of the test images. */
import { evaluate, type TypedArray } from 'receptive';
import type { Dataset, Normalization } from 'receptive/data';
import type { Mistake, Test, Thumbnail } from './messages.js';
import type { Prepared } from './prepare.js';
import { undisturbed } from './undisturbed.js';

/** So many mistakes are shown, at most. */
const most = 60;

export async function tested({ model, recipe, test, testBatches, images }: Prepared, step: number): Promise<Test> {
  const wrong: Omit<Mistake, 'image'>[] = [];
  let seen = 0;
  /** Looks at each batch, and measures nothing. */
  const look = (scores: TypedArray, targets: ArrayLike<number>) => {
    const C = scores.length / targets.length;
    for (let n = 0; n < targets.length; n++) {
      const probabilities = softmax(scores.subarray(n * C, (n + 1) * C));
      const predicted = probabilities.indexOf(Math.max(...probabilities));
      const index = seen + n;
      if (predicted !== targets[n]) wrong.push({ index, target: targets[n], predicted, probabilities });
    }
    seen += targets.length;
    return 0;
  };
  const { loss } = recipe.fit;
  const { accuracy, confusion, count, ...found } = await undisturbed(() =>
    evaluate(model, testBatches, { loss, metrics: { look } }),
  );
  const right = ({ probabilities, target }: Omit<Mistake, 'image'>) => probabilities[target];
  const worst = wrong.sort((a, b) => right(a) - right(b)).slice(0, most);
  const mistakes = await Promise.all(
    worst.map(async (mistake) => ({ ...mistake, ...(await imageOf(test, mistake.index, images.normalize)) })),
  );
  return { step, loss: found.loss, accuracy, count, confusion, mistakes };
}

export function softmax(scores: ArrayLike<number>): number[] {
  const all = Array.from(scores);
  const top = Math.max(...all);
  const powers = all.map((score) => Math.exp(score - top));
  const sum = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / sum);
}

/** An image as the network sees it, and its class. */
export async function imageOf(
  dataset: Dataset,
  index: number,
  { mean, std }: Normalization,
): Promise<{ image: Thumbnail; target: number; values: Float32Array }> {
  const [C, height, width] = dataset.shape;
  const values = new Float32Array(C * height * width);
  const target = Number(await dataset.read(index, values, 0));
  const data = new Uint8ClampedArray(values.length);
  for (let c = 0; c < C; c++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      data[pixel * C + c] = 255 * (values[c * height * width + pixel] * std[c] + mean[c]);
    }
  }
  return { image: { width, height, channels: C as 1 | 3, data }, target, values };
}
