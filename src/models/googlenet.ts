import * as F from '../nn/functional/index.js';
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  type Conv2dModuleOptions,
  Dropout,
  init,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
} from '../nn/index.js';
import { requireOptions } from '../ops/options.js';
import { constantTensor, type Tensor } from '../tensor/tensor.js';

/** Convolution, batch normalisation, ReLU: (N, inChannels, H, W) to (N, outChannels, H_out, W_out). The batch normalisation is
 *  torchvision's: the paper is older. */
export class BasicConv2d extends Module {
  conv: Conv2d;
  bn: BatchNorm2d;

  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv2dModuleOptions = {}) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, kernelSize, { ...options, bias: false });
    this.bn = new BatchNorm2d(outChannels, { eps: 0.001 });
  }

  forward(x: Tensor): Tensor {
    return F.relu(this.bn.forward(this.conv.forward(x)));
  }
}

/** The channels of an Inception module: the columns of the paper's Table 1, by torchvision's names. `…red`: of the 1x1
 *  convolution that reduces the channels before a larger one. */
export interface InceptionChannels {
  ch1x1: number;
  ch3x3red: number;
  ch3x3: number;
  ch5x5red: number;
  ch5x5: number;
  poolProj: number;
}

/**
 * The Inception module with dimension reductions (Figure 2b): four branches see the same image, and their channels are joined.
 * (N, inChannels, H, W) to (N, ch1x1 + ch3x3 + ch5x5 + poolProj, H, W).
 *
 *   branch1  1x1
 *   branch2  1x1 → 3x3
 *   branch3  1x1 → "5x5", which in torchvision is 3x3, https://github.com/pytorch/vision/issues/906
 *   branch4  max-pool 3x3 → 1x1
 */
export class Inception extends Module {
  branch1: BasicConv2d;
  branch2: Sequential;
  branch3: Sequential;
  branch4: Sequential;

  constructor(inChannels: number, c: InceptionChannels) {
    super();
    this.branch1 = new BasicConv2d(inChannels, c.ch1x1, 1);
    this.branch2 = new Sequential(
      new BasicConv2d(inChannels, c.ch3x3red, 1),
      new BasicConv2d(c.ch3x3red, c.ch3x3, 3, { padding: 1 }),
    );
    this.branch3 = new Sequential(
      new BasicConv2d(inChannels, c.ch5x5red, 1),
      new BasicConv2d(c.ch5x5red, c.ch5x5, 3, { padding: 1 }),
    );
    this.branch4 = new Sequential(
      new MaxPool2d(3, { stride: 1, padding: 1, ceilMode: true }),
      new BasicConv2d(inChannels, c.poolProj, 1),
    );
  }

  forward(x: Tensor): Tensor {
    return F.cat(
      [this.branch1.forward(x), this.branch2.forward(x), this.branch3.forward(x), this.branch4.forward(x)],
      1,
    );
  }
}

/** A small auxiliary classifier, which brings gradient to the middle of the network in training: (N, inChannels, H, W) to
 *  (N, numClasses). */
export class InceptionAux extends Module {
  conv: BasicConv2d;
  fc1: Linear;
  fc2: Linear;
  dropout: Dropout;

  constructor(inChannels: number, numClasses: number, dropout: number) {
    super();
    this.conv = new BasicConv2d(inChannels, 128, 1);
    this.fc1 = new Linear(2048, 1024);
    this.fc2 = new Linear(1024, numClasses);
    this.dropout = new Dropout(dropout);
  }

  forward(x: Tensor): Tensor {
    x = this.conv.forward(F.adaptiveAvgPool2d(x, 4)); // (N, 128, 4, 4)
    x = F.relu(this.fc1.forward(x.flatten(1)));
    return this.fc2.forward(this.dropout.forward(x));
  }
}

/** Scores of the network and of its auxiliary classifiers, each (N, numClasses). */
export interface GoogLeNetOutputs {
  readonly logits: Tensor;
  /** Of aux1, behind inception4a. */
  readonly auxLogits1: Tensor;
  /** Of aux2, behind inception4d. */
  readonly auxLogits2: Tensor;
}

