import * as F from '../nn/functional/index.js';
import { AvgPool2d, BatchNorm2d, Conv2d, init, Linear, MaxPool2d, Module, ReLU, Sequential } from '../nn/index.js';
import { dropoutSizes } from '../ops/dropout.js';
import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * One layer of a dense block: it makes `growthRate` feature maps from all those before it. Its 1x1 convolution narrows them to
 * 4 · growthRate first, the bottleneck of DenseNet-B.
 *
 *   H(x) = conv2(ReLU(BN(conv1(ReLU(BN(x))))))
 *   features: any number of (N, …, H, W), which are joined → (N, growthRate, H, W)
 */
export class DenseLayer extends Module<[features: readonly Tensor[]]> {
  norm1: BatchNorm2d;
  conv1: Conv2d;
  norm2: BatchNorm2d;
  conv2: Conv2d;

  constructor(
    inChannels: number,
    growthRate: number,
    readonly dropRate: number,
  ) {
    super();
    dropoutSizes(dropRate); // throws unless it is a probability
    this.norm1 = new BatchNorm2d(inChannels);
    this.conv1 = new Conv2d(inChannels, 4 * growthRate, 1, { bias: false });
    this.norm2 = new BatchNorm2d(4 * growthRate);
    this.conv2 = new Conv2d(4 * growthRate, growthRate, 3, { padding: 1, bias: false });
  }

  /** torchvision's published files say `norm.1`. */
  protected override earlierNames() {
    return { 'norm.1': 'norm1', 'conv.1': 'conv1', 'norm.2': 'norm2', 'conv.2': 'conv2' };
  }

  forward(features: readonly Tensor[]): Tensor {
    let x = F.cat(features, 1);
    x = this.conv1.forward(F.relu(this.norm1.forward(x)));
    x = this.conv2.forward(F.relu(this.norm2.forward(x)));
    return F.dropout(x, this.dropRate, { training: this.training });
  }
}

/** A dense block: each layer sees the outputs of all layers before it (Figure 1).
 *  (N, inChannels, H, W) to (N, inChannels + layers · growthRate, H, W). */
export class DenseBlock extends Module {
  readonly layers: readonly DenseLayer[];

  constructor(layers: number, inChannels: number, growthRate: number, dropRate: number) {
    super();
    this.layers = Array.from(
      { length: layers },
      (_, i) => new DenseLayer(inChannels + i * growthRate, growthRate, dropRate),
    );
  }

  protected override fields(): [string, unknown][] {
    return this.layers.map((layer, i) => [`denselayer${i + 1}`, layer]);
  }

  forward(x: Tensor): Tensor {
    const features = [x];
    for (const layer of this.layers) features.push(layer.forward(features));
    return F.cat(features, 1);
  }
}

/** Between two blocks: halves the channels, rounding down (DenseNet-C), the height and the width. */
function transition(inChannels: number): Sequential {
  return new Sequential({
    norm: new BatchNorm2d(inChannels),
    relu: new ReLU(),
    conv: new Conv2d(inChannels, Math.floor(inChannels / 2), 1, { bias: false }),
    pool: new AvgPool2d(2, { stride: 2 }),
  });
}

export interface DenseNetOptions {
  /** Scores an image. Default 1000. */
  numClasses?: number;
  /** Channels of the images. Default 3. */
  inChannels?: number;
  /** The probability of dropping a value that a layer adds, from 0 to 1. Default 0. */
  dropRate?: number;
}

export interface DenseNetArchitecture {
  /** Channels that each layer adds: k in the paper. */
  growthRate: number;
  /** Layers in each block. */
  blocks: readonly number[];
  /** Channels in front of the first block. */
  initFeatures: number;
  /** 'imagenet' begins with a 7x7 convolution and a pool, both of stride 2; 'small' with one 3x3 convolution. */
  stem: 'imagenet' | 'small';
}

