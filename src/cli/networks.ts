/** What `receptive` can make: the networks by name, and the images that each takes. */
import * as models from '../models/index.js';
import type { Shape } from '../ops/shape.js';
import type { Classifier, LossFunction } from '../training/index.js';
import { UsageError } from './usageError.js';

export interface NetworkOptions {
  readonly inChannels: number;
  readonly numClasses: number;
  /** For preactResnet. */
  readonly depth?: number;
  readonly shortcut?: models.Shortcut;
  readonly activation?: models.Activation;
}

export interface Network {
  make(options: NetworkOptions): Classifier;
  /** The images that it was made for: (C, H, W). */
  readonly images: Shape;
  /** The smallest images that it takes, in pixels a side; null if it takes those above and no others. */
  readonly smallest: number | null;
  readonly loss?: LossFunction<never>;
  /** Scores an image, as it was published. */
  readonly numClasses: number;
}

const lecture = (make: () => Classifier): Network => ({ make, images: [1, 28, 28], smallest: null, numClasses: 10 });
const imagenet = (make: Network['make'], smallest: number, loss?: Network['loss']): Network => {
  return { make, images: [3, 224, 224], smallest, loss, numClasses: 1000 };
};
const cifar = (make: Network['make']): Network => ({ make, images: [3, 32, 32], smallest: 4, numClasses: 10 });

export const networks: Readonly<Record<string, Network>> = {
  mnistNet: lecture(models.mnistNet),
  inceptionNet: lecture(models.inceptionNet),
  residualNet: lecture(models.residualNet),
  mlp: lecture(models.mlp),
  googlenet: imagenet(models.googlenet, 15, models.googlenetLoss),
  resnet18: imagenet(models.resnet18, 1),
  resnet34: imagenet(models.resnet34, 1),
  resnet50: imagenet(models.resnet50, 1),
  resnet101: imagenet(models.resnet101, 1),
  resnet152: imagenet(models.resnet152, 1),
  densenet121: imagenet(models.densenet121, 29),
  densenet161: imagenet(models.densenet161, 29),
  densenet169: imagenet(models.densenet169, 29),
  densenet201: imagenet(models.densenet201, 29),
  resnet20: cifar(models.resnet20),
  resnet56: cifar(models.resnet56),
  plain20: cifar(models.plain20),
  plain56: cifar(models.plain56),
  preactResnet: cifar(models.preactResnet),
  mnistDenseNet: { make: models.mnistDenseNet, images: [1, 28, 28], smallest: 4, numClasses: 10 },
};

export const modelNames = Object.keys(networks);

/** Throws a UsageError if there is none of that name. */
export function networkNamed(name: string): Network {
  if (!Object.hasOwn(networks, name)) {
    throw new UsageError(`there is no model '${name}'; there are ${modelNames.join(', ')}`);
  }
  return networks[name];
}