export interface GoogLeNetOptions {
  /** Scores an image. Default 1000. */
  numClasses?: number;
  /** Have the auxiliary classifiers. Default true. */
  auxLogits?: boolean;
  /** Channels of the images. Default 3. */
  inChannels?: number;
  /** Take images with ImageNet's normalisation, and change it to that with which torchvision's published weights were trained.
   *  Default false; torchvision sets it when it loads those weights. */
  transformInput?: boolean;
  /** The probability of dropping a value before fc. Default 0.2. */
  dropout?: number;
  /** The same before the auxiliary classifiers' fc2. Default 0.7. */
  dropoutAux?: number;
}

/**
 * GoogLeNet (Table 1 of the paper), with torchvision's keys and initial weights: 13,004,888 parameters, of which 6,379,984 are
 * the auxiliary classifiers'.
 *
 *   x (N, 3, 224, 224) → conv1 (N, 64, 112, 112), pool → conv2, conv3 (N, 192, 56, 56), pool
 *     → inception3a, 3b (N, 480, 28, 28), pool → inception4a … 4e (N, 832, 14, 14), pool
 *     → inception5a, 5b (N, 1024, 7, 7) → avgpool → flatten → dropout → fc (N, numClasses)
 *
 * In training it gives GoogLeNetOutputs; in evaluation, or without the auxiliary classifiers, the scores alone. The outputs
 * have the order of torchvision's tuple, but not its names: torchvision has those of the second and the third swapped.
 *
 * Source: Szegedy et al., "Going Deeper with Convolutions" (2015), https://arxiv.org/abs/1409.4842
 */
export class GoogLeNet extends Module<[x: Tensor], Tensor | GoogLeNetOutputs> {
  conv1: BasicConv2d;
  maxpool1 = new MaxPool2d(3, { stride: 2, ceilMode: true });
  conv2: BasicConv2d;
  conv3: BasicConv2d;
  maxpool2 = new MaxPool2d(3, { stride: 2, ceilMode: true });

  inception3a: Inception;
  inception3b: Inception;
  maxpool3 = new MaxPool2d(3, { stride: 2, ceilMode: true });

  inception4a: Inception;
  inception4b: Inception;
  inception4c: Inception;
  inception4d: Inception;
  inception4e: Inception;
  maxpool4 = new MaxPool2d(2, { stride: 2, ceilMode: true });

  inception5a: Inception;
  inception5b: Inception;

  aux1: InceptionAux | null;
  aux2: InceptionAux | null;
  avgpool = new AdaptiveAvgPool2d(1);
  dropout: Dropout;
  fc: Linear;
  readonly transformInput: boolean;

  /** Throws a RangeError if `transformInput` is asked for where images don't have 3 channels. */
  constructor(options: GoogLeNetOptions = {}) {
    super();
    requireOptions('GoogLeNet', options, {
      numClasses: true,
      auxLogits: true,
      inChannels: true,
      transformInput: true,
      dropout: true,
      dropoutAux: true,
    });
    const { numClasses = 1000, auxLogits = true, inChannels = 3, dropout = 0.2, dropoutAux = 0.7 } = options;
    const inception = (
      from: number,
      ch1x1: number,
      [ch3x3red, ch3x3]: number[],
      [ch5x5red, ch5x5]: number[],
      poolProj: number,
    ) => new Inception(from, { ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, poolProj });

    this.conv1 = new BasicConv2d(inChannels, 64, 7, { stride: 2, padding: 3 });
    this.conv2 = new BasicConv2d(64, 64, 1);
    this.conv3 = new BasicConv2d(64, 192, 3, { padding: 1 });
    //                          from  1x1   3x3 from    5x5 from  pool
    this.inception3a = inception(192, 64, [96, 128], [16, 32], 32);
    this.inception3b = inception(256, 128, [128, 192], [32, 96], 64);
    this.inception4a = inception(480, 192, [96, 208], [16, 48], 64);
    this.inception4b = inception(512, 160, [112, 224], [24, 64], 64);
    this.inception4c = inception(512, 128, [128, 256], [24, 64], 64);
    this.inception4d = inception(512, 112, [144, 288], [32, 64], 64);
    this.inception4e = inception(528, 256, [160, 320], [32, 128], 128);
    this.inception5a = inception(832, 256, [160, 320], [32, 128], 128);
    this.inception5b = inception(832, 384, [192, 384], [48, 128], 128);
    this.aux1 = auxLogits ? new InceptionAux(512, numClasses, dropoutAux) : null;
    this.aux2 = auxLogits ? new InceptionAux(528, numClasses, dropoutAux) : null;
    this.dropout = new Dropout(dropout);
    this.fc = new Linear(1024, numClasses);

    this.transformInput = options.transformInput ?? false;
    if (this.transformInput && inChannels !== 3) {
      throw new RangeError(`GoogLeNet: transformInput is for images of 3 channels, not ${inChannels}`);
    }

    for (const module of this.modules()) {
      if (module instanceof Conv2d || module instanceof Linear) {
        init.truncNormal(module.weight, { std: 0.01, a: -2, b: 2 });
      }
    }
  }