/**
 * Densely connected networks (Table 1 of the paper, DenseNet-BC), with torchvision's keys and initial weights.
 *
 *   x (N, 3, 224, 224) → conv0, norm0, relu0 (N, C, 112, 112) → pool0 (N, C, 56, 56)
 *     → denseblock1 → transition1 (28 x 28) → denseblock2 → transition2 (14 x 14) → denseblock3 → transition3 (7 x 7)
 *     → denseblock4 → norm5, ReLU → mean over the image → classifier (N, numClasses)
 *
 * Source: Huang et al., "Densely Connected Convolutional Networks" (2017), https://arxiv.org/abs/1608.06993
 */
export class DenseNet extends Module {
  features: Sequential;
  classifier: Linear;

  constructor({ growthRate, blocks, initFeatures, stem }: DenseNetArchitecture, options: DenseNetOptions = {}) {
    super();
    requireOptions('DenseNet', options, { numClasses: true, inChannels: true, dropRate: true });
    const { numClasses = 1000, inChannels = 3, dropRate = 0 } = options;
    const features: Record<string, Module> =
      stem === 'small'
        ? { conv0: new Conv2d(inChannels, initFeatures, 3, { padding: 1, bias: false }) }
        : {
            conv0: new Conv2d(inChannels, initFeatures, 7, { stride: 2, padding: 3, bias: false }),
            norm0: new BatchNorm2d(initFeatures),
            relu0: new ReLU(),
            pool0: new MaxPool2d(3, { stride: 2, padding: 1 }),
          };
    let channels = initFeatures;
    blocks.forEach((layers, i) => {
      if (i > 0) {
        features[`transition${i}`] = transition(channels);
        channels = Math.floor(channels / 2);
      }
      features[`denseblock${i + 1}`] = new DenseBlock(layers, channels, growthRate, dropRate);
      channels += layers * growthRate;
    });
    features.norm5 = new BatchNorm2d(channels);
    this.features = new Sequential(features);
    this.classifier = new Linear(channels, numClasses);

    for (const module of this.modules()) {
      if (module instanceof Conv2d) init.kaimingNormal(module.weight);
    }
    init.constant(this.classifier.bias!, 0);
  }

  forward(x: Tensor): Tensor {
    x = F.relu(this.features.forward(x));
    return this.classifier.forward(F.adaptiveAvgPool2d(x, 1).flatten(1));
  }
}

/** The architectures by name. */
export const denseNets = {
  densenet121: { growthRate: 32, blocks: [6, 12, 24, 16], initFeatures: 64, stem: 'imagenet' },
  densenet161: { growthRate: 48, blocks: [6, 12, 36, 24], initFeatures: 96, stem: 'imagenet' },
  densenet169: { growthRate: 32, blocks: [6, 12, 32, 32], initFeatures: 64, stem: 'imagenet' },
  densenet201: { growthRate: 32, blocks: [6, 12, 48, 32], initFeatures: 64, stem: 'imagenet' },
  mnistDenseNet: { growthRate: 12, blocks: [4, 4, 4], initFeatures: 24, stem: 'small' },
} satisfies Record<string, DenseNetArchitecture>;

/** 7,978,856 parameters. */
export function densenet121(options?: DenseNetOptions): DenseNet {
  return new DenseNet(denseNets.densenet121, options);
}

/** 28,681,000 parameters. */
export function densenet161(options?: DenseNetOptions): DenseNet {
  return new DenseNet(denseNets.densenet161, options);
}

/** 14,149,480 parameters. */
export function densenet169(options?: DenseNetOptions): DenseNet {
  return new DenseNet(denseNets.densenet169, options);
}

/** 20,013,928 parameters. */
export function densenet201(options?: DenseNetOptions): DenseNet {
  return new DenseNet(denseNets.densenet201, options);
}

/**
 * A small one for MNIST: three blocks of four layers that add 12 channels each.
 *
 *   x (N, 1, 28, 28) → conv0 (N, 24, 28, 28) → 72 channels → 36 at 14 x 14 → 84 → 42 at 7 x 7 → 90 → classifier (N, 10)
 */
export function mnistDenseNet(options: DenseNetOptions = {}): DenseNet {
  return new DenseNet(denseNets.mnistDenseNet, { numClasses: 10, inChannels: 1, ...options });
}
