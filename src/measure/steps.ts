/** How long a training step takes. */
import type { WebGPUStats } from '../backends/webgpuBackend.js';
import { type NetworkName, networks } from '../catalog/index.js';
import { numel, type Shape } from '../ops/shape.js';
import { SGD } from '../optim/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Classifier, type ClassifierOutput, type LossFunction, trainingStep } from '../training/index.js';
import type { Contender } from './contender.js';
import { countingOf, ofOneCall } from './deviceWork.js';
import { type TimingOptions, timed } from './timing.js';

/** What is trained. */
export interface StepProblem<Output extends ClassifierOutput = Tensor> {
  readonly name: string;
  /** A new network, on no backend in particular. */
  make(): Classifier<Output>;
  /** Of a batch: (N, C, H, W). */
  readonly shape: Shape;
  readonly numClasses: number;
  /** Default: cross-entropy. */
  readonly loss?: LossFunction<Output>;
}

/** One network on one contender. */
export interface StepRow {
  readonly network: string;
  /** Images a step. */
  readonly batch: number;
  readonly contender: string;
  /** Median milliseconds of a step. */
  readonly ms: number;
  /** What a step asks of the device; null on backends that don't count. */
  readonly device: WebGPUStats | null;
}

/** A network of the catalog as it was published, and a batch of the images that it was made for. */
export function networkStep(name: NetworkName, batch: number): StepProblem<ClassifierOutput> {
  const { images, numClasses, loss, make } = networks[name];
  return {
    name,
    make: () => make({ inChannels: images[0], numClasses }),
    shape: [batch, ...images],
    numClasses,
    loss: loss as LossFunction<ClassifierOutput> | undefined, // the catalog has it beside the network that it takes
  };
}

/**
 * Measures steps as `fit` takes them, with SGD: the batch goes to the device each time, and the loss is read.
 *
 * @example
 * const { ms } = await measureStep({ label: 'wasm', backend }, networkStep('mnistNet', 64));
 */
export async function measureStep<Output extends ClassifierOutput>(
  { label, backend }: Contender,
  { name, make, shape, numClasses, loss }: StepProblem<Output>,
  timing: TimingOptions = {},
): Promise<StepRow> {
  const model = make().to(backend);
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
  const images = Float32Array.from({ length: numel(shape) }, (_, i) => Math.sin(i));
  const labels = Int32Array.from({ length: shape[0] }, (_, i) => i % numClasses);
  const run = async () => {
    using x = backend.tensor(images, shape);
    const step = trainingStep(model, optimizer, [x, labels], { loss });
    step.scores.release();
    await step.loss.item();
  };
  const counting = countingOf(backend);
  const { ms, calls } = await timed({ run, begin: () => counting?.resetStats(), calls: 3, warmups: 2 }, timing);
  return {
    network: name,
    batch: shape[0],
    contender: label,
    ms,
    device: counting && ofOneCall(counting.stats(), calls),
  };
}
