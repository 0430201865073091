import * as F from '../nn/functional/index.js';
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, init, Linear, Module, Sequential } from '../nn/index.js';
import { requireOptions } from '../ops/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { identityShortcut } from './identityShortcut.js';

/**
 * Two 3x3 convolutions; with a shortcut they learn what to add to x, without one ("plain") all of y.
 *
 *   y = ReLU(x + BN(conv2(ReLU(BN(conv1(x))))))          residual
 *   y = ReLU(    BN(conv2(ReLU(BN(conv1(x))))))          plain
 */
export class CifarBlock extends Module {
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;

  constructor(
    inChannels: number,
    readonly outChannels: number,
    readonly stride: number,
    readonly hasShortcut: boolean,
  ) {
    super();
    this.conv1 = new Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(outChannels);
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(outChannels);
  }

  forward(x: Tensor): Tensor {
    let y = F.relu(this.bn1.forward(this.conv1.forward(x)));
    y = this.bn2.forward(this.conv2.forward(y));
    return F.relu(this.hasShortcut ? y.add(identityShortcut(x, this.outChannels, this.stride)) : y);
  }
}

export interface CifarResNetOptions {
  /** Scores an image. Default 10. */
  numClasses?: number;
  /** Channels of the images. Default 3. */
  inChannels?: number;
}

/**
 * The networks of the paper's section 4.2, with 6n + 2 layers that learn, on small images.
 *
 *   x (N, 3, 32, 32) → conv1, bn1, ReLU (N, 16, 32, 32)
 *     → layer1 (N, 16, 32, 32) → layer2 (N, 32, 16, 16) → layer3 (N, 64, 8, 8), n blocks each
 *     → avgpool (N, 64, 1, 1) → flatten → fc (N, numClasses)
 *
 * Source: He et al., "Deep Residual Learning for Image Recognition" (2016), https://arxiv.org/abs/1512.03385
 */
export class CifarResNet extends Module {
  conv1: Conv2d;
  bn1 = new BatchNorm2d(16);
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  avgpool = new AdaptiveAvgPool2d(1);
  fc: Linear;

  /** `depth`: layers that learn, 6n + 2, else it throws a RangeError. `hasShortcuts`: residual; without them, plain. */
  constructor(depth: number, hasShortcuts: boolean, options: CifarResNetOptions = {}) {
    super();
    requireOptions('CifarResNet', options, { numClasses: true, inChannels: true });
    const { numClasses = 10, inChannels = 3 } = options;
    const n = blocksOfDepth('CifarResNet', depth);
    const layer = (from: number, out: number, stride: number) =>
      new Sequential(
        ...Array.from({ length: n }, (_, i) => new CifarBlock(i ? out : from, out, i ? 1 : stride, hasShortcuts)),
      );
    this.conv1 = new Conv2d(inChannels, 16, 3, { padding: 1, bias: false });
    this.layer1 = layer(16, 16, 1);
    this.layer2 = layer(16, 32, 2);
    this.layer3 = layer(32, 64, 2);
    this.fc = new Linear(64, numClasses);
    for (const module of this.modules()) {
      if (module instanceof Conv2d) init.kaimingNormal(module.weight, { mode: 'fanOut' });
    }
  }

  forward(x: Tensor): Tensor {
    x = F.relu(this.bn1.forward(this.conv1.forward(x)));
    x = this.layer3.forward(this.layer2.forward(this.layer1.forward(x)));
    return this.fc.forward(this.avgpool.forward(x).flatten(1));
  }
}

/** n of a depth 6n + 2: three layers of n blocks of two convolutions, a convolution before them, and the classifier. */
export function blocksOfDepth(where: string, depth: number): number {
  const n = (depth - 2) / 6;
  if (!Number.isInteger(n) || n < 1) {
    throw new RangeError(`${where}: depth ${depth} must be 6n + 2, such as 8, 20, 32, 44, 56 or 110`);
  }
  return n;
}

/** 20 layers with shortcuts: 269,722 parameters. */
export function resnet20(options?: CifarResNetOptions): CifarResNet {
  return new CifarResNet(20, true, options);
}

/** 56 layers with shortcuts: 853,018 parameters. */
export function resnet56(options?: CifarResNetOptions): CifarResNet {
  return new CifarResNet(56, true, options);
}

/** The twin of resnet20 without shortcuts, with as many parameters. */
export function plain20(options?: CifarResNetOptions): CifarResNet {
  return new CifarResNet(20, false, options);
}

/** The twin of resnet56 without shortcuts, with as many parameters. */
export function plain56(options?: CifarResNetOptions): CifarResNet {
  return new CifarResNet(56, false, options);
}