  forward(x: Tensor): Tensor | GoogLeNetOutputs {
    if (this.transformInput) x = transformed(x);
    x = this.maxpool1.forward(this.conv1.forward(x));
    x = this.maxpool2.forward(this.conv3.forward(this.conv2.forward(x)));
    x = this.maxpool3.forward(this.inception3b.forward(this.inception3a.forward(x)));

    x = this.inception4a.forward(x);
    const auxLogits1 = this.training ? this.aux1?.forward(x) : undefined;
    x = this.inception4d.forward(this.inception4c.forward(this.inception4b.forward(x)));
    const auxLogits2 = this.training ? this.aux2?.forward(x) : undefined;
    x = this.maxpool4.forward(this.inception4e.forward(x));

    x = this.inception5b.forward(this.inception5a.forward(x));
    x = this.dropout.forward(this.avgpool.forward(x).flatten(1));
    const logits = this.fc.forward(x);
    return auxLogits1 && auxLogits2 ? { logits, auxLogits1, auxLogits2 } : logits;
  }
}

/** ImageNet's usual mean and deviation of each channel. */
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** From ImageNet's normalisation, (value − MEAN) / STD, to that of torchvision's weights, (value − 0.5) / 0.5. */
function transformed(x: Tensor): Tensor {
  const scale = constantTensor(
    x,
    STD.map((std) => std / 0.5),
    [1, 3, 1, 1],
  );
  const shift = constantTensor(
    x,
    MEAN.map((mean) => (mean - 0.5) / 0.5),
    [1, 3, 1, 1],
  );
  return x.mul(scale).add(shift);
}

/** The weight of an auxiliary classifier's loss beside the network's own. */
const AUX_WEIGHT = 0.3;

/**
 * The paper's loss: the mean cross-entropy of the scores; in training, plus 0.3 of that of each auxiliary classifier.
 * `labels`: N class indices. Throws a ShapeError where one isn't a class. `labelSmoothing` is that of `F.crossEntropy`, for all three.
 */
export function googlenetLoss(
  outputs: Tensor | GoogLeNetOutputs,
  labels: F.Target,
  options: { labelSmoothing?: number } = {},
): Tensor {
  requireOptions('googlenetLoss', options, { labelSmoothing: true });
  if (!('logits' in outputs)) return F.crossEntropy(outputs, labels, options);
  const { logits, auxLogits1, auxLogits2 } = outputs;
  const aux = F.crossEntropy(auxLogits1, labels, options).add(F.crossEntropy(auxLogits2, labels, options));
  return F.crossEntropy(logits, labels, options).add(aux.mul(AUX_WEIGHT));
}

/** Makes a `GoogLeNet`, with weights from the generator. */
export function googlenet(options?: GoogLeNetOptions): GoogLeNet {
  return new GoogLeNet(options);
}
