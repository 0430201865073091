/** Training steps of the lecture's networks. */
import { type Backend, models, optim, trainingStep } from 'receptive';

export const nets = ['mnistNet', 'inceptionNet', 'residualNet'] as const;
export const batch = 64;

/** A step as `fit` takes it, and the reading of its loss: the batch goes to the device each time. */
export function trainer(backend: Backend, net: (typeof nets)[number]): () => Promise<void> {
  const model = models[net]().to(backend);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
  const images = Float32Array.from({ length: batch * 28 * 28 }, (_, i) => Math.sin(i));
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  return async () => {
    using x = backend.tensor(images, [batch, 1, 28, 28]);
    const { scores, loss } = trainingStep(model, optimizer, [x, labels]);
    scores.release();
    await loss.item();
  };
}

/** Milliseconds of each step: of three at least, and of so many as fit in `time`. */
export async function timesOf(step: () => Promise<void>, time: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + time;
  while (times.length < 3 || performance.now() < end) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  return times;
}
