/** The networks by name: where each comes from, and which images it takes. */
import * as models from '../models/index.js';
import { type Shape, ShapeError } from '../ops/shape.js';
import type { Classifier, LossFunction } from '../training/index.js';
import { entryOf } from './names.js';

/** Networks that belong together. */
export interface NetworkGroup {
  /** The paper's, or what they are. */
  readonly title: string;
  /** Address of the paper. */
  readonly paper?: string;
  /** What else is to be known of them. */
  readonly about?: string;
}

const groups = {
  lecture: { title: "The lecture's, for digits of 28x28" },
  googlenet: {
    title: 'Going Deeper with Convolutions',
    paper: 'https://arxiv.org/abs/1409.4842',
    about: 'for ImageNet, with auxiliary classifiers',
  },
  resnet: { title: 'Deep Residual Learning', paper: 'https://arxiv.org/abs/1512.03385', about: 'for ImageNet' },
  cifarResnet: {
    title: 'Deep Residual Learning, section 4.2',
    paper: 'https://arxiv.org/abs/1512.03385',
    about: 'for small images, with and without shortcuts',
  },
  preactResnet: {
    title: 'Identity Mappings',
    paper: 'https://arxiv.org/abs/1603.05027',
    about: 'for small images; with the shortcuts of its Figure 2 and the activations of its Figure 4',
  },
  densenet: {
    title: 'Densely Connected Convolutional Networks',
    paper: 'https://arxiv.org/abs/1608.06993',
    about: 'for ImageNet, and a small one for digits',
  },
} satisfies Record<string, NetworkGroup>;

/** Where networks come from: a paper, the lecture. */
export const networkGroups: Readonly<Record<keyof typeof groups, NetworkGroup>> = groups;

/** What can be asked of a network beside the images. */
export interface NetworkOptions {
  readonly inChannels: number;
  readonly numClasses: number;
  /** For preactResnet: layers, what stands in the shortcuts, and the order of activations. */
  readonly depth?: number;
  readonly shortcut?: models.Shortcut;
  readonly activation?: models.Activation;
}

export interface Network {
  /** As people call it. */
  readonly title: string;
  readonly group: keyof typeof networkGroups;
  /** The file that has it, in `src/models`. */
  readonly file: string;
  /** The images that it was made for: (C, H, W). */
  readonly images: Shape;
  /** The smallest images that it takes, in pixels a side; null if it takes those above and no others. */
  readonly smallest: number | null;
  /** Scores an image, as it was published. */
  readonly numClasses: number;
  /** Numbers that it learns, as it was published. */
  readonly parameters: number;
  /** Its own loss, where it gives more than scores. Default: cross-entropy. */
  readonly loss?: LossFunction<never>;
  make(options: NetworkOptions): Classifier;
}

const lecture = { group: 'lecture', images: [1, 28, 28], smallest: null, numClasses: 10 } as const;
const imagenet = { images: [3, 224, 224], numClasses: 1000 } as const;
const resnet = { ...imagenet, group: 'resnet', file: 'resnet.ts', smallest: 1 } as const;
const densenet = { ...imagenet, group: 'densenet', file: 'densenet.ts', smallest: 29 } as const;
const cifar = { images: [3, 32, 32], smallest: 4, numClasses: 10 } as const;
const cifarResnet = { ...cifar, group: 'cifarResnet', file: 'cifarResnet.ts' } as const;

