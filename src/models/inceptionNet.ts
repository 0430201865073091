import * as F from '../nn/functional/index.js';
import { Conv2d, Linear, MaxPool2d, Module } from '../nn/index.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The lecture's Inception module: four branches look at the same image with different fields of view, and their channels
 * are joined: 16 + 24 + 24 + 24 = 88. The 1x1 convolutions before the larger ones save most of their cost.
 * (N, inChannels, H, W) to (N, 88, H, W).
 *
 * After Szegedy et al., "Going Deeper with Convolutions" (2015), https://arxiv.org/abs/1409.4842
 */
export class InceptionA extends Module {
  branch1x1: Conv2d;
  branch5x5_1: Conv2d;
  branch5x5_2: Conv2d;
  branch3x3_1: Conv2d;
  branch3x3_2: Conv2d;
  branch3x3_3: Conv2d;
  branchPool: Conv2d;

  constructor(inChannels: number) {
    super();
    this.branch1x1 = new Conv2d(inChannels, 16, 1);

    this.branch5x5_1 = new Conv2d(inChannels, 16, 1);
    this.branch5x5_2 = new Conv2d(16, 24, 5, { padding: 2 });

    this.branch3x3_1 = new Conv2d(inChannels, 16, 1);
    this.branch3x3_2 = new Conv2d(16, 24, 3, { padding: 1 });
    this.branch3x3_3 = new Conv2d(24, 24, 3, { padding: 1 });

    this.branchPool = new Conv2d(inChannels, 24, 1);
  }

  forward(x: Tensor): Tensor {
    const branch1x1 = this.branch1x1.forward(x);
    const branch5x5 = this.branch5x5_2.forward(this.branch5x5_1.forward(x));
    const branch3x3 = this.branch3x3_3.forward(this.branch3x3_2.forward(this.branch3x3_1.forward(x)));
    const branchPool = this.branchPool.forward(F.avgPool2d(x, 3, { stride: 1, padding: 1 }));
    return F.cat([branch1x1, branch5x5, branch3x3, branchPool], 1);
  }
}

/**
 * The lecture's Inception network: 97,298 parameters.
 *
 *   x (N, 1, 28, 28) → conv1, pool, ReLU (N, 10, 12, 12) → incep1 (N, 88, 12, 12)
 *     → conv2, pool, ReLU (N, 20, 4, 4) → incep2 (N, 88, 4, 4) → flatten (N, 1408) → fc (N, 10)
 */
export class InceptionNet extends Module {
  conv1 = new Conv2d(1, 10, 5);
  conv2 = new Conv2d(88, 20, 5);
  incep1 = new InceptionA(10);
  incep2 = new InceptionA(20);
  mp = new MaxPool2d(2);
  fc = new Linear(1408, 10);

  forward(x: Tensor): Tensor {
    x = this.incep1.forward(F.relu(this.mp.forward(this.conv1.forward(x))));
    x = this.incep2.forward(F.relu(this.mp.forward(this.conv2.forward(x))));
    return this.fc.forward(x.flatten(1));
  }
}

/** Makes the lecture's `InceptionNet`, with weights from the generator. */
export function inceptionNet(): InceptionNet {
  return new InceptionNet();
}
