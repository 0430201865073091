import * as F from '../nn/functional/index.js';
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, init, Linear, MaxPool2d, Module, Sequential } from '../nn/index.js';
import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Two 3x3 convolutions and a shortcut past them (Figure 2 of the paper; ResNet-18 and 34).
 *
 *   y = ReLU(shortcut(x) + BN(conv2(ReLU(BN(conv1(x))))))
 */
export class BasicBlock extends Module {
  /** Output channels / channels of its 3x3 convolutions. */
  static readonly expansion = 1;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  downsample: Sequential | null;

  constructor(inChannels: number, channels: number, stride: number) {
    super();
    this.downsample = projection(inChannels, channels, stride);
    this.conv1 = new Conv2d(inChannels, channels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(channels);
  }

  forward(x: Tensor): Tensor {
    let y = F.relu(this.bn1.forward(this.conv1.forward(x)));
    y = this.bn2.forward(this.conv2.forward(y));
    return F.relu(y.add(this.downsample?.forward(x) ?? x));
  }
}

/**
 * A 1x1 convolution that narrows, a 3x3, and a 1x1 that widens, with a shortcut past them (Figure 5, right; ResNet-50 and
 * deeper). The 3x3 has the stride, as in torchvision; in the paper the first 1x1 has it.
 */
export class Bottleneck extends Module {
  static readonly expansion = 4;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  conv3: Conv2d;
  bn3: BatchNorm2d;
  downsample: Sequential | null;

  constructor(inChannels: number, channels: number, stride: number) {
    super();
    this.downsample = projection(inChannels, 4 * channels, stride);
    this.conv1 = new Conv2d(inChannels, channels, 1, { bias: false });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, 3, { stride, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(channels);
    this.conv3 = new Conv2d(channels, 4 * channels, 1, { bias: false });
    this.bn3 = new BatchNorm2d(4 * channels);
  }

  forward(x: Tensor): Tensor {
    let y = F.relu(this.bn1.forward(this.conv1.forward(x)));
    y = F.relu(this.bn2.forward(this.conv2.forward(y)));
    y = this.bn3.forward(this.conv3.forward(y));
    return F.relu(y.add(this.downsample?.forward(x) ?? x));
  }
}

/** The shortcut of a block that changes the shape: a 1x1 convolution (the paper's option B). null where x fits as it is. */
function projection(inChannels: number, outChannels: number, stride: number): Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  return new Sequential(new Conv2d(inChannels, outChannels, 1, { stride, bias: false }), new BatchNorm2d(outChannels));
}

export interface ResNetOptions {
  /** Scores an image. Default 1000. */
  numClasses?: number;
  /** Channels of the images. Default 3. */
  inChannels?: number;
  /** Start with blocks that are their shortcuts alone: the last BatchNorm2d of each branch has weight 0. Default false. */
  zeroInitResidual?: boolean;
}

/**
 * Deep residual networks for ImageNet (Table 1 of the paper), with torchvision's keys and initial weights.
 *
 *   x (N, 3, 224, 224) → conv1, bn1, ReLU (N, 64, 112, 112) → maxpool (N, 64, 56, 56)
 *     → layer1 (N, 64·e, 56, 56) → layer2 (N, 128·e, 28, 28) → layer3 (N, 256·e, 14, 14) → layer4 (N, 512·e, 7, 7)
 *     → avgpool (N, 512·e, 1, 1) → flatten → fc (N, numClasses)          e: the blocks' expansion, 1 or 4
 *
 * Source: He et al., "Deep Residual Learning for Image Recognition" (2016), https://arxiv.org/abs/1512.03385
 */
export class ResNet extends Module {
  conv1: Conv2d;
  bn1 = new BatchNorm2d(64);
  maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  layer4: Sequential;
  avgpool = new AdaptiveAvgPool2d(1);
  fc: Linear;

  /** `depths`: blocks in each of the four layers. */
  constructor(
    Block: typeof BasicBlock | typeof Bottleneck,
    depths: readonly [number, number, number, number],
    options: ResNetOptions = {},
  ) {
    super();
    requireOptions('ResNet', options, { numClasses: true, inChannels: true, zeroInitResidual: true });
    const { numClasses = 1000, inChannels = 3, zeroInitResidual = false } = options;
    const layer = (from: number, channels: number, depth: number, stride: number) => {
      const out = channels * Block.expansion;
      return new Sequential(
        ...Array.from({ length: depth }, (_, i) => new Block(i ? out : from, channels, i ? 1 : stride)),
      );
    };
    this.conv1 = new Conv2d(inChannels, 64, 7, { stride: 2, padding: 3, bias: false });
    this.layer1 = layer(64, 64, depths[0], 1);
    this.layer2 = layer(64 * Block.expansion, 128, depths[1], 2);
    this.layer3 = layer(128 * Block.expansion, 256, depths[2], 2);
    this.layer4 = layer(256 * Block.expansion, 512, depths[3], 2);
    this.fc = new Linear(512 * Block.expansion, numClasses);

    for (const module of this.modules()) {
      if (module instanceof Conv2d) init.kaimingNormal(module.weight, { mode: 'fanOut' });
      if (zeroInitResidual && module instanceof BasicBlock) init.constant(module.bn2.weight!, 0);
      if (zeroInitResidual && module instanceof Bottleneck) init.constant(module.bn3.weight!, 0);
    }
  }

  forward(x: Tensor): Tensor {
    x = this.maxpool.forward(F.relu(this.bn1.forward(this.conv1.forward(x))));
    x = this.layer4.forward(this.layer3.forward(this.layer2.forward(this.layer1.forward(x))));
    return this.fc.forward(this.avgpool.forward(x).flatten(1));
  }
}

/** Blocks in each of the four layers, by name. */
export const depths = {
  resnet18: [2, 2, 2, 2],
  resnet34: [3, 4, 6, 3],
  resnet50: [3, 4, 6, 3],
  resnet101: [3, 4, 23, 3],
  resnet152: [3, 8, 36, 3],
} as const;

/** 11,689,512 parameters. */
export function resnet18(options?: ResNetOptions): ResNet {
  return new ResNet(BasicBlock, depths.resnet18, options);
}

/** 21,797,672 parameters. */
export function resnet34(options?: ResNetOptions): ResNet {
  return new ResNet(BasicBlock, depths.resnet34, options);
}

/** 25,557,032 parameters. */
export function resnet50(options?: ResNetOptions): ResNet {
  return new ResNet(Bottleneck, depths.resnet50, options);
}

/** 44,549,160 parameters. */
export function resnet101(options?: ResNetOptions): ResNet {
  return new ResNet(Bottleneck, depths.resnet101, options);
}

/** 60,192,808 parameters. */
export function resnet152(options?: ResNetOptions): ResNet {
  return new ResNet(Bottleneck, depths.resnet152, options);
}