const all = {
  mnistNet: {
    ...lecture,
    title: 'MNIST net: two convolutions and a linear layer',
    file: 'mnistNet.ts',
    parameters: 8_490,
    make: models.mnistNet,
  },
  inceptionNet: {
    ...lecture,
    title: 'Inception net: two Inception modules',
    file: 'inceptionNet.ts',
    parameters: 97_298,
    make: models.inceptionNet,
  },
  residualNet: {
    ...lecture,
    title: 'Residual net: two residual blocks',
    file: 'residualNet.ts',
    parameters: 41_514,
    make: models.residualNet,
  },
  mlp: {
    ...lecture,
    title: 'Fully connected: five linear layers',
    file: 'mlp.ts',
    parameters: 575_050,
    make: models.mlp,
  },
  googlenet: {
    ...imagenet,
    title: 'GoogLeNet: nine Inception modules',
    group: 'googlenet',
    file: 'googlenet.ts',
    smallest: 15,
    parameters: 13_004_888,
    loss: models.googlenetLoss,
    make: models.googlenet,
  },
  resnet18: { ...resnet, title: 'ResNet-18', parameters: 11_689_512, make: models.resnet18 },
  resnet34: { ...resnet, title: 'ResNet-34', parameters: 21_797_672, make: models.resnet34 },
  resnet50: { ...resnet, title: 'ResNet-50, with bottlenecks', parameters: 25_557_032, make: models.resnet50 },
  resnet101: { ...resnet, title: 'ResNet-101, with bottlenecks', parameters: 44_549_160, make: models.resnet101 },
  resnet152: { ...resnet, title: 'ResNet-152, with bottlenecks', parameters: 60_192_808, make: models.resnet152 },
  resnet20: { ...cifarResnet, title: 'ResNet-20', parameters: 269_722, make: models.resnet20 },
  resnet56: { ...cifarResnet, title: 'ResNet-56', parameters: 853_018, make: models.resnet56 },
  plain20: { ...cifarResnet, title: 'ResNet-20 without its shortcuts', parameters: 269_722, make: models.plain20 },
  plain56: { ...cifarResnet, title: 'ResNet-56 without its shortcuts', parameters: 853_018, make: models.plain56 },
  preactResnet: {
    ...cifar,
    title: 'ResNet-110, BN and ReLU before the convolutions',
    group: 'preactResnet',
    file: 'preactResnet.ts',
    parameters: 1_727_962,
    make: models.preactResnet,
  },
  densenet121: { ...densenet, title: 'DenseNet-121', parameters: 7_978_856, make: models.densenet121 },
  densenet161: { ...densenet, title: 'DenseNet-161', parameters: 28_681_000, make: models.densenet161 },
  densenet169: { ...densenet, title: 'DenseNet-169', parameters: 14_149_480, make: models.densenet169 },
  densenet201: { ...densenet, title: 'DenseNet-201', parameters: 20_013_928, make: models.densenet201 },
  mnistDenseNet: {
    title: 'Small DenseNet for digits',
    group: 'densenet',
    file: 'densenet.ts',
    images: [1, 28, 28],
    smallest: 4,
    numClasses: 10,
    parameters: 102_298,
    make: models.mnistDenseNet,
  },
} satisfies Record<string, Network>;

export type NetworkName = keyof typeof all;
/** The networks by name: where each is from, which images it takes, how many parameters it has. */
export const networks: Readonly<Record<NetworkName, Network>> = all;
/** Their names, in the order of the list. */
export const networkNames = Object.keys(networks) as NetworkName[];

/** The network of that name. Throws a RangeError that lists the near names if there is none. */
export function networkNamed(name: string): Network {
  return entryOf<Network>('model', networks, name);
}

/** The groups in their order, each with its networks: for lists. */
export function networksByGroup(): { group: NetworkGroup; members: [name: NetworkName, network: Network][] }[] {
  return Object.entries(networkGroups).map(([key, group]) => ({
    group,
    members: networkNames.filter((name) => networks[name].group === key).map((name) => [name, networks[name]]),
  }));
}

/** Which network, and which of preactResnet's variants; null is the paper's. */
export interface NetworkChoice {
  readonly model: string;
  readonly depth: number | null;
  readonly shortcut: models.Shortcut | null;
  readonly activation: models.Activation | null;
}

/**
 * A new network for images (C, H, W) of so many classes, its weights drawn from the generator. Throws a ShapeError if it takes
 * no such images, a RangeError if there is no such network or variant.
 */
export function createNetwork(choice: NetworkChoice, images: Shape, numClasses: number): Classifier {
  const { model } = choice;
  const network = networkNamed(model);
  const isAsMade = network.images.every((size, i) => size === images[i]) && network.numClasses === numClasses;
  if (network.smallest === null && !isAsMade) {
    throw new ShapeError(
      `${model} takes images of ${network.images.join('x')} and gives ${network.numClasses} scores, and no others`,
    );
  }
  checkVariant(choice);
  return network.make({ inChannels: images[0], numClasses, ...Object.fromEntries(variantOf(choice)) });
}

/** Throws a RangeError if a variant is asked of a network that has none. `nameOf` says what an option is called where it was
 *  written. Default: as here. */
export function checkVariant(choice: NetworkChoice, nameOf: (key: string) => string = (key) => key): void {
  const asked = variantOf(choice).map(([key]) => nameOf(key));
  if (asked.length > 0 && choice.model !== 'preactResnet') {
    throw new RangeError(`${choice.model} has no ${asked.join(', ')}; preactResnet has`);
  }
}

function variantOf({ depth, shortcut, activation }: NetworkChoice): [key: string, value: unknown][] {
  return Object.entries({ depth, shortcut, activation }).filter(([, value]) => value !== null);
}
